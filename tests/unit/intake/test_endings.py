"""Nobody and no silence closes but the owner's desk, by command, on a ground."""

from typing import Any

import pytest

from gehoor.events.intake import (
    CauseRecorded,
    FeedbackReceived,
    PromiseReleased,
    ReleaseReason,
    Reopened,
    Withdrawn,
)
from gehoor.events.terms import Channel, CloseBasis, Direction, Outcome, ReopenReason, ResponseKind
from gehoor.intake.domain.endings import GiveFeedback, RecordCause, RecordCustomerResponse, Reopen, Withdraw
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.noting import NoteOwner
from gehoor.intake.domain.state import Owner, Status
from gehoor.intake.facts import StrayNoted
from tests.given import given
from tests.unit.intake.examples import (
    AGREED,
    CALL_BACK,
    CLAIMED,
    DAY,
    FIRST,
    HOUR,
    MAIL,
    MONDAY,
    REPLIED,
    SECOND,
    STAFF,
    THIRD,
    close,
    closed,
    complaint_received,
    contact_recorded,
    customer_responded,
    final_response_sent,
    owner_noted,
    promise_made,
    promise_released,
    report_received,
    send_final_response,
)

CLOSED = given(MATTER, *AGREED, closed())


def test_what_the_customer_accepted_may_be_closed() -> None:
    given(MATTER, *AGREED).when(close()).then(closed())


def test_closing_ends_what_was_owed_where_the_customer_accepted() -> None:
    (
        given(MATTER, complaint_received(), promise_made(), *AGREED[1:])
        .when(close())
        .then(
            closed(),
            promise_released(reason=ReleaseReason.CUSTOMER_ACCEPTED),
        )
    )


def test_nobody_closes_while_a_promise_is_owed() -> None:
    refused = (
        given(MATTER, complaint_received(), promise_made(), final_response_sent(admissible=False, ground="too late"))
        .when(close(CloseBasis.REFUSED))
        .refusal
    )
    assert refused is not None
    assert refused.code == "promise-owed"
    assert f"keep promise {CALL_BACK}" in refused.possible


def test_another_desk_than_the_owners_can_not_close() -> None:
    given(MATTER, *AGREED).when(close(desks=frozenset({"back-office"}))).refused("not-the-owner")


def test_the_desk_that_handed_over_can_not_close() -> None:
    given(MATTER, *AGREED, owner_noted()).when(close()).refused("not-the-owner")


def test_the_new_owner_closes_on_the_hand_off_it_was_decided_on() -> None:
    (
        given(MATTER, *AGREED, owner_noted())
        .when(close(desks=frozenset({"back-office"}), hand_off=1))
        .then(closed(desk="back-office", hand_off=1))
    )


def test_a_closing_decided_on_another_hand_off_is_refused() -> None:
    given(MATTER, *AGREED).when(close(hand_off=1)).refused("ownership-moved")


def test_silence_is_no_acceptance() -> None:
    given(MATTER, complaint_received(), final_response_sent()).when(close()).refused("no-such-ground")


def test_an_objection_is_no_acceptance() -> None:
    objected = given(MATTER, complaint_received(), final_response_sent(), customer_responded(accepted=False))
    objected.when(close()).refused("no-such-ground")


def test_a_holding_response_ends_nothing() -> None:
    held = given(MATTER, complaint_received(), final_response_sent(kind=ResponseKind.HOLDING))
    held.when(RecordCustomerResponse(MONDAY, accepted=True)).refused("no-final-response")
    held.when(close(CloseBasis.OBJECTION_PERIOD_OVER, at=MONDAY + 30 * DAY)).refused("no-such-ground")


@pytest.mark.parametrize(("days", "stands"), [(14, False), (15, True), (16, True)])
def test_the_objection_period_is_over_when_it_is_over(*, days: int, stands: bool) -> None:
    sent = given(MATTER, complaint_received(), final_response_sent())
    decided = sent.when(close(CloseBasis.OBJECTION_PERIOD_OVER, at=MONDAY + days * DAY))
    assert (decided.refusal is None) is stands


