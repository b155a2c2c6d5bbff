"""`gehoor rebuild`: a view thrown away and made again from what happened, while the service runs."""

from typing import Annotated

import typer

from gehoor.cli.installation import SERVICES, Installation, find_installation
from gehoor.cli.plainly import MisusedError, Where, run
from gehoor.cli.services import opened
from gehoor.runtime.rebuilding import Folding, rebuild_due, rebuild_view


def rebuild(
    view: Annotated[str | None, typer.Argument(help="Its name; without one, say --all.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every view, and every timer and delivery.")] = False,
    service: Annotated[str | None, typer.Option(help=f"Only of one: {', '.join(SERVICES)}.")] = None,
    installation: Where = None,
) -> None:
    """Make a view again from what happened. What is asked meanwhile is answered; nothing is lost if it is stopped.

    [dim]gehoor rebuild owners[/dim]
    [dim]gehoor rebuild --all --service sla[/dim]
    """
    if (view is None) is not everything:
        raise MisusedError("name a view, or say --all")
    there = find_installation(installation)
    services = there.named([service] if service is not None else [])
    if not sum(run(_rebuilt(there, one, view)) for one in services):
        raise MisusedError(f"no service has a view {view!r}" if view else "there is nothing to make again")


async def _rebuilt(installation: Installation, service: str, named: str | None) -> int:
    """Make the view, or all of them, again in one service, and give how many there were."""
    async with opened(installation, service) as there:
        folding = Folding(there.handling)
        await folding.catch_up()
        views = sorted(folding.views() | await there.standing_views())
        if named is not None:
            views = [view for view in views if view == named]
        for view in views:
            rows = await rebuild_view(there.handling, view)
            typer.echo(f"{service}: {view}: {rows} rows")
        if named is None:
            for kind in there.assembled.service.performers:
                rows = await rebuild_due(there.handling, there.real.ports.due, kind)
                typer.echo(f"{service}: due {kind}: {rows} rows")
    return len(views)
