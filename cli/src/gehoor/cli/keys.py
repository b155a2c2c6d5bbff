"""`gehoor keys`: who may call, and what they may do.

One key is kept in every service's table, so that one token works everywhere; with `--service` in one of them alone.
"""

import json
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from gehoor.cli import keyholders
from gehoor.cli.installation import Installation, find_installation
from gehoor.cli.plainly import AsJson, FailedError, MisusedError, Sure, Where, run, sure
from gehoor.cli.showing import show_rows
from gehoor.cli.stores import pool_of
from gehoor.runtime.http.keys import ApiKey, issue
from gehoor.runtime.postgres.keys import PostgresKeys

app = typer.Typer(no_args_is_help=True, help="API keys: make, show, revoke.")

_STAFF = re.compile(r"^st_[a-z0-9]{1,32}$")
_SLUG = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")


class Role(StrEnum):
    """What a key is usually for."""

    STAFF = "staff"
    SYSTEM = "system"
    OPERATOR = "operator"
    PARTNER = "partner"


SCOPES: Mapping[Role, frozenset[str]] = {
    Role.STAFF: keyholders.STAFF,
    Role.SYSTEM: keyholders.SYSTEM,
    Role.OPERATOR: keyholders.OPERATOR,
    Role.PARTNER: keyholders.PARTNER,
}


@dataclass
class _Known:
    """One key, and the services that know it."""

    key: ApiKey
    services: list[str] = field(default_factory=list)


@asynccontextmanager
async def _tables(installation: Installation, services: Collection[str]) -> AsyncIterator[Mapping[str, PostgresKeys]]:
    """Each service's table of keys."""
    tables = {}
    async with pool_of(installation, services) as pools:
        for service, pool in pools.items():
            tables[service] = PostgresKeys(pool)
        yield tables


async def _add(installation: Installation, key: ApiKey, services: Collection[str]) -> None:
    async with _tables(installation, services) as tables:
        for table in tables.values():
            await table.add(key)


async def _known(installation: Installation) -> Sequence[_Known]:
    found: dict[str, _Known] = {}
    async with _tables(installation, list(installation.services)) as tables:
        for service, table in tables.items():
            for key in await table.list():
                found.setdefault(key.caller.id, _Known(key)).services.append(service)
    return sorted(found.values(), key=lambda one: (one.key.created_at, one.key.caller.id))


async def _revoke(installation: Installation, id_: str) -> Sequence[str]:
    now = datetime.now(UTC)
    async with _tables(installation, list(installation.services)) as tables:
        return [service for service, table in tables.items() if await table.revoke(id_, now)]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for, or whose it is; shown in `keys list`.")],
    *,
    as_: Annotated[Role | None, typer.Option("--as", help="The usual scopes of such a key.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope by name, instead of or beside --as.")] = None,
    staff: Annotated[str | None, typer.Option(help="The one it acts for: st_…")] = None,
    desk: Annotated[list[str] | None, typer.Option(help="A desk it speaks for; without one, all.")] = None,
    partner: Annotated[str | None, typer.Option(help="The partner whose tickets it sees.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="The service it is for; without one, all.")] = None,
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """Make a key, and show its token: once, since only a digest of it is kept.

    [dim]gehoor keys create web-shop --as system[/dim]
    [dim]gehoor keys create els --as staff --staff st_els --desk back-office[/dim]
    [dim]gehoor keys create sponsor --as partner --partner sponsor[/dim]
    """
    scopes = _scopes(as_, scope or [])
    _check(as_, staff, desk or [], partner)
    there = find_installation(installation)
    services = there.named(service or (["partner-escalation"] if as_ is Role.PARTNER else []))
    key, token = issue(name, scopes, datetime.now(UTC), staff=staff, desks=desk or None, partner=partner)
    run(_add(there, key, services))
    if as_json:
        typer.echo(json.dumps({"id": key.caller.id, "token": token, "scopes": sorted(scopes), "services": services}))
    else:
        typer.echo(token)
        typer.echo(f"Key {key.caller.id} works with {', '.join(services)}. It is not shown again.", err=True)


@app.command("list")
def list_(*, installation: Where = None, as_json: AsJson = False) -> None:
    """Show all keys, the revoked ones too; never a secret.

    [dim]gehoor keys list --json[/dim]
    """
    there = find_installation(installation)
    known = run(_known(there))
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in known]))
        return
    rows = []
    for one in known:
        who = one.key.caller
        desks = ", ".join(sorted(who.desks)) if who.desks else None
        whose = " ".join(filter(None, (who.staff, who.partner, desks)))
        where = "all" if len(one.services) == len(there.services) else ", ".join(one.services)
        revoked = f"{one.key.revoked_at:%Y-%m-%d %H:%M}" if one.key.revoked_at else ""
        made = f"{one.key.created_at:%Y-%m-%d %H:%M}"
        rows.append((who.id, who.name, whose, " ".join(sorted(who.scopes)), where, made, revoked))
    show_rows(("id", "name", "for", "scopes", "services", "made", "revoked"), rows)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it, or its name.")],
    *,
    yes: Sure = False,
    installation: Where = None,
) -> None:
    """End a key: within seconds nobody comes in with it any more.

    [dim]gehoor keys revoke 4f0c2a91be77[/dim]
    """
    there = find_installation(installation)
    found = [
        one for one in run(_known(there)) if key in {one.key.caller.id, one.key.caller.name} and not one.key.revoked_at
    ]
    if not found:
        raise FailedError(f"there is no key {key} that works")
    if len(found) > 1:
        raise MisusedError(f"{len(found)} keys are called {key}: name one by its id")
    sure(f"Whoever uses {found[0].key.caller.name} is shut out. Revoke it?", yes)
    services = run(_revoke(there, found[0].key.caller.id))
    typer.echo(f"{found[0].key.caller.id} is revoked in {', '.join(services)}.")


def _scopes(role: Role | None, named: Collection[str]) -> frozenset[str]:
    known = frozenset[str]().union(*SCOPES.values())
    if odd := sorted({*named} - known):
        raise MisusedError(f"no scope: {', '.join(odd)}; there are {', '.join(sorted(known))}")
    scopes = frozenset(named) | (SCOPES[role] if role is not None else frozenset())
    if not scopes:
        raise MisusedError(f"say what it may do: --as {'|'.join(Role)}, or --scope")
    return scopes


def _check(role: Role | None, staff: str | None, desks: Collection[str], partner: str | None) -> None:
    if (role is Role.PARTNER) is not (partner is not None):
        raise MisusedError("a partner's key has both --as partner and --partner")
    if staff is not None and not _STAFF.match(staff):
        raise MisusedError("--staff is an opaque id: st_ with small letters and digits")
    for slug in (*desks, *filter(None, [partner])):
        if not _SLUG.match(slug):
            raise MisusedError(f"{slug!r} is no code of a desk or partner")


def _as_json(one: _Known) -> Mapping[str, object]:
    who = one.key.caller
    return {
        "id": who.id,
        "name": who.name,
        "scopes": sorted(who.scopes),
        "staff": who.staff,
        "desks": sorted(who.desks) if who.desks is not None else None,
        "partner": who.partner,
        "services": one.services,
        "created_at": one.key.created_at.isoformat(),
        "revoked_at": one.key.revoked_at.isoformat() if one.key.revoked_at else None,
    }
