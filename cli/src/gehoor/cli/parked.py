"""`gehoor parked`: what a service could not handle, set aside with its reason; look at it, try it again, or drop it."""

import getpass
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import typer

from gehoor.cli.installation import Installation, find_installation
from gehoor.cli.plainly import FAILED, AsJson, FailedError, MisusedError, Sure, Where, run, sure
from gehoor.cli.services import opened
from gehoor.cli.showing import show_rows
from gehoor.runtime.parking import Dropped, Parked, Place

app = typer.Typer(no_args_is_help=True, help="What could not be handled: list, show, retry, drop.")

_PLACE = re.compile(r"^([A-Za-z0-9._-]+)/(\d+)/(\d+)$")

Service = Annotated[str, typer.Argument(help="Whose: intake, routing, sla, partner-escalation.")]
At = Annotated[str, typer.Argument(help="Where it stands, as `parked list` shows it: topic/partition/offset.")]


@dataclass(frozen=True, slots=True)
class Aside:
    """One record that a service set aside."""

    service: str
    parked: Parked

    def as_json(self) -> Mapping[str, Any]:
        """Without a word of what it holds."""
        one = self.parked
        return {
            "service": self.service,
            "place": str(one.place),
            "subject": str(one.subject),
            "why": str(one.why),
            "reason": one.reason,
            "type": one.type,
            "at": one.at.isoformat(),
        }


async def parked_of(installation: Installation, services: Sequence[str]) -> Sequence[Aside]:
    """All that those services have set aside, in order of place."""
    found = []
    for service in services:
        async with opened(installation, service) as there:
            found += [Aside(service, one) for one in await there.real.parking.listed()]
    return found


@app.command("list")
def list_(
    *,
    service: Annotated[str | None, typer.Option(help="Only one service's.")] = None,
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """Show what is parked: where it stands, what it holds up, and why. Ends with 1 where something is.

    [dim]gehoor parked list[/dim]
    """
    there = find_installation(installation)
    services = there.named([service] if service is not None else [])
    found = run(parked_of(there, services))
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found]))
    elif found:
        rows = []
        for one in found:
            held = one.parked
            since = held.at.astimezone().strftime("%a %H:%M:%S")
            rows.append(
                (one.service, str(held.place), str(held.subject), held.why, since, held.type or "?", held.reason)
            )
        show_rows(("service", "place", "subject", "why", "since", "type", "reason"), rows)
    else:
        typer.echo("Nothing is parked.")
    if found:
        raise typer.Exit(FAILED)


@app.command()
def show(service: Service, place: At, *, installation: Where = None, as_json: AsJson = False) -> None:
    """Show one parked record: its headers, the size of its body, and how many wait behind it. Never its words.

    [dim]gehoor parked show sla complaints.journal/3/1207[/dim]
    """
    told = run(_shown(find_installation(installation), service, _place(place)))
    if as_json:
        typer.echo(json.dumps(told))
        return
    for name, value in told.items():
        if isinstance(value, dict):
            for header, said in value.items():
                typer.echo(f"  {header}: {said}")
        else:
            typer.echo(f"{name}: {value}")


@app.command()
def retry(
    service: Service,
    subject: Annotated[UUID | None, typer.Argument(help="What is held up; without it, use --all.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that is parked there.")] = False,
    installation: Where = None,
) -> None:
    """Handle what is parked once more, in order, by the service's own code. Stops at the first that fails again.

    [dim]gehoor parked retry sla 0192f0c1-7f3a-7e55-9b1d-6f4d2c1a0b9e[/dim]
    [dim]gehoor parked retry sla --all[/dim]
    """
    if (subject is None) is not everything:
        raise MisusedError("name what is held up, or say --all")
    left = run(_retried(find_installation(installation), service, subject))
    if left:
        raise typer.Exit(FAILED)


@app.command()
def drop(
    service: Service,
    place: At,
    *,
    because: Annotated[str, typer.Option(help="Why it can be done without. Kept.")],
    by: Annotated[
        str | None, typer.Option(help="Who says so. Kept; without it, you as this machine knows you.")
    ] = None,
    yes: Sure = False,
    installation: Where = None,
) -> None:
    """Do without a parked record, for good. What waits behind it is handled by `parked retry` then.

    [dim]gehoor parked drop sla complaints.journal/3/1207 --because "a test message"[/dim]
    """
    if not because.strip():
        raise MisusedError("say why: --because")
    at = _place(place)
    sure(f"{service} will never handle {at}. Drop it?", yes)
    dropped = run(_dropped(find_installation(installation), service, at, by or getpass.getuser(), because))
    if dropped is None:
        raise FailedError(f"nothing is parked at {at}")
    typer.echo(f"Dropped {at} of {dropped.parked.subject}. What waits behind it wants `gehoor parked retry` now.")


async def _shown(installation: Installation, service: str, at: Place) -> Mapping[str, Any]:
    async with opened(installation, service) as there:
        parking = there.real.parking
        found = [one for one in await parking.listed() if one.place == at]
        if not found:
            raise FailedError(f"nothing is parked at {at}")
        behind = [one for one in await parking.listed(found[0].subject) if one.place > at]
        message = await there.hearing(at.topic).wrapping.unwrap(found[0])
    headers = {name: value.decode(errors="replace")[:200] for name, value in message.headers}
    size = len(message.value or b"")
    return {**Aside(service, found[0]).as_json(), "bytes": size, "waiting behind it": len(behind), "headers": headers}


async def _retried(installation: Installation, service: str, subject: UUID | None) -> int:
    """Try again, tell what came of it, and give how many records are still parked."""
    left = 0
    async with opened(installation, service) as there:
        queues = {(one.place.topic, one.subject) for one in await there.real.parking.listed(subject)}
        if not queues:
            raise FailedError(f"{service} has nothing parked" + (f" of {subject}" if subject else ""))
        for topic, held in sorted(queues):
            drained = await there.draining(topic).retry(held)
            left += drained.left
            still = f", {drained.left} left: {drained.reason}" if drained.left else ""
            typer.echo(f"{held}: {drained.handled} handled{still}")
    return left


async def _dropped(installation: Installation, service: str, at: Place, by: str, because: str) -> Dropped | None:
    async with opened(installation, service) as there:
        return await there.draining(at.topic).drop(at, by=by, because=because)


def _place(written: str) -> Place:
    found = _PLACE.match(written)
    if found is None:
        raise MisusedError(f"{written!r} is no place: one is written topic/partition/offset")
    return Place(found[1], int(found[2]), int(found[3]))
