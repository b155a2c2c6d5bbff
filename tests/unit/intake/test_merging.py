"""One matter that turns out to be another, or of another kind."""

from gehoor.events.intake import Merged, Reclassified
from gehoor.events.private import Private
from gehoor.events.terms import MatterKind, RemarkKind
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.merging import Absorb, Carried, Merge, Reclassify
from gehoor.intake.facts import Absorbed
from tests.given import given
from tests.unit.intake.examples import (
    CALL_BACK,
    COMPLAINT,
    DAY,
    LATER,
    MONDAY,
    OTHER,
    STAFF,
    closed,
    complaint_received,
    promise_made,
    report_received,
)

WHY = Private("It is a question.")
PROMISED = given(MATTER, complaint_received(), promise_made())


def test_a_merged_complaint_goes_on_in_the_other() -> None:
    merged = (
        given(MATTER, complaint_received())
        .when(Merge(MONDAY + DAY, OTHER, STAFF))
        .then(Merged(occurred_at=MONDAY + DAY, into=OTHER, received_at=MONDAY, by=STAFF))
    )
    merged.when(Merge(MONDAY + DAY, OTHER, STAFF)).nothing()
    merged.when(Merge(MONDAY + DAY, COMPLAINT, STAFF)).refused("merged")


def test_merging_takes_along_all_that_is_owed_or_nothing_is_merged() -> None:
    PROMISED.when(Merge(MONDAY + DAY, OTHER, STAFF)).refused("promises-changed")
    assert PROMISED.when(Merge(MONDAY + DAY, OTHER, STAFF, frozenset({CALL_BACK}))).refusal is None


def test_what_was_promised_is_owed_by_the_complaint_that_goes_on() -> None:
    carried = Carried(PROMISED.state.promises[CALL_BACK], LATER)
    went_on = (
        given(MATTER, complaint_received(occurred_at=MONDAY + DAY))
        .when(Absorb(MONDAY + 2 * DAY, COMPLAINT, MONDAY, (carried,)))
        .then(
            Absorbed(occurred_at=MONDAY + 2 * DAY, merged=COMPLAINT, received_at=MONDAY),
            promise_made(LATER, occurred_at=MONDAY + 2 * DAY, replaces=CALL_BACK),
        )
    )
    assert went_on.state.received_at == MONDAY
    went_on.when(Absorb(MONDAY + 2 * DAY, COMPLAINT, MONDAY, (carried,))).nothing()


def test_nothing_is_merged_into_what_is_closed() -> None:
    given(MATTER, complaint_received(), closed()).when(Absorb(MONDAY, OTHER, MONDAY)).refused("already-closed")


def test_a_complaint_may_turn_out_to_be_a_question() -> None:
    turned = (
        given(MATTER, complaint_received())
        .when(Reclassify(MONDAY + DAY, MatterKind.REMARK, STAFF, WHY, RemarkKind.QUESTION))
        .then(
            Reclassified(
                occurred_at=MONDAY + DAY,
                before=MatterKind.COMPLAINT,
                after=MatterKind.REMARK,
                received_at=MONDAY,
                by=STAFF,
                why=WHY,
                remark=RemarkKind.QUESTION,
            )
        )
    )
    turned.when(Reclassify(MONDAY + DAY, MatterKind.REMARK, STAFF, WHY, RemarkKind.QUESTION)).nothing()


def test_a_report_may_turn_out_to_be_a_complaint_and_counts_from_its_receipt() -> None:
    turned = given(MATTER, report_received()).when(Reclassify(MONDAY + DAY, MatterKind.COMPLAINT, STAFF, WHY)).so()
    assert turned.state.kind is MatterKind.COMPLAINT
    assert turned.state.received_at == MONDAY


def test_a_remark_is_a_wish_a_question_or_thanks() -> None:
    given(MATTER, complaint_received()).when(Reclassify(MONDAY, MatterKind.REMARK, STAFF, WHY)).refused("which-remark")


def test_what_was_promised_is_owed_whatever_it_is_called() -> None:
    PROMISED.when(Reclassify(MONDAY, MatterKind.REMARK, STAFF, WHY, RemarkKind.WISH)).refused("promise-owed")
