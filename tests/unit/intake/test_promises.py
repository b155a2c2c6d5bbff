"""The promise machine: what keeps a promise, and what merely looks like it."""

from typing import Any

import pytest

from gehoor.events.intake import PromiseRescheduled
from gehoor.events.terms import Channel, Direction, Evidence, Joined, Outcome, PromiseId, Step, Window
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.noting import NoteCorrection, NoteMiss
from gehoor.intake.domain.promises import MakePromise, ReleasePromise, ReschedulePromise, ShowEvidence
from gehoor.intake.domain.state import Standing
from gehoor.intake.facts import CorrectionNoted, MissNoted, StrayNoted
from tests.given import given
from tests.unit.intake.examples import (
    ANSWER,
    CALL_BACK,
    DAY,
    FIRST,
    HOUR,
    LATER,
    MONDAY,
    SECOND,
    STAFF,
    VISIT,
    closed,
    complaint_received,
    contact_recorded,
    new_promise,
    promise_attempted,
    promise_kept,
    promise_made,
    promise_released,
    record_contact,
    report_received,
)

OWED = given(MATTER, complaint_received(), promise_made(CALL_BACK), promise_made(ANSWER), promise_made(VISIT))
CAME_IN: dict[str, Any] = {"direction": Direction.IN, "joined": Joined.STAFF}


def test_a_call_that_reaches_the_customer_keeps_a_call_back_promise() -> None:
    OWED.when(record_contact(keeps=(CALL_BACK,))).then(contact_recorded(keeps=(CALL_BACK,)), promise_kept(CALL_BACK))


@pytest.mark.parametrize("outcome", [Outcome.VOICEMAIL, Outcome.NO_ANSWER, Outcome.SENT, Outcome.BOUNCED])
def test_an_attempt_does_not_keep_a_call_back_promise(outcome: Outcome) -> None:
    (
        OWED.when(record_contact(keeps=(CALL_BACK,), outcome=outcome)).then(
            contact_recorded(keeps=(CALL_BACK,), outcome=outcome), promise_attempted(CALL_BACK, outcome=outcome)
        )
    )


def test_the_customer_ringing_first_does_not_keep_a_call_back_promise() -> None:
    OWED.when(record_contact(keeps=(CALL_BACK,), **CAME_IN)).refused("customer-came-first")


def test_a_call_that_names_no_promise_keeps_none() -> None:
    OWED.when(record_contact()).then(contact_recorded())


def test_an_answer_keeps_an_answer_promise() -> None:
    meant: dict[str, Any] = {
        "keeps": (ANSWER,),
        "gives_answer": True,
        "channel": Channel.EMAIL,
        "outcome": Outcome.SENT,
    }
    OWED.when(record_contact(**meant)).then(contact_recorded(**meant), promise_kept(ANSWER))


def test_a_clear_no_is_an_answer() -> None:
    meant: dict[str, Any] = {
        "keeps": (ANSWER,),
        "gives_answer": True,
        "steps": (Step.LET_SPEAK, Step.ACKNOWLEDGED, Step.SAID_NO),
    }
    facts = OWED.when(record_contact(**meant)).facts
    assert facts[-1] == promise_kept(ANSWER)


def test_we_are_looking_into_it_does_not_keep_an_answer_promise() -> None:
    (
        OWED.when(record_contact(keeps=(ANSWER,))).then(
            contact_recorded(keeps=(ANSWER,)), promise_attempted(ANSWER, outcome=Outcome.REACHED)
        )
    )


def test_an_answer_left_on_a_voicemail_does_not_keep_an_answer_promise() -> None:
    meant: dict[str, Any] = {"keeps": (ANSWER,), "gives_answer": True, "outcome": Outcome.VOICEMAIL}
    OWED.when(record_contact(**meant)).then(contact_recorded(**meant), promise_attempted(ANSWER))


