"""5. No closing stands that was decided by another than the owner of that moment; partner facts change no complaint."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from gehoor.events.envelope import Recorded
from gehoor.events.intake import Closed, Reopened
from gehoor.events.routing import OwnerAccepted, OwnerAssigned, ReportForwarded
from gehoor.intake.domain.state import Matter
from gehoor.intake.facts import OwnerNoted
from gehoor.runtime.ports import Commit
from tests.simulation.reading import states
from tests.simulation.run import Run

NAME = "closings"


@dataclass
class Witness:
    """Once intake knows that another owned it when it was closed, it is closed no longer."""

    closed: dict[UUID, Closed] = field(default_factory=dict)

    def see(self, run: Run, service: str, _commit: Commit, recorded: Sequence[Recorded]) -> None:
        """One commit of intake's: what it learnt of the owner, and what it made of it."""
        learnt: dict[UUID, OwnerNoted] = {}
        for event in recorded if service == "intake" else ():
            match event.fact:
                case Closed():
                    self.closed[event.subject] = event.fact
                case Reopened():
                    self.closed.pop(event.subject, None)
                case OwnerNoted():
                    learnt[event.subject] = event.fact
                case _:
                    continue
        for id_, owner in learnt.items():
            closed = self.closed.get(id_)
            if closed is not None and owner.occurred_at <= closed.occurred_at and owner.hand_off != closed.hand_off:
                run.breaks(NAME, f"closed by {closed.desk}, and {owner.desk} owned it by then", id_)


async def check(run: Run) -> None:
    """Hold each closing that stands against routing's own story, and each cause against who may be one."""
    matters: dict[UUID, Matter] = await states(run, "intake", "complaint")
    for id_, matter in matters.items():
        closing = matter.closing
        if closing is None or matter.status != "closed":
            continue
        owner, hand_off = None, 0
        for event in run.of("routing"):
            match event.fact:
                case OwnerAssigned() | OwnerAccepted() as moved if event.subject == id_:
                    if moved.occurred_at <= closing.at:
                        owner, hand_off = moved.desk, moved.hand_off
                case ReportForwarded() as moved if event.subject == id_ and moved.occurred_at <= closing.at:
                    owner = moved.desk
                case _:
                    continue
        if owner is not None and (owner, hand_off) != (closing.desk, closing.hand_off):
            run.breaks(
                NAME, f"closed by {closing.desk} on hand-off {closing.hand_off}; {owner} owned it, {hand_off}", id_
            )
    _open_for_a_reason(run, matters)
    theirs = {event.id for event in run.of("partner-escalation")}
    for service in ("intake", "routing"):
        for event in run.of(service):
            if event.causation in theirs:
                run.breaks(NAME, f"{event.fact.type} follows from what a partner said", event.subject)


def _open_for_a_reason(run: Run, matters: dict[UUID, Matter]) -> None:
    """What was closed is closed, unless something reopened it."""
    last: dict[UUID, str] = {}
    for event in run.of("intake"):
        if isinstance(event.fact, Closed | Reopened):
            last[event.subject] = "closed" if isinstance(event.fact, Closed) else "open"
    for id_, status in last.items():
        if status == "closed" and matters[id_].status != "closed":
            run.breaks(NAME, f"it was closed, and is {matters[id_].status}", id_)
