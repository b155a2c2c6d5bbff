"""7. Views and due rows rebuilt from the own store equal the live ones; so does what others know by the journal."""

from uuid import UUID

from gehoor.events.terms import MatterKind
from gehoor.intake.domain.state import Matter, Status
from gehoor.partner_escalation.domain.tickets import Tickets
from gehoor.routing.domain.ownership import Ownership
from gehoor.runtime.ports import Row
from gehoor.runtime.rebuilding import Folding, differences
from gehoor.sla.domain.watch import Watch
from tests.simulation.reading import states
from tests.simulation.run import Run

NAME = "views"


async def check(run: Run) -> None:
    """Make all rows again and compare; compare what each service knows of each matter."""
    for name, kept in run.house.kept.items():
        process = run.house.processes[name][0]
        folding = Folding(process.handling)
        await folding.catch_up()
        views = sorted(folding.views() | set(kept.store._views))
        kinds = sorted(process.assembled.service.performers)
        for difference in await differences(process.handling, kept.due, views=views, kinds=kinds):
            row = difference.live or difference.rebuilt
            kind = row.view if isinstance(row, Row) else f"due {row.kind}" if row is not None else "a row"
            how = "missing" if difference.live is None else "left over" if difference.rebuilt is None else "other"
            run.breaks(NAME, f"{name}: {kind} {row.key if row else ''} is {how}: {difference}")
    await _agree(run)


async def _agree(run: Run) -> None:
    matters: dict[UUID, Matter] = await states(run, "intake", "complaint")
    owned: dict[UUID, Ownership] = await states(run, "routing", "complaint")
    watches: dict[UUID, Watch] = await states(run, "sla", "watch")
    tickets: dict[UUID, Tickets] = await states(run, "partner-escalation", "tickets")
    for id_, matter in matters.items():
        routing, watch = owned.get(id_, Ownership()), watches.get(id_, Watch())
        partner = tickets.get(id_, Tickets())
        kinds = {"intake": matter.kind, "routing": routing.kind, "sla": watch.matter, "partner": partner.matter}
        if len(set(kinds.values())) != 1:
            run.breaks(NAME, f"they disagree on what it is: {kinds}", id_)
        ends = {"intake": _end(matter.status), "routing": routing.end and str(routing.end)}
        if matter.kind is not MatterKind.REPORT:
            ends["partner"] = partner.end and str(partner.end)
        if len(set(ends.values())) != 1:
            run.breaks(NAME, f"they disagree on how it stands: {ends}", id_)


def _end(status: Status) -> str | None:
    return None if status is Status.OPEN else str(status)
