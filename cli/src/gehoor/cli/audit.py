"""`gehoor audit`: is nothing lost, nothing doubled? The journal against the stores, and live rows against rebuilt."""

import json
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.table import Table

from gehoor.cli.installation import Installation, find_installation
from gehoor.cli.journal import Unread, read_placed
from gehoor.cli.plainly import FAILED, AsJson, Where, run
from gehoor.cli.services import Opened, opened
from gehoor.cli.showing import console
from gehoor.events.intake import PersonErased
from gehoor.runtime.auditing import Audit
from gehoor.runtime.ports import Row
from gehoor.runtime.rebuilding import Difference, Folding, differences

PAGE = 2000
OUTBOX_MAX = 1_000_000
SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit saw and found."""

    counts: Mapping[str, Mapping[str, int]]
    again: int
    """Records of the journal that repeat a fact: allowed, and without effect."""
    accounted: int
    """Records of the journal that are no facts of ours, and that a service has parked or dropped."""
    parked: int
    findings: Collection[str]

    def as_json(self) -> Mapping[str, Any]:
        """For a machine."""
        return {
            "services": self.counts,
            "repeated": self.again,
            "accounted": self.accounted,
            "parked": self.parked,
            "findings": list(self.findings),
        }


def audit(
    *,
    rows: Annotated[
        bool, typer.Option("--rows/--no-rows", help="Compare views and due rows with rebuilt ones.")
    ] = True,
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """Hold the journal against all stores, and what is shown against what happened. Ends with 1 on a finding.

    What waits in an outbox or is still to be heard is no finding: it is on its way. Safe at any time; what changes
    while it is looked at is looked at again.

    [dim]gehoor audit[/dim]
    [dim]gehoor audit --no-rows --json[/dim]
    """
    audited = run(_audited(find_installation(installation), rows=rows))
    if as_json:
        typer.echo(json.dumps(audited.as_json()))
    else:
        _show(audited)
    if audited.findings:
        raise typer.Exit(FAILED)


async def _audited(installation: Installation, *, rows: bool) -> Audited:
    seen = Audit()
    parked = 0
    async with AsyncExitStack() as open_:
        services = {name: await open_.enter_async_context(opened(installation, name)) for name in installation.services}
        progress = {name: await service.real.ports.store.progress() for name, service in services.items()}
        for name, service in services.items():
            await _store(seen, service)
            seen.wait_for(name, [one.position for one in await service.real.outbox.pending(OUTBOX_MAX)])
        await _read(seen, installation)
        for name, streams in seen.unknown().items():
            if name in services:
                for events in (await services[name].real.ports.store.load(streams)).values():
                    seen.find(events)
        for name, service in services.items():
            listed, dropped = await service.real.parking.listed(), await service.real.parking.dropped()
            held = {one.subject for one in listed}
            parked += len(held)
            places = [one.place for one in (*listed, *(one.parked for one in dropped))]
            aside = {(place.partition, place.offset) for place in places if place.topic == installation.journal}
            ours = {number: next_ for (topic, number), next_ in progress[name].items() if topic == installation.journal}
            types = {*service.assembled.service.listens_to, PersonErased.type}
            listens = types if service.assembled.service.listens_to else ()
            seen.hear(name, listens, await service.real.ports.store.handled(seen.sources), ours, held, aside=aside)
        findings = [str(finding) for finding in seen.findings()]
        if rows:
            for name, service in services.items():
                findings += [f"rows: {name}: {told}" for told in await _rows(service)]
    return Audited(seen.counts(), seen.again, seen.accounted, parked, findings)


async def _store(seen: Audit, service: Opened) -> None:
    position = 0
    while page := await service.real.ports.store.events(after=position, limit=PAGE):
        seen.store(page)
        position = page[-1].position


async def _read(seen: Audit, installation: Installation) -> None:
    async for record in read_placed(installation.kafka, installation.journal):
        if isinstance(record, Unread):
            seen.fail_to_read(record.partition, record.offset, record.reason)
        else:
            seen.read(record.partition, record.offset, record.event)


async def _rows(service: Opened) -> Collection[str]:
    """Rows that are not as the streams would have them; seen twice, so that what changed meanwhile is none of them."""
    first = await _differing(service)
    if not first:
        return ()
    second = await _differing(service)
    return [told for at, (difference, told) in first.items() if at in second and second[at][0] == difference]


async def _differing(service: Opened) -> Mapping[tuple[str, str], tuple[Difference, str]]:
    """By name and key."""
    folding = Folding(service.handling)
    await folding.catch_up()
    views, kinds = folding.views() | await service.standing_views(), service.assembled.service.performers.keys()
    found = await differences(service.handling, service.real.ports.due, views=views, kinds=kinds)
    told = {}
    for difference in found:
        row = difference.live or difference.rebuilt
        if row is not None:
            name = row.view if isinstance(row, Row) else f"due {row.kind}"
            what = "missing" if difference.live is None else "left over" if difference.rebuilt is None else "other"
            told[name, str(row.key)] = (difference, f"{name} {row.key} is {what}")
    return told


def _show(audited: Audited) -> None:
    out = console()
    table = Table("service", box=None, header_style="bold")
    for title in ("published", "on the journal", "in the outbox", "still to hear"):
        table.add_column(title, justify="right")
    for service, counts in audited.counts.items():
        table.add_row(service, *map(str, counts.values()))
    out.print(table)
    for finding in list(audited.findings)[:SHOWN_MAX]:
        out.print(finding, style="red", markup=False)
    if len(audited.findings) > SHOWN_MAX:
        out.print(f"… and {len(audited.findings) - SHOWN_MAX} more; --json has them all", style="red")
    if audited.parked:
        out.print(f"{audited.parked} subjects are parked: see `gehoor parked list`.", style="yellow")
    if audited.accounted:
        out.print(f"{audited.accounted} records of the journal are no facts of ours: parked or dropped.", style="dim")
    if audited.again:
        out.print(f"{audited.again} records repeat a fact, which has no further effect.", style="dim")
    if not audited.findings:
        out.print("Nothing is lost and nothing is doubled.", style="green")
