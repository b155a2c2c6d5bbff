"""3. Every open promise has exactly one armed clock; a clock fires once per arming at most, never early, nor forgotten.

Early by the clock of the process that fired it: a machine whose time is wrong can't know.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from gehoor.events.envelope import Recorded
from gehoor.events.intake import Acknowledged, PromiseKept
from gehoor.events.sla import (
    DeadlineApproaching,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineSet,
    EscalationRaised,
    MissCorrected,
    MissReason,
)
from gehoor.events.terms import ClockId, ClockKind
from gehoor.intake.domain.state import Matter
from gehoor.runtime.ports import Commit, Due
from gehoor.sla.domain.watch import ClockState, Watch
from gehoor.sla.effects import CLOCK, LADDER, WARNING
from tests.simulation.reading import states
from tests.simulation.run import SETTLES_WITHIN, Run

NAME = "clocks"


@dataclass
class Seen:
    """One clock, as the facts said so far."""

    due: datetime
    approaching_at: datetime | None
    over: str | None = None


@dataclass
class Witness:
    """Follows every clock, commit by commit."""

    clocks: dict[ClockId, Seen] = field(default_factory=dict)
    climbs: dict[UUID, datetime] = field(default_factory=dict)
    fired: Counter[tuple[str, UUID, int]] = field(default_factory=Counter)

    def see(self, run: Run, service: str, commit: Commit, recorded: Sequence[Recorded]) -> None:
        """Fired once, not before its moment, and over once."""
        for due in commit.fired:
            self.fired[due.kind, due.key, due.arming] += 1
            if self.fired[due.kind, due.key, due.arming] > 1:
                run.breaks(NAME, f"{due.kind} {due.key} fired twice as arming {due.arming}", due.stream.id)
            if commit.at < due.at:
                run.breaks(NAME, f"{due.kind} {due.key} fired at {commit.at}, due {due.at}", due.stream.id)
        for event in recorded if service == "sla" else ():
            if (says := self._follow(event, fired=bool(commit.fired))) is not None:
                run.breaks(NAME, says, event.subject)

    def _follow(self, event: Recorded, *, fired: bool) -> str | None:
        """What is wrong with a fact. What is heard counts when it happened, by the clock of whom it is heard from."""
        match fact := event.fact:
            case DeadlineSet():
                if fact.clock_id in self.clocks:
                    return f"the {fact.kind} clock {fact.clock_id} was set twice"
                self.clocks[fact.clock_id] = Seen(fact.deadline.due, fact.deadline.approaching_at)
            case DeadlineMoved():
                clock = self.clocks[fact.clock_id]
                clock.due, clock.approaching_at = fact.deadline.due, fact.deadline.approaching_at
                return "a clock that is over was moved" if clock.over else None
            case DeadlineMissed():
                clock = self.clocks[fact.clock_id]
                early = fired and event.recorded_at < clock.due
                return f"{fact.kind} was missed before it was due" if early else _end(clock, "missed")
            case DeadlineMet() | DeadlineCancelled():
                return _end(self.clocks[fact.clock_id], fact.type)
            case MissCorrected():
                clock = self.clocks[fact.clock_id]
                before, clock.over = clock.over, "corrected"
                return None if before == "missed" else f"a miss was corrected of a clock that was {before}"
            case DeadlineApproaching():
                warned_at = self.clocks[fact.clock_id].approaching_at
                return "a warning came early" if warned_at is None or event.recorded_at < warned_at else None
            case EscalationRaised():
                before_by, self.climbs[fact.escalation_id] = self.climbs.get(fact.escalation_id), fact.answer_by
                early = before_by is not None and event.recorded_at < before_by
                return f"level {fact.level} was asked before the answer was due" if early else None
            case _:
                return None
        return None


def _end(clock: Seen, how: str) -> str | None:
    before, clock.over = clock.over, how
    return None if before is None else f"a clock that was {before} is {how}"


async def check(run: Run) -> None:
    """What is owed is watched, what is watched is armed, and nothing that was due is still waiting."""
    matters: dict[UUID, Matter] = await states(run, "intake", "complaint")
    watches: dict[UUID, Watch] = await states(run, "sla", "watch")
    armed = {(due.kind, due.key): due for due in run.house.kept["sla"].standing()}
    now = run.people.times.now()
    for id_, matter in matters.items():
        watch = watches.get(id_, Watch())
        of_promises = {clock.watches.promise_id: clock for clock in watch.of_kind(ClockKind.PROMISE)}
        running = [clock for clock in of_promises.values() if clock.running]
        for promise in matter.promises.values():
            clock = of_promises.get(promise.id)
            if clock is None:
                run.breaks(NAME, f"the promise {promise.id} has no clock", id_)
            elif promise.owed and not promise.missed and matter.status == "open" and not clock.running:
                run.breaks(NAME, f"the promise {promise.id} is open and its clock is {clock.state}", id_)
            elif clock.due != promise.due.until:
                run.breaks(NAME, f"the promise {promise.id} is due {promise.due.until}, its clock {clock.due}", id_)
            elif clock.running and not promise.owed:
                run.breaks(NAME, f"the promise {promise.id} is {promise.standing} and its clock runs", id_)
            elif promise.missed != (clock.state is ClockState.MISSED):
                run.breaks(NAME, f"the promise {promise.id} was missed: {promise.missed}; its clock {clock.state}", id_)
        if len(running) != len({clock.watches.promise_id for clock in running}):
            run.breaks(NAME, "a promise has two clocks", id_)
    _judged(run, watches)
    _armed(run, watches, armed, now)


def _judged(run: Run, watches: Mapping[UUID, Watch]) -> None:
    """By what happened, and not by when it was typed or heard: done in time is no miss, done late is no met."""
    for event in run.of("intake"):
        watch = watches.get(event.subject, Watch())
        match fact := event.fact:
            case PromiseKept():
                judged = [watch.of_promise(fact.promise_id)]
            case Acknowledged():
                judged = [clock for clock in watch.of_kind(ClockKind.ACKNOWLEDGEMENT) if clock.over_at is not None]
            case _:
                continue
        for clock in judged:
            if clock is None or clock.missed_because is MissReason.UNILATERAL:
                continue
            if fact.occurred_at <= clock.due and clock.state is ClockState.MISSED:
                run.breaks(NAME, f"{fact.type} was in time, and the clock is missed", event.subject)
            if fact.occurred_at > clock.due and clock.state is ClockState.MET:
                run.breaks(NAME, f"{fact.type} was late, and the clock is met", event.subject)


def _armed(run: Run, watches: dict[UUID, Watch], armed: Mapping[tuple[str, UUID], Due], now: datetime) -> None:
    wanted: set[tuple[str, UUID]] = set()
    slack = SETTLES_WITHIN + timedelta(hours=1)
    for id_, watch in watches.items():
        for clock in watch.clocks.values():
            if clock.running:
                wanted.add((CLOCK, clock.id))
                if clock.due + slack < now:
                    run.breaks(NAME, f"the {clock.kind} clock was due {clock.due} and is forgotten", id_)
    for key in wanted - armed.keys():
        run.breaks(NAME, f"{key} runs and is not armed")
    for kind, clock_id in armed.keys() - wanted:
        if kind == CLOCK:
            run.breaks(NAME, f"the clock {clock_id} is armed and does not run")
    for (kind, due_key), due in armed.items():
        if kind in {CLOCK, WARNING, LADDER} and due.at + slack < now:
            run.breaks(NAME, f"{kind} {due_key} is overdue", due.stream.id)