def test_an_objection_outlives_the_objection_period() -> None:
    objected = given(MATTER, complaint_received(), final_response_sent(), customer_responded(accepted=False))
    objected.when(close(CloseBasis.OBJECTION_PERIOD_OVER, at=MONDAY + 30 * DAY)).refused("no-such-ground")


def test_a_refusal_on_a_ground_may_be_closed() -> None:
    refused = given(MATTER, complaint_received(), final_response_sent(admissible=False, ground="older than a year"))
    refused.when(close(CloseBasis.REFUSED)).then(closed(CloseBasis.REFUSED))


def test_refusing_needs_a_ground() -> None:
    given(MATTER, complaint_received()).when(send_final_response(admissible=False)).refused("ground-missing")


IN_VAIN = (
    contact_recorded(FIRST, occurred_at=MONDAY + HOUR, outcome=Outcome.NO_ANSWER),
    contact_recorded(SECOND, occurred_at=MONDAY + 2 * HOUR, outcome=Outcome.VOICEMAIL),
)
NOTICE = contact_recorded(THIRD, occurred_at=MONDAY + DAY, channel=Channel.LETTER, outcome=Outcome.SENT)


def test_unreachable_is_tried_in_vain_and_told_in_writing() -> None:
    given(MATTER, complaint_received(), *IN_VAIN, NOTICE).when(close(CloseBasis.UNREACHABLE)).then(
        closed(CloseBasis.UNREACHABLE)
    )


@pytest.mark.parametrize(
    "contacts",
    [
        pytest.param(IN_VAIN, id="no notice"),
        pytest.param((IN_VAIN[0], NOTICE), id="one attempt too few"),
        pytest.param(
            (contact_recorded(THIRD, occurred_at=MONDAY, channel=Channel.LETTER, outcome=Outcome.SENT), *IN_VAIN),
            id="notice before the attempts",
        ),
        pytest.param(
            (*IN_VAIN, NOTICE, contact_recorded(MAIL, occurred_at=MONDAY + 2 * DAY, direction=Direction.IN)),
            id="the customer came after all",
        ),
        pytest.param(
            (
                *IN_VAIN,
                contact_recorded(THIRD, occurred_at=MONDAY + DAY, channel=Channel.LETTER, outcome=Outcome.BOUNCED),
            ),
            id="the notice came back",
        ),
    ],
)
def test_anything_less_is_not_unreachable(contacts: Any) -> None:
    given(MATTER, complaint_received(), *contacts).when(close(CloseBasis.UNREACHABLE)).refused("no-such-ground")


def test_what_is_closed_can_not_be_closed() -> None:
    CLOSED.when(close()).refused("already-closed")


def test_a_report_is_not_closed() -> None:
    given(MATTER, report_received()).when(close()).refused("not-a-complaint")


def test_the_customer_may_take_it_back() -> None:
    (
        given(MATTER, complaint_received(), promise_made())
        .when(Withdraw(MONDAY + DAY))
        .then(
            Withdrawn(occurred_at=MONDAY + DAY),
            PromiseReleased(
                occurred_at=MONDAY + DAY, promise_id=CALL_BACK, reason=ReleaseReason.WITHDRAWN, by="st_system"
            ),
        )
        .when(close(CloseBasis.WITHDRAWN))
        .then(closed(CloseBasis.WITHDRAWN))
    )


def test_nobody_closes_as_withdrawn_what_the_customer_did_not_withdraw() -> None:
    given(MATTER, complaint_received()).when(close(CloseBasis.WITHDRAWN)).refused("no-such-ground")


def test_the_customer_accepts_once() -> None:
    given(MATTER, *AGREED).when(RecordCustomerResponse(MONDAY + 2 * DAY, accepted=True)).nothing()


def test_there_is_nothing_to_accept_before_a_final_response() -> None:
    given(MATTER, complaint_received()).when(RecordCustomerResponse(MONDAY, accepted=True)).refused("no-final-response")


def test_a_new_final_response_asks_the_customer_again() -> None:
    again = given(MATTER, *AGREED).when(send_final_response(at=MONDAY + 3 * DAY)).so()
    again.when(close()).refused("no-such-ground")


def test_the_same_final_response_is_sent_once() -> None:
    given(MATTER, complaint_received(), final_response_sent()).when(send_final_response()).nothing()


