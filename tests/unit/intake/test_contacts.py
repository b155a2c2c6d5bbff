"""The customer who comes again; attention before action; the other counter."""

from typing import Any

import pytest

from gehoor.events.intake import Merged, PointKind, Proof, ReferredElsewhere, Reopened
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    Direction,
    Joined,
    Outcome,
    ReopenReason,
    Step,
    Warmth,
    Whither,
)
from gehoor.intake.domain.contacts import ReferElsewhere, out_of_order
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.state import Purpose, Status
from gehoor.intake.facts import PointProven
from tests.given import given
from tests.unit.intake.examples import (
    ADDRESS,
    CLAIMED,
    DAY,
    FIRST,
    MAIL,
    MONDAY,
    OTHER,
    REPLIED,
    SECOND,
    STAFF,
    closed,
    complaint_received,
    contact_recorded,
    record_contact,
)

HEARD = frozenset({Step.LET_SPEAK, Step.ACKNOWLEDGED})
BY_MAIL: dict[str, Any] = {
    "direction": Direction.IN,
    "channel": Channel.EMAIL,
    "joined": Joined.THREAD,
    "by": None,
    "message": Private("Still nothing."),
}


def test_action_after_attention_is_in_order() -> None:
    assert not out_of_order(frozenset(), [Step.LET_SPEAK, Step.ACKNOWLEDGED, Step.SUMMARISED, Step.EXPLAINED])


def test_action_before_the_customer_was_let_speak_is_out_of_order() -> None:
    assert out_of_order(frozenset(), [Step.ACKNOWLEDGED, Step.EXPLAINED, Step.LET_SPEAK])


def test_action_before_the_customer_was_acknowledged_is_out_of_order() -> None:
    assert out_of_order(frozenset(), [Step.LET_SPEAK, Step.FIXED])


def test_attention_alone_is_never_out_of_order() -> None:
    assert not out_of_order(frozenset(), [Step.APOLOGISED, Step.LET_SPEAK])


def test_who_was_heard_by_a_colleague_need_not_be_heard_again_before_it_is_mended() -> None:
    assert not out_of_order(HEARD, [Step.APOLOGISED, Step.EXPLAINED, Step.FIXED])


def test_the_contact_says_that_it_was_out_of_order() -> None:
    (
        given(MATTER, complaint_received())
        .when(record_contact(steps=(Step.SAID_NO,)))
        .then(contact_recorded(steps=(Step.SAID_NO,), out_of_order=True))
    )


def test_who_wrote_to_us_has_spoken() -> None:
    given(MATTER, complaint_received(channel=Channel.LETTER)).when(
        record_contact(steps=(Step.ACKNOWLEDGED, Step.EXPLAINED), outcome=Outcome.NO_ANSWER)
    ).then(contact_recorded(steps=(Step.ACKNOWLEDGED, Step.EXPLAINED), outcome=Outcome.NO_ANSWER))


def test_the_same_contact_is_recorded_once() -> None:
    given(MATTER, complaint_received(), contact_recorded()).when(record_contact()).nothing()


def test_who_answers_in_the_thread_has_shown_the_address_to_be_theirs() -> None:
    (
        given(MATTER, complaint_received(contact_points=(CLAIMED,)))
        .when(record_contact(proves=ADDRESS, **BY_MAIL))
        .then(
            contact_recorded(**BY_MAIL),
            PointProven(occurred_at=MONDAY + DAY, kind=PointKind.EMAIL, address=ADDRESS, proof=Proof.REPLIED),
        )
        .when(record_contact(SECOND, proves=ADDRESS, **BY_MAIL))
        .then(contact_recorded(SECOND, **BY_MAIL))
    )


def test_who_answers_from_another_address_proves_none() -> None:
    (
        given(MATTER, complaint_received(contact_points=(CLAIMED,)))
        .when(record_contact(proves=Private("jo@example.net"), **BY_MAIL))
        .then(contact_recorded(**BY_MAIL))
    )


