"""What a partner is told, and which message's turn it is."""

import json
from typing import Any
from uuid import UUID

from gehoor.events.envelope import Stream
from gehoor.events.fact import Fact
from gehoor.events.partner import MessageKind, QuestionAnswered, ReminderReason
from gehoor.events.private import Private
from gehoor.partner_escalation import effects
from gehoor.partner_escalation.domain import TICKETS, Tickets
from gehoor.partner_escalation.domain.commands import Arrival, Hear
from gehoor.partner_escalation.domain.evolving import message_id
from gehoor.partner_escalation.facts import ErasureHeard
from gehoor.partner_escalation.policy import read
from gehoor.runtime.ports import Due
from tests.given import given
from tests.unit.partner_escalation.prize import (
    ASKED,
    HEARD,
    SHARED,
    SPONSOR,
    TICKET,
    at,
    deadline_heard,
    disputed,
    question_asked,
    record_attempt,
    resolved,
    ticket_delivered,
    ticket_opened,
    update_id,
    withdraw,
)
from tests.unit.partner_escalation.test_policy import WRITTEN

POLICY = read(WRITTEN, "test.yaml")
STREAM = Stream("tickets", UUID(int=1))
OPENED = (*HEARD, ticket_opened())


def last(tickets: Tickets) -> Any:
    """What the last message that waits says."""
    ticket = tickets.tickets[TICKET]
    return json.loads(effects.body(tickets, ticket, ticket.messages[-1], POLICY))


def told(*facts: Fact) -> Any:
    return last(given(TICKETS, *OPENED, *facts).state)


def test_an_opened_ticket_says_what_is_asked_and_shows_what_policy_shares() -> None:
    assert told() == {
        "type": "ticket.opened",
        "timestamp": at(5).isoformat(),
        "data": {
            "ticket_id": str(TICKET),
            "partner": SPONSOR,
            "category": "prize.not-delivered",
            "asked": ASKED,
            "shared": SHARED,
            "answer_within": "5 working days",
            "wanted_by": None,
        },
    }


def test_a_reminder_counts_and_says_when_the_answer_was_due() -> None:
    reminded = given(TICKETS, *OPENED).when(Hear(deadline_heard(ReminderReason.MISSED))).so()
    said = last(reminded.state)
    assert said["type"] == "ticket.reminded"
    assert (said["data"]["reminder"], said["data"]["due"]) == (1, at(120).isoformat())


def test_an_answer_names_its_question_and_a_dispute_its_reason() -> None:
    answered = QuestionAnswered(
        occurred_at=at(153),
        ticket_id=TICKET,
        partner=SPONSOR,
        question=update_id("question"),
        answer=Private("The twelfth."),
        by="st_els",
    )
    said = told(question_asked(), answered)["data"]
    assert (said["question"], said["answer"]) == (str(update_id("question")), "The twelfth.")
    said = told(resolved(), disputed())["data"]
    assert (said["dispute"], said["why"]) == (1, "Nothing came.")


def test_a_message_has_the_same_bytes_at_every_attempt() -> None:
    first = given(TICKETS, *OPENED)
    again = first.when(record_attempt(Arrival.UNKNOWN)).so()
    bodies = [
        effects.body(state, state.tickets[TICKET], state.tickets[TICKET].messages[0], POLICY)
        for state in (first.state, again.state)
    ]
    assert bodies[0] == bodies[1]


def test_what_is_no_longer_asked_is_no_longer_told() -> None:
    withdrawn = given(TICKETS, *OPENED).when(withdraw()).so().state
    ticket = withdrawn.tickets[TICKET]
    said = json.loads(effects.body(withdrawn, ticket, ticket.messages[0], POLICY))
    assert (said["type"], said["data"]["shared"]) == ("ticket.opened", {})
    assert last(withdrawn)["data"] == {"ticket_id": str(TICKET), "partner": SPONSOR}


def test_after_an_erasure_only_the_names_of_the_fields_are_told() -> None:
    erased = given(TICKETS, *OPENED).when(Hear(ErasureHeard(occurred_at=at(9)))).so().state
    said = last(erased)
    assert said["type"] == "ticket.erased"
    assert said["data"]["fields"] == ["name", "address", "prize"]
    opened = effects.body(erased, erased.tickets[TICKET], erased.tickets[TICKET].messages[0], POLICY)
    assert b"Noor" not in opened


def test_the_turn_of_a_message_comes_when_the_one_before_it_arrived() -> None:
    reminded = given(TICKETS, *OPENED).when(Hear(deadline_heard(ReminderReason.MISSED))).so()
    opened = Due(effects.DELIVERY, message_id(TICKET, MessageKind.OPENED), STREAM, at(5))
    assert list(effects.deliveries(STREAM, reminded.state)) == [opened]
    arrived = given(TICKETS, *reminded.facts, ticket_delivered())
    reminder = Due(effects.DELIVERY, message_id(TICKET, MessageKind.REMINDED), STREAM, at(100))
    assert list(effects.deliveries(STREAM, arrived.state)) == [reminder]


def test_each_attempt_is_an_arming_of_its_own() -> None:
    again = given(TICKETS, *OPENED).when(record_attempt(Arrival.FAILED)).so().state
    (due,) = effects.deliveries(STREAM, again)
    assert (due.arming, due.at) == (2, at(7))


def test_a_ticket_of_which_all_is_told_has_nothing_due() -> None:
    assert list(effects.deliveries(STREAM, given(TICKETS, *OPENED, ticket_delivered()).state)) == []