def test_our_own_word_does_not_keep_a_visit_promise() -> None:
    (
        OWED.when(record_contact(keeps=(VISIT,))).then(
            contact_recorded(keeps=(VISIT,)), promise_attempted(VISIT, outcome=Outcome.REACHED)
        )
    )


def test_the_customers_word_keeps_a_visit_promise() -> None:
    meant: dict[str, Any] = {"keeps": (VISIT,), "evidence": Evidence.CUSTOMER_CONFIRMED, **CAME_IN}
    (
        OWED.when(record_contact(**meant)).then(
            contact_recorded(**meant), promise_kept(VISIT, evidence=Evidence.CUSTOMER_CONFIRMED)
        )
    )


def test_a_confirmation_that_reached_nobody_confirms_nothing() -> None:
    meant: dict[str, Any] = {"keeps": (VISIT,), "evidence": Evidence.CUSTOMER_CONFIRMED, "outcome": Outcome.SENT}
    OWED.when(record_contact(**meant)).then(contact_recorded(**meant), promise_attempted(VISIT, outcome=Outcome.SENT))


def test_evidence_keeps_a_visit_promise() -> None:
    (
        OWED.when(ShowEvidence(MONDAY + DAY, VISIT, Evidence.SIGNED_RECEIPT, STAFF)).then(
            promise_kept(VISIT, contact_id=None, evidence=Evidence.SIGNED_RECEIPT)
        )
    )


def test_evidence_keeps_no_call_back_promise() -> None:
    OWED.when(ShowEvidence(MONDAY + DAY, CALL_BACK, Evidence.PHOTOGRAPH, STAFF)).refused("kept-otherwise")


def test_the_customers_word_needs_the_contact_in_which_it_was_given() -> None:
    OWED.when(ShowEvidence(MONDAY + DAY, VISIT, Evidence.CUSTOMER_CONFIRMED, STAFF)).refused("contact-missing")


def test_one_call_may_keep_two_promises() -> None:
    meant: dict[str, Any] = {"keeps": (CALL_BACK, ANSWER), "gives_answer": True}
    OWED.when(record_contact(**meant)).then(contact_recorded(**meant), promise_kept(CALL_BACK), promise_kept(ANSWER))


def test_a_promise_that_is_kept_can_not_be_kept_again() -> None:
    kept = OWED.when(record_contact(keeps=(CALL_BACK,))).so()
    kept.when(record_contact(SECOND, keeps=(CALL_BACK,))).refused("promise-is-over")


def test_a_promise_of_another_complaint_can_not_be_kept_here() -> None:
    OWED.when(record_contact(keeps=(LATER,))).refused("unknown-promise")


def test_a_call_before_the_promise_does_not_keep_it() -> None:
    OWED.when(record_contact(keeps=(CALL_BACK,), at=MONDAY - HOUR)).refused("before-the-promise")


def test_a_promise_missed_is_still_owed_and_can_be_kept_late() -> None:
    missed = OWED.when(NoteMiss(MONDAY + 2 * DAY, CALL_BACK)).then(
        MissNoted(occurred_at=MONDAY + 2 * DAY, promise_id=CALL_BACK)
    )
    late = missed.when(record_contact(keeps=(CALL_BACK,), at=MONDAY + 3 * DAY)).so()
    assert late.state.promises[CALL_BACK].standing is Standing.KEPT
    assert late.state.promises[CALL_BACK].missed


def test_a_miss_that_was_corrected_is_none() -> None:
    missed = OWED.when(NoteMiss(MONDAY + 2 * DAY, CALL_BACK)).so()
    corrected = missed.when(NoteCorrection(MONDAY + 2 * DAY, CALL_BACK)).then(
        CorrectionNoted(occurred_at=MONDAY + 2 * DAY, promise_id=CALL_BACK)
    )
    assert not corrected.state.promises[CALL_BACK].missed