def test_a_mail_that_staff_joined_proves_no_address() -> None:
    joined: dict[str, Any] = {**BY_MAIL, "joined": Joined.STAFF, "by": STAFF}
    (
        given(MATTER, complaint_received(contact_points=(CLAIMED,)))
        .when(record_contact(proves=ADDRESS, **joined))
        .then(contact_recorded(**joined))
    )


def test_nothing_is_sent_to_an_address_that_was_only_claimed() -> None:
    answer = record_contact(channel=Channel.EMAIL, outcome=Outcome.SENT, message=Private("No."), delivery_id=MAIL)
    given(MATTER, complaint_received(contact_points=(CLAIMED,))).when(answer).refused("address-unproven")


def test_nothing_is_sent_where_no_address_is_known() -> None:
    answer = record_contact(channel=Channel.EMAIL, outcome=Outcome.SENT, message=Private("No."), delivery_id=MAIL)
    given(MATTER, complaint_received()).when(answer).refused("no-mail-address")


def test_an_answer_to_a_proven_address_waits_to_be_delivered() -> None:
    sent: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "outcome": Outcome.SENT,
        "message": Private("No."),
        "delivery_id": MAIL,
    }
    answered = (
        given(MATTER, complaint_received(contact_points=(REPLIED,)))
        .when(record_contact(**sent))
        .then(contact_recorded(**sent))
    )
    waiting = answered.state.deliveries[MAIL]
    assert (waiting.purpose, waiting.next_at) == (Purpose.ANSWER, MONDAY + DAY)


@pytest.mark.parametrize("status", [Status.CLOSED])
def test_a_customer_who_writes_again_reopens_what_was_closed(status: Status) -> None:
    over = given(MATTER, complaint_received(), closed())
    assert over.state.status is status
    over.when(record_contact(at=MONDAY + 3 * DAY, **BY_MAIL)).then(
        contact_recorded(occurred_at=MONDAY + 3 * DAY, **BY_MAIL),
        Reopened(occurred_at=MONDAY + 3 * DAY, reason=ReopenReason.CUSTOMER_CAME_BACK),
    )


def test_a_contact_that_staff_records_on_what_is_closed_leaves_it_closed() -> None:
    after = given(MATTER, complaint_received(), closed()).when(record_contact()).then(contact_recorded())
    assert after.state.status is Status.CLOSED


REFERRAL: dict[str, Any] = {
    "whither": Whither.OUTSIDE,
    "warmth": Warmth.COLD,
    "by": STAFF,
    "to": Private("the day-care"),
}


def test_the_other_counter_is_recorded_as_what_it_is_and_ends_nothing() -> None:
    sent_on = (
        given(MATTER, complaint_received(channel=Channel.DESK))
        .when(ReferElsewhere(at=MONDAY, **REFERRAL))
        .then(ReferredElsewhere(occurred_at=MONDAY, **REFERRAL))
    )
    assert sent_on.state.status is Status.OPEN
    assert sent_on.state.owner.desk == "front-line"
    sent_on.when(ReferElsewhere(at=MONDAY, **REFERRAL)).nothing()
    sent_on.when(ReferElsewhere(at=MONDAY + DAY, **REFERRAL)).then(
        ReferredElsewhere(occurred_at=MONDAY + DAY, **REFERRAL)
    )


def test_nobody_is_referred_from_what_is_closed() -> None:
    given(MATTER, complaint_received(), closed()).when(ReferElsewhere(at=MONDAY, **REFERRAL)).refused("already-closed")


def test_a_contact_on_a_merged_complaint_is_refused_and_says_where_to_go() -> None:
    merged = Merged(occurred_at=MONDAY, into=OTHER, received_at=MONDAY, by=STAFF)
    decided = given(MATTER, complaint_received(), merged).when(record_contact(FIRST))
    decided.refused("merged")
    assert decided.refusal is not None
    assert str(OTHER) in decided.refusal.detail
