"""The clocks on others: a desk that is offered a complaint, and a partner that owes its word."""

from gehoor.events.sla import (
    DeadlineApproaching,
    DeadlineSet,
    EscalationRaised,
    Watched,
)
from gehoor.events.terms import ClockKind
from gehoor.sla.domain.commands import (
    FireWarning,
    HearOfferOver,
    OfferEnd,
    TicketTurn,
)
from gehoor.sla.domain.watch import ticket_clock, transfer_clock
from tests.unit.sla.saying import (
    BACK,
    COMPLAINT,
    FRONT,
    TICKET,
    after,
    at,
    fire,
    offered,
    received,
    short,
    ticket,
    told,
)

TRANSFER = transfer_clock(COMPLAINT, 1)
OPENED = ticket_clock(TICKET, "opened")


def over(moment: str, end: OfferEnd, offer: int = 1) -> HearOfferOver:
    return HearOfferOver(at(moment), at(moment), offer, end)


def test_the_receiving_desk_owes_an_answer_in_its_own_calendar() -> None:
    assert told(after(received()), offered("Mon 13:00")) == ["set transfer until Tue 09:00"]
    assert told(after(received()), offered("Mon 13:00", answer_by="Mon 15:00")) == ["set transfer until Mon 15:00"]


def test_silence_about_an_offer_is_put_to_the_desk_that_is_silent_and_expiring_is_no_answer() -> None:
    missed = after(received(), offered("Mon 13:00"), fire(TRANSFER, "Tue 09:00"))
    raised = missed.facts[-1]
    assert isinstance(raised, EscalationRaised)
    assert raised.desk == BACK
    missed.when(over("Tue 09:01", OfferEnd.EXPIRED)).nothing()
    again = missed.when(offered("Tue 09:30", offer=2)).so()
    assert told(again, over("Tue 09:40", OfferEnd.ANSWERED, offer=2)) == ["ended (done-late)", "met transfer"]


def test_an_offer_that_is_over_before_its_time_is_no_miss() -> None:
    assert told(after(received(), offered("Mon 13:00")), over("Mon 14:00", OfferEnd.EXPIRED)) == ["cancelled transfer"]


def test_an_offer_that_expired_by_its_own_hour_was_met_with_silence() -> None:
    assert told(after(received(), offered("Mon 13:00")), over("Tue 09:01", OfferEnd.EXPIRED)) == [
        "missed transfer (1, due-passed)",
        "raised 1 deputy, answer by Tue 11:01",
    ]


def test_a_partner_s_answer_runs_in_the_calendar_that_was_agreed() -> None:
    clock = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened")).facts[-1]
    assert isinstance(clock, DeadlineSet)
    assert (clock.deadline.due, clock.deadline.basis, clock.deadline.calendar) == (
        at("Sat 14:00"),
        "agreement",
        "early",
    )
    assert clock.deadline.approaching_at == at("Thu 08:00")


def test_each_word_of_a_partner_meets_its_clock_and_starts_the_next() -> None:
    asked = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"))
    assert told(asked, ticket("Mon 11:00", TicketTurn.MOVED, "a"), ticket("Tue 11:00", TicketTurn.MOVED, "b")) == [
        "met partner-answer",
        "set partner-answer until Sat 14:00",
        "met partner-answer",
        "set partner-answer until Mon 14:00",
    ]


def test_a_word_that_comes_after_the_last_one_starts_nothing() -> None:
    resolved = after(
        received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"), ticket("Mon 12:00", TicketTurn.RESOLVED)
    )
    resolved.when(ticket("Mon 11:00", TicketTurn.MOVED, "a")).nothing()


def test_a_ticket_that_was_over_before_we_heard_of_it_needs_no_clock() -> None:
    over_already = after(received(), ticket("Mon 12:00", TicketTurn.RESOLVED))
    over_already.when(ticket("Mon 10:00", TicketTurn.ASKED, "opened")).nothing()
    assert told(over_already, ticket("Mon 13:00", TicketTurn.ASKED, "disputed/1")) == [
        "set partner-answer until Sat 14:00"
    ]


def test_a_withdrawn_ticket_is_owed_nothing() -> None:
    asked = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"))
    assert told(asked, ticket("Mon 11:00", TicketTurn.WITHDRAWN)) == ["cancelled partner-answer"]
    assert told(asked, fire(OPENED, "Sat 14:00"), ticket("mon 11:00", TicketTurn.WITHDRAWN))[-1] == (
        "ended (ticket-withdrawn)"
    )


def test_a_warning_is_given_once_and_not_after_the_fact() -> None:
    asked = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"))
    warned = asked.when(FireWarning(OPENED, 1, at("Thu 08:00")))
    warned.then(
        DeadlineApproaching(
            occurred_at=at("Thu 08:00"),
            clock_id=OPENED,
            kind=ClockKind.PARTNER_ANSWER,
            desk=FRONT,
            due=at("Sat 14:00"),
            watches=Watched(ticket_id=TICKET, partner="sponsor"),
        )
    )
    assert [short(fact) for fact in asked.when(FireWarning(OPENED, 1, at("Sat 14:00"))).facts] == ["warning-passed"]


def test_a_word_from_before_a_dispute_is_no_answer_to_it() -> None:
    disputed = after(
        received(),
        ticket("Mon 10:00", TicketTurn.ASKED, "opened"),
        ticket("Mon 12:00", TicketTurn.RESOLVED),
        ticket("Mon 15:00", TicketTurn.ASKED, "disputed/1"),
    )
    disputed.when(ticket("Mon 11:00", TicketTurn.MOVED, "a", heard="Mon 16:00")).nothing()
    disputed.when(ticket("Mon 12:30", TicketTurn.RESOLVED, heard="Mon 16:00")).nothing()
