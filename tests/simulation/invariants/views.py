"""7. Views and due rows rebuilt from the own store equal the live ones."""

from gehoor.runtime.ports import Row
from gehoor.runtime.rebuilding import Folding, differences
from tests.simulation.run import Run

NAME = "views"


async def check(run: Run) -> None:
    """Make all rows again and compare."""
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
