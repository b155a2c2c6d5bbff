"""Telling a partner: in order, under one key, and never silently given up."""

from gehoor.events.partner import (
    DeliveryFailed,
    DeliveryUnknown,
    MessageKind,
    RedeliveryAsked,
    ReminderReason,
    TicketDelivered,
)
from gehoor.events.terms import ClockId
from gehoor.partner_escalation.domain import TICKETS
from gehoor.partner_escalation.domain.commands import Arrival, Hear
from gehoor.partner_escalation.domain.evolving import message_id
from tests.given import given
from tests.unit.partner_escalation.prize import (
    HEARD,
    SPONSOR,
    STRANGER,
    TICKET,
    at,
    deadline_heard,
    record_attempt,
    redeliver,
    ticket_delivered,
    ticket_opened,
)

ASKED = (*HEARD, ticket_opened())
KEY = message_id(TICKET, MessageKind.OPENED)


def failed(attempt: int = 1, **more: object) -> DeliveryFailed:
    return DeliveryFailed(
        occurred_at=at(6),
        ticket_id=TICKET,
        partner=SPONSOR,
        message=MessageKind.OPENED,
        delivery_id=KEY,
        attempt=attempt,
        detail="http-503",
        **{"gave_up": False, "next_at": at(7)} | more,  # type: ignore[arg-type]
    )


def test_an_opened_ticket_is_due_to_be_told_at_once() -> None:
    (message,) = given(TICKETS, *ASKED).state.tickets[TICKET].messages
    assert (message.kind, message.delivery_id, message.attempt, message.at) == (MessageKind.OPENED, KEY, 1, at(5))


def test_what_the_partners_server_took_is_delivered() -> None:
    after = given(TICKETS, *ASKED).when(record_attempt(Arrival.TAKEN)).then(ticket_delivered()).state.tickets[TICKET]
    assert after.messages == ()
    assert after.told_at == at(6)


def test_an_attempt_that_failed_is_made_again_under_the_same_key() -> None:
    after = given(TICKETS, *ASKED).when(record_attempt(Arrival.FAILED)).then(failed())
    (message,) = after.state.tickets[TICKET].messages
    assert (message.delivery_id, message.attempt, message.at) == (KEY, 2, at(7))


def test_an_attempt_of_unknown_outcome_is_made_again_under_the_same_key() -> None:
    unknown = DeliveryUnknown(
        occurred_at=at(6),
        ticket_id=TICKET,
        partner=SPONSOR,
        message=MessageKind.OPENED,
        delivery_id=KEY,
        attempt=1,
        detail="timed-out",
        next_at=at(7),
    )
    after = given(TICKETS, *ASKED).when(record_attempt(Arrival.UNKNOWN, detail="timed-out")).then(unknown)
    again = after.when(record_attempt(Arrival.TAKEN, attempt=2, at=at(7))).so()
    assert isinstance(again.facts[-1], TicketDelivered)
    assert again.facts[-1].delivery_id == KEY
    assert again.facts[-1].attempt == 2


def test_the_last_attempt_says_that_we_gave_up() -> None:
    last = record_attempt(Arrival.FAILED, next_at=None)
    after = given(TICKETS, *ASKED).when(last).then(failed(gave_up=True, next_at=None)).state.tickets[TICKET]
    assert after.messages == ()
    assert [message.kind for message in after.undelivered] == [MessageKind.OPENED]


def test_an_unknown_outcome_at_the_last_attempt_is_given_up_visibly_too() -> None:
    after = given(TICKETS, *ASKED).when(record_attempt(Arrival.UNKNOWN, next_at=None)).so()
    assert isinstance(after.facts[-1], DeliveryUnknown)
    assert after.facts[-1].gave_up
    assert [message.kind for message in after.state.tickets[TICKET].undelivered] == [MessageKind.OPENED]


def test_a_refusal_is_not_tried_again() -> None:
    refused = record_attempt(Arrival.REFUSED)
    given(TICKETS, *ASKED).when(refused).then(failed(gave_up=True, next_at=None))


def test_an_attempt_that_was_recorded_is_not_recorded_twice() -> None:
    once = given(TICKETS, *ASKED).when(record_attempt(Arrival.FAILED)).so()
    once.when(record_attempt(Arrival.FAILED)).nothing()
    done = once.when(record_attempt(Arrival.TAKEN, attempt=2)).so()
    done.when(record_attempt(Arrival.TAKEN, attempt=2)).nothing()


def test_an_attempt_at_an_unknown_ticket_records_nothing() -> None:
    given(TICKETS, *HEARD).when(record_attempt(Arrival.TAKEN)).nothing()


def test_a_reminder_waits_until_the_ticket_itself_arrived() -> None:
    reminded = given(TICKETS, *ASKED).when(Hear(deadline_heard(ReminderReason.MISSED))).so()
    kinds = [message.kind for message in reminded.state.tickets[TICKET].messages]
    assert kinds == [MessageKind.OPENED, MessageKind.REMINDED]
    early = record_attempt(Arrival.TAKEN, delivery_id=message_id(TICKET, MessageKind.REMINDED))
    reminded.when(early).nothing()


def test_what_follows_a_message_that_was_given_up_is_still_told() -> None:
    reminded = given(TICKETS, *ASKED).when(Hear(deadline_heard(ReminderReason.MISSED))).so()
    after = reminded.when(record_attempt(Arrival.REFUSED)).so().state.tickets[TICKET]
    assert [message.kind for message in after.messages] == [MessageKind.REMINDED]


def test_every_message_of_a_ticket_has_a_key_of_its_own() -> None:
    told = given(TICKETS, *ASKED)
    for number in range(3):
        told = told.when(Hear(deadline_heard(ReminderReason.MISSED, minutes=100 + number))).so()
        clock = deadline_heard(ReminderReason.MISSED, clock=ClockId(message_id(TICKET, f"clock {number}")))
        told = told.when(Hear(clock)).so()
    keys = [message.delivery_id for message in told.state.tickets[TICKET].messages]
    assert len(keys) == len(set(keys)) == 5


def test_what_was_given_up_is_told_after_all_under_the_same_key_and_with_patience_anew() -> None:
    gave_up = given(TICKETS, *ASKED).when(record_attempt(Arrival.FAILED)).so()
    gave_up = gave_up.when(record_attempt(Arrival.REFUSED, attempt=2)).so()
    asked = RedeliveryAsked(occurred_at=at(30), ticket_id=TICKET, partner=SPONSOR, by="st_els")
    after = gave_up.when(redeliver()).then(asked)
    ticket = after.state.tickets[TICKET]
    (message,) = ticket.messages
    assert (message.delivery_id, message.attempt, message.first, message.at) == (KEY, 3, 3, at(30))
    assert ticket.undelivered == ()
    after.when(redeliver()).nothing()


def test_what_was_given_up_goes_before_what_waits_since() -> None:
    gave_up = given(TICKETS, *ASKED).when(record_attempt(Arrival.REFUSED)).so()
    reminded = gave_up.when(Hear(deadline_heard(ReminderReason.MISSED))).so()
    again = reminded.when(redeliver()).so().state.tickets[TICKET]
    assert [message.kind for message in again.messages] == [MessageKind.OPENED, MessageKind.REMINDED]


def test_only_the_owners_desk_has_it_told_again() -> None:
    gave_up = given(TICKETS, *ASKED).when(record_attempt(Arrival.REFUSED)).so()
    gave_up.when(redeliver(STRANGER)).refused("not-the-owner")


def test_what_arrived_is_not_told_again() -> None:
    given(TICKETS, *ASKED, ticket_delivered()).when(redeliver()).nothing()