def test_what_we_found_is_not_mailed_to_an_address_that_was_only_claimed() -> None:
    send = send_final_response(delivery_id=MAIL)
    given(MATTER, complaint_received(contact_points=(CLAIMED,))).when(send).refused("address-unproven")
    given(MATTER, complaint_received(contact_points=(REPLIED,))).when(send).then(final_response_sent(delivery_id=MAIL))


def test_what_is_closed_may_be_reopened_and_must_be_accepted_anew() -> None:
    reopened = CLOSED.when(Reopen(MONDAY + 3 * DAY, ReopenReason.BY_STAFF, STAFF)).then(
        Reopened(occurred_at=MONDAY + 3 * DAY, reason=ReopenReason.BY_STAFF, by=STAFF)
    )
    reopened.when(close(at=MONDAY + 4 * DAY)).refused("no-such-ground")


def test_what_is_open_can_not_be_reopened() -> None:
    given(MATTER, *AGREED).when(Reopen(MONDAY, ReopenReason.BY_STAFF)).refused("not-closed")


def test_the_first_owner_is_the_receiving_desk() -> None:
    assert given(MATTER, complaint_received()).state.owner == Owner("front-line")


def test_the_owner_is_noted_once() -> None:
    noted = given(MATTER, complaint_received()).when(NoteOwner(MONDAY + DAY, "back-office", 1)).then(owner_noted())
    noted.when(NoteOwner(MONDAY + DAY, "back-office", 1)).nothing()


def test_an_owner_of_an_earlier_hand_off_does_not_come_back() -> None:
    given(MATTER, complaint_received(), owner_noted()).when(NoteOwner(MONDAY, "front-line", 0)).nothing()


def test_it_reopens_by_itself_when_ownership_had_moved_before_it_was_closed() -> None:
    (
        CLOSED.when(NoteOwner(MONDAY + DAY, "back-office", 1)).then(
            owner_noted(), Reopened(occurred_at=MONDAY + 2 * DAY, reason=ReopenReason.OWNER_HAD_CHANGED)
        )
    )


def test_it_reopens_when_the_first_assignment_had_been_to_another_desk() -> None:
    after = CLOSED.when(NoteOwner(MONDAY + DAY, "audience", 0)).so()
    assert after.state.status is Status.OPEN


def test_it_stays_closed_when_ownership_moved_afterwards() -> None:
    after = CLOSED.when(NoteOwner(MONDAY + 3 * DAY, "back-office", 1)).then(owner_noted(occurred_at=MONDAY + 3 * DAY))
    assert after.state.status is Status.CLOSED


def test_it_stays_closed_when_the_same_desk_names_a_person() -> None:
    after = CLOSED.when(NoteOwner(MONDAY + DAY, "front-line", 0, "st_bert")).so()
    assert after.state.status is Status.CLOSED


def test_an_owner_of_what_was_never_received_is_a_stray() -> None:
    stray = given(MATTER).when(NoteOwner(MONDAY, "front-line", 0)).then(StrayNoted(occurred_at=MONDAY, heard="owner"))
    stray.when(NoteOwner(MONDAY, "front-line", 0)).nothing()


def test_feedback_is_welcome_after_the_end() -> None:
    given_ = CLOSED.when(GiveFeedback(MONDAY + 5 * DAY, 4, solved_at_first_contact=False)).then(
        FeedbackReceived(occurred_at=MONDAY + 5 * DAY, rating=4, solved_at_first_contact=False)
    )
    given_.when(GiveFeedback(MONDAY + 5 * DAY, 4, solved_at_first_contact=False)).nothing()


def test_the_cause_stands_beside_the_label() -> None:
    found = (
        given(MATTER, complaint_received(label="wrong account shown"))
        .when(RecordCause(MONDAY + DAY, "old contracts are not unlinked", STAFF))
        .then(
            CauseRecorded(
                occurred_at=MONDAY + DAY,
                cause="old contracts are not unlinked",
                label="wrong account shown",
                by=STAFF,
            )
        )
    )
    found.when(RecordCause(MONDAY + 2 * DAY, "old contracts are not unlinked", STAFF)).nothing()
