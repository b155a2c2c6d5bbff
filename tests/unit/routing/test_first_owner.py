"""From the first fact on there is an owner; classification may move it, and that is no hand-off."""

from gehoor.events.routing import AssignReason
from gehoor.events.terms import MatterKind
from gehoor.routing.domain.commands import Forwarding
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.ownership import Owner
from gehoor.routing.facts import End
from tests.given import given
from tests.unit.routing.saying import (
    AUDIENCE,
    COORDINATOR,
    FOUND,
    FOUND_NOTHING,
    FOUND_PRIZE,
    FRONT,
    NEWSROOM,
    NOW,
    POLICY,
    RECEIVED,
    accepted,
    assigned,
    classified,
    complaint,
    end_heard,
    expired,
    forwarded,
    hear_matter,
    hear_reclassified,
    kind_changed,
    matter_heard,
    offered,
    reopening_heard,
)

ARTICLES = Forwarding(NEWSROOM, "articles", POLICY)


def test_the_receiving_desk_owns_it_from_the_moment_it_was_received() -> None:
    assert given(OWNERSHIP, matter_heard()).state.owner == Owner(FRONT, None, RECEIVED)


def test_a_complaint_is_classified_and_its_category_s_desk_owns_it() -> None:
    (
        given(OWNERSHIP)
        .when(hear_matter(FOUND_PRIZE))
        .then(matter_heard(FOUND_PRIZE), classified(FOUND_PRIZE), assigned(AUDIENCE))
    )


def test_a_category_without_a_desk_stays_with_the_receiving_desk() -> None:
    given(OWNERSHIP).when(hear_matter(FOUND)).then(matter_heard(), classified(), assigned(FRONT))


def test_a_complaint_that_no_rule_knows_goes_to_the_coordinator() -> None:
    (
        given(OWNERSHIP)
        .when(hear_matter(FOUND_NOTHING))
        .then(
            matter_heard(FOUND_NOTHING),
            classified(FOUND_NOTHING),
            assigned(COORDINATOR, AssignReason.NOTHING_MATCHED),
        )
    )


def test_a_complaint_is_heard_of_once() -> None:
    given(OWNERSHIP, *complaint()).when(hear_matter(FOUND_PRIZE)).nothing()


def test_a_remark_gets_an_owner_and_no_classification() -> None:
    (
        given(OWNERSHIP)
        .when(hear_matter(FOUND_PRIZE, MatterKind.REMARK))
        .then(matter_heard(FOUND_PRIZE, MatterKind.REMARK), assigned(AUDIENCE))
    )


def test_a_remark_that_no_rule_knows_stays_where_it_came_in() -> None:
    (
        given(OWNERSHIP)
        .when(hear_matter(FOUND_NOTHING, MatterKind.REMARK))
        .then(matter_heard(FOUND_NOTHING, MatterKind.REMARK), assigned(FRONT, AssignReason.NOTHING_MATCHED))
    )


def test_a_report_goes_straight_to_the_desk_that_can_mend_it() -> None:
    (
        given(OWNERSHIP)
        .when(hear_matter(FOUND_NOTHING, MatterKind.REPORT, forwarding=ARTICLES))
        .then(matter_heard(FOUND_NOTHING, MatterKind.REPORT), forwarded(NEWSROOM))
    )


def test_a_report_of_a_page_that_no_rule_knows_stays_where_it_came_in() -> None:
    (
        given(OWNERSHIP)
        .when(hear_matter(FOUND_NOTHING, MatterKind.REPORT))
        .then(matter_heard(FOUND_NOTHING, MatterKind.REPORT), forwarded(FRONT, "none"))
    )


def test_a_remark_that_turns_out_to_be_a_complaint_is_classified_as_if_it_had_been_one() -> None:
    (
        given(OWNERSHIP, matter_heard(FOUND_NOTHING, MatterKind.REMARK), assigned(FRONT, AssignReason.NOTHING_MATCHED))
        .when(hear_reclassified(MatterKind.COMPLAINT))
        .then(
            kind_changed(MatterKind.COMPLAINT),
            classified(FOUND_NOTHING),
            assigned(COORDINATOR, AssignReason.NOTHING_MATCHED),
        )
    )


def test_a_desk_that_accepted_a_remark_keeps_it_as_a_complaint() -> None:
    (
        given(OWNERSHIP, matter_heard(FOUND_PRIZE, MatterKind.REMARK), assigned(AUDIENCE))
        .when(hear_reclassified(MatterKind.COMPLAINT))
        .so()
        .when(hear_reclassified(MatterKind.REMARK))
        .then(kind_changed(MatterKind.REMARK))
        .when(hear_reclassified(MatterKind.COMPLAINT))
        .then(kind_changed(MatterKind.COMPLAINT))
    )
    (
        given(
            OWNERSHIP,
            matter_heard(FOUND_NOTHING, MatterKind.REMARK),
            assigned(FRONT, AssignReason.NOTHING_MATCHED),
            offered(),
            accepted(),
        )
        .when(hear_reclassified(MatterKind.COMPLAINT))
        .then(kind_changed(MatterKind.COMPLAINT), classified(FOUND_NOTHING))
    )


def test_a_complaint_that_turns_out_to_be_a_report_goes_to_the_desk_that_can_mend_it() -> None:
    (
        given(OWNERSHIP, *complaint(), offered())
        .when(hear_reclassified(MatterKind.REPORT, ARTICLES))
        .then(kind_changed(MatterKind.REPORT), expired(), forwarded(NEWSROOM))
    )


def test_a_complaint_that_was_a_report_for_a_while_goes_back_to_the_desk_of_its_category() -> None:
    """The desk that mends pages was never asked to take a complaint; what was classified stays so."""
    (
        given(OWNERSHIP, *complaint(FOUND_PRIZE, AUDIENCE), kind_changed(MatterKind.REPORT), forwarded())
        .when(hear_reclassified(MatterKind.COMPLAINT))
        .then(kind_changed(MatterKind.COMPLAINT), assigned(AUDIENCE))
    )


def test_a_handled_report_that_turns_out_to_be_a_complaint_is_open_again() -> None:
    state = (
        given(OWNERSHIP, matter_heard(FOUND, MatterKind.REPORT), forwarded(), end_heard(End.HANDLED))
        .when(hear_reclassified(MatterKind.COMPLAINT))
        .then(kind_changed(MatterKind.COMPLAINT), reopening_heard(), classified(FOUND), assigned(NEWSROOM))
        .state
    )
    assert (state.end, state.owner) == (None, Owner(NEWSROOM, None, NOW))


def test_hearing_that_it_is_what_it_is_changes_nothing() -> None:
    given(OWNERSHIP, *complaint()).when(hear_reclassified(MatterKind.COMPLAINT)).nothing()


def test_what_can_not_be_followed_is_noted_and_not_refused() -> None:
    given(OWNERSHIP).when(hear_reclassified(MatterKind.REMARK)).then(kind_changed(MatterKind.REMARK))
