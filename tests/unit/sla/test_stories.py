"""The ladders of the mortgage story and the prize story, as the stories tell them."""

from collections.abc import Sequence

from gehoor.events.fact import Fact
from gehoor.events.sla import CancelReason, EndReason, EscalationRaised
from gehoor.events.terms import ClockKind
from gehoor.sla.domain import Watch
from gehoor.sla.domain.commands import Command, FireWarning, HearOfferOver, HearOwner, OfferEnd, TicketTurn
from gehoor.sla.domain.watch import escalation_of, ticket_clock
from tests.unit.sla.saying import (
    BACK,
    REFERENCE,
    SECOND,
    THIRD,
    TICKET,
    WATCH,
    answer,
    at,
    climb,
    ended,
    fire,
    happened,
    kept,
    of,
    offered,
    promised,
    received,
    short,
    step_after,
    ticket,
)


class Telling:
    """A story in steps: each says what follows, in short."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    @property
    def watch(self) -> Watch:
        return WATCH.fold(self.facts)

    def when(self, *commands: Command) -> list[str]:
        followed: list[Fact] = []
        for command in commands:
            decided: Sequence[Fact] = WATCH.decide(self.watch, command)
            self.facts += decided
            followed += decided
        return [short(fact) for fact in followed if not fact.type.startswith("sla-notes")]


def test_the_call_that_never_came() -> None:
    """S9: three promises, three misses, levels 1, 2 (for #1), 2 (for #2) and 3."""
    story = Telling()
    assert story.when(
        received("Mon 09:02"),
        happened("Mon 09:02", ClockKind.FIRST_ANSWER),
        happened("Mon 09:02", ClockKind.ACKNOWLEDGEMENT, ClockKind.FIRST_ANSWER),
        promised("Mon 09:02", "Tue 17:00"),
    ) == [
        "set acknowledgement until Fri 00:00",
        "set first-answer until Tue 17:00",
        "set resolution until Fri 00:00",
        "met first-answer",
        "met acknowledgement",
        "set promise until Tue 17:00",
    ]
    assert story.when(fire(of(), "Tue 17:00")) == [
        "missed promise (1, due-passed)",
        "raised 1 deputy, answer by Wed 11:00",
    ]
    assert story.when(promised("Wed 10:00", "Thu 12:00", SECOND)) == ["set promise until Thu 12:00"]
    assert story.when(climb(of(), "Wed 11:00")) == ["raised 2 coordinator, answer by Wed 15:00"]
    assert story.when(fire(of(SECOND), "Thu 12:00")) == [
        "missed promise (2, due-passed)",
        "raised 2 coordinator, answer by Thu 16:00",
    ]
    assert story.when(promised("Fri 08:30", "mon 17:00", THIRD)) == ["set promise until Mon 17:00"]
    assert story.when(fire(of(THIRD), "mon 17:00")) == [
        "missed promise (3, due-passed)",
        "raised 3 manager, answer by Tue 17:00",
    ]
    assert story.when(offered("tue 09:15", to=BACK)) == ["set transfer until Tue 13:15"]
    assert story.when(
        HearOfferOver(at("tue 09:16"), at("tue 09:16"), 1, OfferEnd.ANSWERED),
        HearOwner(at("tue 09:16"), at("tue 09:16"), BACK),
    ) == ["met transfer"]
    assert story.when(
        happened("tue 09:24", ClockKind.FIRST_ANSWER, ClockKind.NEXT_STEP),
        happened("tue 09:25", ClockKind.RESOLUTION, ClockKind.FIRST_ANSWER, ClockKind.NEXT_STEP),
    ) == ["met resolution"]
    assert story.when(ended("tue 09:26")) == ["ended (closed)", "ended (closed)", "ended (closed)"]
    assert not any(clock.running for clock in story.watch.clocks.values())
    assert story.watch.reference == REFERENCE


def test_the_prize_that_never_came() -> None:
    """S1: the partner's silence is put to our own deputy; what a human answers is a clock, and so is the next word."""
    story = Telling()
    opened, anew = ticket_clock(TICKET, "opened"), ticket_clock(TICKET, "update-1")
    story.when(received("Mon 09:02", desk="audience"), happened("Mon 09:02", ClockKind.ACKNOWLEDGEMENT))
    assert story.when(ticket("Mon 10:00", TicketTurn.ASKED, "opened")) == ["set partner-answer until Sat 14:00"]
    assert story.when(
        happened("Mon 10:05", ClockKind.FIRST_ANSWER),
        promised("Mon 10:05", "wed 17:00"),
    ) == ["met first-answer", "set promise until Wed 17:00"]
    assert story.when(FireWarning(opened, 1, at("Thu 08:00"))) == ["deadline-approaching"]
    assert story.when(fire(opened, "Sat 14:00")) == [
        "missed partner-answer (1, due-passed)",
        "raised 1 deputy, answer by Mon 11:00",
    ]
    assert story.when(answer(opened, "mon 10:00", by="tue 17:00")) == [
        "answered by st_ann",
        "set next-step until Tue 17:00",
    ]
    assert story.when(climb(opened, "mon 11:00")) == []
    assert story.when(ticket("mon 14:00", TicketTurn.MOVED, "update-1")) == [
        "ended (done-late)",
        "cancelled next-step",
        "set partner-answer until Sat 14:00",
    ]
    assert story.when(ticket("mon 15:00", TicketTurn.RESOLVED)) == ["met partner-answer"]
    assert not story.watch.clocks[anew].running
    assert story.when(
        happened("tue 09:00", ClockKind.FIRST_ANSWER, ClockKind.NEXT_STEP),
        kept("tue 09:00"),
    ) == ["met promise"]
    assert story.when(ticket("tue 09:05", TicketTurn.ASKED, "disputed/1")) == ["set partner-answer until Mon 14:00"]
    assert story.when(ticket("tue 11:00", TicketTurn.RESOLVED)) == ["met partner-answer"]
    assert story.when(happened("tue 11:55", ClockKind.RESOLUTION)) == ["met resolution"]
    assert story.when(ended("tue 12:00")) == []


def test_the_top_of_the_ladder_is_asked_again_and_again() -> None:
    story = Telling()
    story.when(received(), promised("Mon 09:02", "Mon 10:00"), fire(of(), "Mon 10:00"))
    assert story.when(climb(of(), "Mon 12:00", 1)) == ["raised 2 coordinator, answer by Mon 16:00"]
    assert story.when(climb(of(), "Mon 16:00", 2)) == ["raised 3 manager, answer by Tue 17:00"]
    assert story.when(climb(of(), "Tue 17:00", 3)) == ["raised 4 ombudsman, answer by Thu 17:00"]
    assert story.when(climb(of(), "Thu 17:00", 4)) == ["raised 4 ombudsman again 1, answer by Mon 17:00"]
    assert story.when(climb(of(), "mon 17:00", 5)) == ["raised 4 ombudsman again 2, answer by Wed 17:00"]
    raised = [fact for fact in story.facts if isinstance(fact, EscalationRaised)]
    assert {fact.escalation_id for fact in raised} == {escalation_of(of())}


def test_the_next_level_counts_from_the_moment_this_one_was_really_raised() -> None:
    """After a day of downtime nobody is passed over for having been silent while nobody asked."""
    story = Telling()
    story.when(received(), promised("Mon 09:02", "Mon 10:00"))
    assert story.when(fire(of(), "Tue 13:30")) == [
        "missed promise (1, due-passed)",
        "raised 1 deputy, answer by Tue 15:30",
    ]


def test_a_next_step_that_is_not_done_is_a_miss_with_a_ladder_of_its_own() -> None:
    story = Telling()
    story.when(received(), promised("Mon 09:02", "Mon 10:00"), fire(of(), "Mon 10:00"))
    story.when(answer(of(), "Mon 11:00", by="Tue 12:00"))
    assert story.when(fire(step_after(of()), "Tue 12:00")) == [
        "missed next-step (2, due-passed)",
        "raised 2 coordinator, answer by Tue 16:00",
    ]
    assert story.when(happened("Tue 15:00", ClockKind.NEXT_STEP)) == ["ended (done-late)", "ended (next-step-done)"]


def test_with_the_cause_everything_that_followed_from_it_ends() -> None:
    story = Telling()
    story.when(received(), promised("Mon 09:02", "Mon 10:00"), fire(of(), "Mon 10:00"))
    story.when(answer(of(), "Mon 11:00", by="Tue 12:00"), fire(step_after(of()), "Tue 12:00"))
    story.when(answer(step_after(of()), "Tue 13:00", by="Wed 12:00"))
    followed = WATCH.decide(story.watch, ended("Tue 14:00", CancelReason.WITHDRAWN))
    reasons = {fact.reason for fact in followed if type(fact).__name__ == "EscalationEnded"}  # type: ignore[attr-defined]
    assert reasons == {EndReason.WITHDRAWN}
    story.when(ended("Tue 14:00", CancelReason.WITHDRAWN))
    assert not any(clock.running for clock in story.watch.clocks.values())
    assert all(escalation.state == "ended" for escalation in story.watch.escalations.values())