def test_a_miss_of_a_promise_nobody_knows_is_noted_as_a_stray() -> None:
    OWED.when(NoteMiss(MONDAY, LATER)).then(StrayNoted(occurred_at=MONDAY, heard="miss", about=LATER))


def test_a_promise_may_be_made_in_a_contact() -> None:
    (
        given(MATTER, complaint_received())
        .when(record_contact(at=MONDAY, promises=(new_promise(),)))
        .then(contact_recorded(occurred_at=MONDAY), promise_made(contact_id=FIRST))
    )


def test_a_promise_may_follow_a_contact() -> None:
    (
        given(MATTER, complaint_received(), contact_recorded())
        .when(MakePromise(MONDAY, new_promise(), STAFF, FIRST))
        .then(promise_made(contact_id=FIRST))
    )


def test_a_promise_names_only_a_contact_that_was_recorded() -> None:
    given(MATTER, complaint_received()).when(MakePromise(MONDAY, new_promise(), STAFF, FIRST)).refused(
        "unknown-contact"
    )


def test_a_promise_can_not_be_due_before_it_was_made() -> None:
    late = MakePromise(MONDAY + 5 * DAY, new_promise(), STAFF)
    given(MATTER, complaint_received()).when(late).refused("promise-in-the-past")


def test_the_same_promise_is_made_once() -> None:
    OWED.when(MakePromise(MONDAY, new_promise(), STAFF)).nothing()


def test_nothing_is_promised_on_a_report() -> None:
    given(MATTER, report_received()).when(MakePromise(MONDAY, new_promise(), STAFF)).refused("not-a-complaint")


def test_nothing_is_promised_on_what_is_closed() -> None:
    given(MATTER, complaint_received(), closed()).when(MakePromise(MONDAY, new_promise(), STAFF)).refused(
        "already-closed"
    )


@pytest.mark.parametrize("agreed", [True, False])
def test_a_reschedule_opens_a_new_promise_that_names_the_old_one(*, agreed: bool) -> None:
    due = Window(until=MONDAY + 4 * DAY)
    moved = OWED.when(ReschedulePromise(MONDAY + DAY, CALL_BACK, LATER, due, agreed, STAFF)).then(
        PromiseRescheduled(occurred_at=MONDAY + DAY, promise_id=CALL_BACK, replaced_by=LATER, agreed=agreed, by=STAFF),
        promise_made(LATER, occurred_at=MONDAY + DAY, due=due, replaces=CALL_BACK),
    )
    assert moved.state.promises[CALL_BACK].missed is not agreed
    assert not moved.state.promises[LATER].missed
    moved.when(ReschedulePromise(MONDAY + DAY, CALL_BACK, LATER, due, agreed, STAFF)).nothing()


def test_a_promise_is_not_rescheduled_into_the_past() -> None:
    due = Window(until=MONDAY)
    OWED.when(ReschedulePromise(MONDAY + DAY, CALL_BACK, LATER, due, agreed=True, by=STAFF)).refused(
        "promise-in-the-past"
    )


def test_the_customer_may_let_us_off() -> None:
    OWED.when(ReleasePromise(MONDAY + 2 * DAY, CALL_BACK, agreed=True, by=STAFF)).then(promise_released(CALL_BACK))


def test_nobody_else_may_let_us_off() -> None:
    OWED.when(ReleasePromise(MONDAY, CALL_BACK, agreed=False, by=STAFF)).refused("customer-has-not-agreed")


def test_a_released_promise_can_not_be_kept() -> None:
    (
        given(MATTER, complaint_received(), promise_made(), promise_released())
        .when(record_contact(keeps=(CALL_BACK,)))
        .refused("promise-is-over")
    )


def test_a_refusal_names_what_is_still_owed() -> None:
    refused = OWED.when(record_contact(keeps=(PromiseId(LATER),))).refusal
    assert refused is not None
    assert refused.possible == (f"promise {CALL_BACK}", f"promise {ANSWER}", f"promise {VISIT}")
