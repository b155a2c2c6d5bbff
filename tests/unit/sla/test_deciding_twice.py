"""Whatever happened and whatever is asked: deciding it twice decides nothing more, and nothing is forgotten."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Stream
from gehoor.events.fact import Fact
from gehoor.events.sla import CancelReason, DeadlineMissed, DeadlineMoved, DeadlineSet, MissReason
from gehoor.events.terms import ClockKind, EscalationId, MatterKind, PromiseKind
from gehoor.sla.domain import ClockState, EscalationState, Watch
from gehoor.sla.domain.commands import (
    AnswerEscalation,
    ClimbLadder,
    Command,
    FireClock,
    FireWarning,
    HearEarlierReceipt,
    HearEnd,
    HearHappening,
    HearMatter,
    HearOffer,
    HearOfferOver,
    HearOwner,
    HearPromise,
    HearPromiseKept,
    HearPromiseReleased,
    HearPromiseRescheduled,
    HearReclassified,
    HearReopened,
    HearTicket,
    OfferEnd,
    TicketTurn,
)
from gehoor.sla.domain.watch import escalation_of, promise_clock
from gehoor.sla.effects import CLOCK, LADDER, due
from tests.unit.sla.saying import (
    ANN,
    BACK,
    CALL,
    COMPLAINT,
    FRONT,
    PROMISE,
    REFERENCE,
    SECOND,
    TICKET,
    WATCH,
    at,
    ended,
    fire,
    kept,
    of,
    promised,
    received,
    ticket,
)

START = at("Mon 09:00")
DESK = st.sampled_from([FRONT, BACK])
PROMISES = st.sampled_from([PROMISE, SECOND])
CLOCK_KINDS = st.sets(st.sampled_from(ClockKind), min_size=1, max_size=2)
ENDS = [CancelReason.CLOSED, CancelReason.WITHDRAWN, CancelReason.MERGED]
STREAM = Stream("watch", COMPLAINT)


def _moment(halves: int) -> datetime:
    return START + timedelta(hours=12) * halves


THENS = st.integers(0, 28).map(_moment)
"""A moment within two weeks, often the very same as another."""
WHENS = st.tuples(THENS, st.sampled_from([0, 0, 10, 3000])).map(lambda both: (both[0], both[0] + _minutes(both[1])))
"""When it happened, and when it is heard."""


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


HEARD: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda when, matter, desk: HearMatter(when[0], when[1], COMPLAINT, matter, REFERENCE, desk),
        WHENS,
        st.sampled_from(MatterKind),
        DESK,
    ),
    st.builds(
        lambda when, matter, then: HearReclassified(when[0], when[1], COMPLAINT, matter, then),
        WHENS,
        st.sampled_from(MatterKind),
        THENS,
    ),
    st.builds(lambda when, then: HearEarlierReceipt(when[0], when[1], then), WHENS, THENS),
    st.builds(lambda when, desk: HearOwner(when[0], when[1], desk), WHENS, DESK),
    st.builds(lambda when, kinds: HearHappening(when[0], when[1], kinds), WHENS, CLOCK_KINDS),
    st.builds(
        lambda when, promise, until: HearPromise(when[0], when[1], promise, PromiseKind.CALL_BACK, until),
        WHENS,
        PROMISES,
        THENS,
    ),
    st.builds(
        lambda when, until: HearPromise(when[0], when[1], SECOND, PromiseKind.ANSWER, until, replaces=PROMISE),
        WHENS,
        THENS,
    ),
    st.builds(lambda when, promise: HearPromiseKept(when[0], when[1], promise), WHENS, PROMISES),
    st.builds(
        lambda when, promise, agreed: HearPromiseRescheduled(when[0], when[1], promise, agreed),
        WHENS,
        PROMISES,
        st.booleans(),
    ),
    st.builds(lambda when, promise: HearPromiseReleased(when[0], when[1], promise), WHENS, PROMISES),
    st.builds(
        lambda when, offer, desk: HearOffer(when[0], when[1], COMPLAINT, offer, desk), WHENS, st.integers(1, 2), DESK
    ),
    st.builds(
        lambda when, offer, end: HearOfferOver(when[0], when[1], offer, end),
        WHENS,
        st.integers(1, 2),
        st.sampled_from(OfferEnd),
    ),
    st.builds(
        lambda when, turn, cause: HearTicket(when[0], when[1], TICKET, "sponsor", turn, cause),
        WHENS,
        st.sampled_from(TicketTurn),
        st.sampled_from(["opened", "a", "b"]),
    ),
    st.builds(lambda when, reason: HearEnd(when[0], when[1], reason), WHENS, st.sampled_from(ENDS)),
    st.builds(lambda when: HearReopened(when[0], when[1], COMPLAINT), WHENS),
)
"""Something that others said."""

Choice = Command | tuple[str, int, datetime]
"""A command, or what is to be done about the how manieth clock or escalation that there is by then."""
CHOICES: st.SearchStrategy[Choice] = HEARD | st.tuples(
    st.sampled_from(["fire", "warn", "climb", "answer"]), st.integers(0, 5), THENS
)
HISTORIES = st.lists(CHOICES, max_size=20)


def meant(watch: Watch, choice: Choice) -> Command:
    if not isinstance(choice, tuple):
        return choice
    what, number, now = choice
    clocks, escalations = list(watch.clocks.values()), list(watch.escalations.values())
    clock = clocks[number % len(clocks)] if clocks else None
    if what in {"fire", "warn"}:
        command = FireClock if what == "fire" else FireWarning
        return command(clock.id if clock else promise_clock(PROMISE), clock.arming if clock else 1, now)
    escalation = escalations[number % len(escalations)] if escalations else None
    key = escalation.id if escalation else EscalationId(escalation_of(promise_clock(PROMISE)))
    if what == "climb":
        return ClimbLadder(key, escalation.raisings if escalation else 1, now)
    return AnswerEscalation(key, ANN, CALL, now + timedelta(hours=20), now)


def decided(watch: Watch, command: Command) -> Sequence[Fact]:
    try:
        return WATCH.decide(watch, command)
    except Refusal:
        return ()


def after(history: Sequence[Choice]) -> tuple[Watch, list[Fact]]:
    watch: Watch = WATCH.initial
    facts: list[Fact] = []
    for choice in history:
        followed = decided(watch, meant(watch, choice))
        watch = WATCH.fold(followed, watch)
        facts += followed
    return watch, facts


@given(HISTORIES, CHOICES)
@example(
    [received(), promised("Mon 09:02", "Tue 17:00"), fire(of(), "Tue 17:00")], kept("Tue 16:58", heard="Tue 17:10")
)
@example([received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened")], ticket("Mon 11:00", TicketTurn.MOVED, "a"))
@example([received(), promised("Mon 09:02", "Tue 17:00")], ended("Mon 12:00"))
def test_deciding_twice_decides_nothing_the_second_time(history: list[Choice], choice: Choice) -> None:
    watch, _ = after(history)
    command = meant(watch, choice)
    assert not decided(WATCH.fold(decided(watch, command), watch), command)


@given(HISTORIES)
def test_every_running_clock_is_armed_once_and_every_open_question_has_its_next_step(history: list[Choice]) -> None:
    watch, _ = after(history)
    armed = Counter((row.kind, row.key) for row in due(STREAM, watch))
    assert not armed or max(armed.values()) == 1
    assert {key for kind, key in armed if kind == CLOCK} == {
        clock.id for clock in watch.clocks.values() if clock.running
    }
    assert {key for kind, key in armed if kind == LADDER} == {
        each.id for each in watch.escalations.values() if each.state is EscalationState.OPEN
    }


@given(HISTORIES)
def test_a_question_is_open_only_while_its_clock_is_missed_and_answered_only_while_its_next_step_is_watched(
    history: list[Choice],
) -> None:
    watch, _ = after(history)
    for escalation in watch.escalations.values():
        cause, following = watch.clocks[escalation.clock_id], watch.next_step_of(escalation.id)
        if escalation.state is not EscalationState.ENDED:
            assert cause.state is ClockState.MISSED
        if escalation.state is EscalationState.ANSWERED:
            assert following is not None
            assert following.owed


@given(HISTORIES)
def test_a_clock_is_set_once_and_missed_at_most_once_and_never_early(history: list[Choice]) -> None:
    _, facts = after(history)
    sets = Counter(fact.clock_id for fact in facts if isinstance(fact, DeadlineSet))
    misses = [fact for fact in facts if isinstance(fact, DeadlineMissed)]
    assert not sets or max(sets.values()) == 1
    assert len({fact.clock_id for fact in misses}) == len(misses)
    dues = {fact.clock_id: fact.deadline.due for fact in facts if isinstance(fact, DeadlineSet | DeadlineMoved)}
    for missed in misses:
        if missed.reason is not MissReason.UNILATERAL:
            assert missed.due <= missed.occurred_at + timedelta(seconds=missed.fired_late_seconds)
            assert missed.clock_id in dues


@given(HISTORIES, WHENS)
def test_when_a_matter_ends_nothing_runs_and_nobody_is_asked(
    history: list[Choice], when: tuple[datetime, datetime]
) -> None:
    watch, _ = after(history)
    over = WATCH.fold(decided(watch, HearEnd(when[0], when[1], CancelReason.CLOSED)), watch)
    assert not any(clock.running for clock in over.clocks.values())
    assert all(each.state is EscalationState.ENDED for each in over.escalations.values())
    assert not list(due(STREAM, over))
