"""4. An open escalation has a next step armed until a human answers or its cause ends."""

from uuid import UUID

from gehoor.intake.domain.state import Matter
from gehoor.sla.domain.watch import ClockState, Escalation, EscalationState, Watch
from gehoor.sla.effects import LADDER
from tests.simulation.reading import states
from tests.simulation.run import Run

NAME = "escalations"


async def check(run: Run) -> None:
    """Open: its ladder is armed. Answered: its next step has a clock. Cause gone: it is ended."""
    watches: dict[UUID, Watch] = await states(run, "sla", "watch")
    matters: dict[UUID, Matter] = await states(run, "intake", "complaint")
    armed = {due.key: due for due in run.house.kept["sla"].standing() if due.kind == LADDER}
    for id_, watch in watches.items():
        for escalation in watch.escalations.values():
            if escalation.open:
                due = armed.pop(escalation.id, None)
                if due is None or (due.at, due.arming) != (escalation.answer_by, escalation.raisings):
                    run.breaks(NAME, f"level {escalation.level} is asked and no next step is armed", id_)
                if (gone := _cause_gone(watch, matters.get(id_), escalation)) is not None:
                    run.breaks(NAME, f"level {escalation.level} is asked and {gone}", id_)
            elif escalation.state is EscalationState.ANSWERED and watch.next_step_of(escalation.id) is None:
                run.breaks(NAME, "an answer has no clock for its next step", id_)
        for clock in watch.clocks.values():
            owed = clock.state is ClockState.MISSED and clock.owed and clock.missed_because != "heard-late"
            if owed and watch.raised_by(clock.id) is None:
                run.breaks(NAME, f"the {clock.kind} clock was missed and nobody was asked", id_)
    for key in armed:
        run.breaks(NAME, f"the ladder of {key} is armed and it is not open")


def _cause_gone(watch: Watch, matter: Matter | None, escalation: Escalation) -> str | None:
    clock = watch.clocks[escalation.clock_id]
    if clock.state is not ClockState.MISSED:
        return f"its clock is {clock.state}"
    if matter is None:
        return "nothing was received"
    since_then = matter.closing is not None and clock.starts >= matter.closing.at  # a ticket that was kept open
    if matter.status in {"closed", "withdrawn", "merged"} and not since_then:
        return f"the matter is {matter.status}"
    promise = matter.promises.get(clock.watches.promise_id) if clock.watches.promise_id is not None else None
    if promise is not None and promise.standing in {"kept", "released"}:
        return f"the promise was {promise.standing}"
    return None
