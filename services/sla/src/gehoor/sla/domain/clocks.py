"""One clock: armed, moved, met, missed, corrected, stopped.

Judged by what happened and not by when it was typed: at the due itself is in time, and what is heard after a miss can
still show that there was none.
"""

from datetime import datetime, timedelta

from gehoor.events.sla import (
    CancelReason,
    Deadline,
    DeadlineApproaching,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineSet,
    EndReason,
    MissCorrected,
    MissReason,
    MoveReason,
    Watched,
)
from gehoor.events.terms import ClockId, ClockKind, DeskId
from gehoor.sla.domain import ladder
from gehoor.sla.domain.commands import FireClock, FireWarning
from gehoor.sla.domain.decision import Decision
from gehoor.sla.domain.watch import Clock, ClockState
from gehoor.sla.facts import LateHappeningHeard, WarningPassed

END_OF = {
    CancelReason.CLOSED: EndReason.CLOSED,
    CancelReason.WITHDRAWN: EndReason.WITHDRAWN,
    CancelReason.MERGED: EndReason.MERGED,
    CancelReason.RESCHEDULED: EndReason.RESCHEDULED,
    CancelReason.RELEASED: EndReason.RELEASED,
    CancelReason.NO_COMPLAINT: EndReason.NO_COMPLAINT,
    CancelReason.TICKET_WITHDRAWN: EndReason.TICKET_WITHDRAWN,
    CancelReason.TRANSFER_OVER: EndReason.RELEASED,
}
"""Why the escalation of a missed clock ends, where nothing is owed by it any more."""


def arm(
    decision: Decision,
    clock_id: ClockId,
    kind: ClockKind,
    *,
    desk: DeskId,
    starts: datetime,
    now: datetime,
    deadline: Deadline | None,
    watches: Watched | None = None,
) -> None:
    """Set it, unless it was set before or the policy has no such clock."""
    if deadline is None or clock_id in decision.watch.clocks:
        return
    decision.state(
        DeadlineSet(
            occurred_at=now,
            clock_id=clock_id,
            kind=kind,
            desk=desk,
            starts=starts,
            deadline=deadline,
            watches=watches or Watched(),
        )
    )


def move(
    decision: Decision,
    clock: Clock,
    deadline: Deadline | None,
    *,
    desk: DeskId,
    starts: datetime,
    now: datetime,
    why: MoveReason,
) -> None:
    """Let it run until another moment, if it is another."""
    if deadline is None or not clock.running or deadline.due == clock.due:
        return
    decision.state(
        DeadlineMoved(
            occurred_at=now,
            clock_id=clock.id,
            kind=clock.kind,
            desk=desk,
            starts=starts,
            deadline=deadline,
            arming=clock.arming + 1,
            why=why,
        )
    )


def happen(
    decision: Decision, clock: Clock, at: datetime, now: datetime, late: EndReason = EndReason.DONE_LATE
) -> None:
    """What it waits for happened; `late`: why its escalation ends where that was after the due."""
    in_time = at <= clock.due
    if clock.running and in_time:
        _meet(decision, clock, at)
    elif clock.running:
        _miss(decision, clock, MissReason.HEARD_LATE, now)
        decision.state(LateHappeningHeard(occurred_at=at, clock_id=clock.id))
    elif clock.state is ClockState.MISSED and in_time and clock.missed_because is not MissReason.UNILATERAL:
        _correct(decision, clock, at, now)
    elif clock.owed:
        decision.state(LateHappeningHeard(occurred_at=at, clock_id=clock.id))
        ladder.end(decision, clock, late, at, now)


def stop(decision: Decision, clock: Clock, reason: CancelReason, at: datetime, now: datetime) -> None:
    """Nothing is owed by it any more from `at` on; what was overdue by then stays missed."""
    in_time = at <= clock.due
    if clock.running and in_time:
        decision.state(DeadlineCancelled(occurred_at=at, clock_id=clock.id, kind=clock.kind, reason=reason))
    elif clock.running:
        _miss(decision, clock, MissReason.HEARD_LATE, now)
    elif clock.state is ClockState.MISSED and in_time and clock.missed_because is not MissReason.UNILATERAL:
        _correct(decision, clock, at, now)
    elif clock.state is ClockState.MISSED:
        ladder.end(decision, clock, END_OF.get(reason, EndReason.DONE_LATE), at, now)


def break_off(decision: Decision, clock: Clock, at: datetime, now: datetime) -> None:
    """A promise is put off without the customer's agreement: missed at that moment, if it was not before."""
    if not clock.running:
        return
    if at <= clock.due:
        _miss(decision, clock, MissReason.UNILATERAL, now, at=at)
    else:
        _miss(decision, clock, MissReason.DUE_PASSED, now)
    ladder.raise_first(decision, decision.watch.clocks[clock.id], now)


def pass_by(decision: Decision, clock: Clock, now: datetime, *, caught_up: bool = True) -> None:
    """Its moment passed and nothing had happened: it is missed, and somebody is asked."""
    _miss(decision, clock, MissReason.DUE_PASSED, now, caught_up=caught_up)
    ladder.raise_first(decision, decision.watch.clocks[clock.id], now)


def fire(decision: Decision, command: FireClock) -> None:
    """Its timer went off; a timer of an earlier arming means nothing."""
    clock = decision.watch.clocks.get(command.clock_id)
    if clock is not None and clock.running and clock.arming == command.arming and command.now >= clock.due:
        pass_by(decision, clock, command.now, caught_up=command.caught_up)


def warn(decision: Decision, command: FireWarning) -> None:
    """Its moment comes near; once that has passed there is nothing left to warn of."""
    clock = decision.watch.clocks.get(command.clock_id)
    if clock is None or not clock.running or clock.warned or clock.arming != command.arming:
        return
    if command.now >= clock.due:
        decision.state(WarningPassed(occurred_at=command.now, clock_id=clock.id))
        return
    decision.state(
        DeadlineApproaching(
            occurred_at=command.now,
            clock_id=clock.id,
            kind=clock.kind,
            desk=decision.watch.asked(clock),
            due=clock.due,
            watches=clock.watches,
        )
    )


def _meet(decision: Decision, clock: Clock, at: datetime) -> None:
    left = decision.rules.working_time(clock.deadline.calendar, at, clock.due)
    decision.state(
        DeadlineMet(
            occurred_at=at,
            clock_id=clock.id,
            kind=clock.kind,
            desk=decision.watch.asked(clock),
            due=clock.due,
            early_seconds=_seconds(clock.due - at),
            early_working_seconds=_seconds(left),
            watches=clock.watches,
        )
    )


def _miss(
    decision: Decision,
    clock: Clock,
    reason: MissReason,
    now: datetime,
    *,
    at: datetime | None = None,
    caught_up: bool = True,
) -> None:
    decision.state(
        DeadlineMissed(
            occurred_at=at or clock.due,
            clock_id=clock.id,
            kind=clock.kind,
            desk=decision.watch.asked(clock),
            due=clock.due,
            reason=reason,
            miss=decision.watch.misses + 1,
            fired_late_seconds=_seconds(now - (at or clock.due)),
            caught_up=caught_up,
            watches=clock.watches,
        )
    )


def _correct(decision: Decision, clock: Clock, at: datetime, now: datetime) -> None:
    decision.state(
        MissCorrected(occurred_at=now, clock_id=clock.id, kind=clock.kind, happened_at=at, watches=clock.watches)
    )
    ladder.end(decision, clock, EndReason.CORRECTED, at, now)


def _seconds(duration: timedelta) -> int:
    return max(0, int(duration.total_seconds()))
