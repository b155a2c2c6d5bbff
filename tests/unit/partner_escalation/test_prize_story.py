"""The prize that never came, as the tickets of its complaint tell it."""

from gehoor.events.deciding import Refusal
from gehoor.events.fact import is_published
from gehoor.events.partner import ReminderReason
from gehoor.events.terms import TicketId
from gehoor.partner_escalation.domain import TICKETS
from gehoor.partner_escalation.domain.commands import Arrival, Hear, RecordAttempt
from gehoor.partner_escalation.facts import UpdateKind
from tests.given import Given, given
from tests.unit.partner_escalation.prize import (
    NEXT_CLOCK,
    TICKET,
    accept,
    at,
    category_heard,
    deadline_heard,
    dispute,
    end_heard,
    matter_heard,
    open_ticket,
    owner_heard,
    take_update,
)


def delivered(told: Given, minutes: float, ticket: TicketId = TICKET) -> Given:
    """The partner's server takes every message that waits."""
    for message in told.state.tickets[ticket].messages:
        attempt = RecordAttempt(at(minutes), message.delivery_id, message.attempt, Arrival.TAKEN, "http-200", 200)
        told = told.when(attempt).so()
    return told


def the_prize_that_never_came() -> Given:
    """The whole story, each message arriving in its turn."""
    told = given(TICKETS)
    for note in (matter_heard(), category_heard(), owner_heard()):
        told = told.when(Hear(note)).so()
    told = delivered(told.when(open_ticket()).so(), 6)
    told = delivered(told.when(Hear(deadline_heard(ReminderReason.APPROACHING))).so(), 101)
    told = delivered(told.when(Hear(deadline_heard(ReminderReason.MISSED, minutes=120))).so(), 121)
    told = told.when(take_update(UpdateKind.ACKNOWLEDGED, "ack", 150, reference="SP-44")).so()
    told = told.when(take_update(UpdateKind.RESOLVED, "done", 160, words="Sent.")).so()
    told = delivered(told.when(dispute()).so(), 201)
    told = told.when(take_update(UpdateKind.RESOLVED, "done 2", 250, words="Sent.")).so()
    told = delivered(told.when(accept()).so(), 301)
    return told.when(Hear(end_heard(minutes=310))).so()


def test_the_journal_tells_the_story_in_order() -> None:
    published = [
        fact.type.removeprefix("partner-escalation.").removesuffix(".v1")
        for fact in the_prize_that_never_came().facts
        if is_published(fact.type)
    ]
    assert published == [
        "ticket-opened",
        "ticket-delivered",
        "partner-reminded",
        "ticket-delivered",
        "partner-reminded",
        "ticket-delivered",
        "ticket-acknowledged",
        "ticket-resolved",
        "resolution-disputed",
        "ticket-delivered",
        "ticket-resolved",
        "resolution-accepted",
        "ticket-delivered",
    ]


def test_the_sponsors_record_has_one_answer_late_one_disputed_and_two_reminders() -> None:
    ticket = the_prize_that_never_came().state.tickets[TICKET]
    assert (ticket.late, len(ticket.disputes), ticket.reminders) == (True, 1, 2)
    assert (ticket.told_at, ticket.answered_at) == (at(6), at(160))


def test_the_sponsors_word_changes_neither_owner_nor_end_of_the_complaint() -> None:
    told = the_prize_that_never_came()
    assert told.state.owner.desk == "audience"
    before_closing = given(TICKETS, *told.facts[:-1])
    assert before_closing.state.end is None
    assert before_closing.state.tickets[TICKET].stage == "accepted"


def test_the_closing_finds_nothing_left_to_withdraw() -> None:
    assert the_prize_that_never_came().state.tickets[TICKET].stage == "accepted"


def test_a_clock_of_the_second_round_that_is_met_leaves_the_record_as_it_is() -> None:
    told = the_prize_that_never_came()
    late = told.when(Hear(deadline_heard(ReminderReason.APPROACHING, NEXT_CLOCK))).so()
    assert late.state.tickets[TICKET].reminders == 2


def test_no_message_is_left_untold() -> None:
    ticket = the_prize_that_never_came().state.tickets[TICKET]
    assert ticket.messages == ()
    assert ticket.undelivered == ()


def test_what_is_refused_says_what_would_be_possible() -> None:
    refusal = the_prize_that_never_came().when(open_ticket(ticket_id=TicketId(NEXT_CLOCK))).refusal
    assert isinstance(refusal, Refusal)
    assert refusal.possible == ("reopen the complaint first",)
