"""Migrating makes the database what the code expects, however often and by however many it is asked."""

import asyncio
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import pytest

from gehoor.devstack import Stack
from gehoor.runtime.ports import TemporaryError
from gehoor.runtime.postgres.connecting import close_pool, open_pool, reached
from gehoor.runtime.postgres.migrating import Home, MigrationError, migrate

NOTE = "-- migrate:up\ncreate table note (id bigint generated always as identity, said text);\n-- migrate:down\n"


ODD = quote("s/é@ 'cret", safe="")


def as_role(owner: str, role: str, secret: str = ODD) -> str:
    return owner.replace(owner.partition("//")[2].partition("@")[0], f"{role}:{secret}")


@pytest.fixture
def role() -> str:
    """Roles belong to the whole server, so a test has its own."""
    return f"keeper_{uuid4().hex[:8]}"


async def try_in(dsn: str, query: str) -> None:
    pool = await open_pool(dsn, schema="keeper", size=1)
    try:
        async with reached(pool) as connection:
            await connection.execute(query)
    finally:
        await close_pool(pool)


async def test_several_may_migrate_at_once_and_again(database: str, role: str) -> None:
    homes = [Home("keeper", as_role(database, role), keeps_keyring=True), Home("other", as_role(database, role + "o"))]
    await asyncio.gather(*(migrate(database, homes) for _ in range(5)))
    await migrate(database, homes)
    await try_in(homes[0].dsn, "insert into keyring (subject, erased_at) values (gen_random_uuid(), now())")


async def test_a_services_own_tables_stand_beside_the_common_ones(database: str, role: str, tmp_path: Path) -> None:
    home = Home("keeper", as_role(database, role), migrations=tmp_path)
    await migrate(database, [home])
    (tmp_path / "0001_note.sql").write_text(NOTE, encoding="utf-8")
    for _ in range(2):
        await migrate(database, [home])
    await try_in(home.dsn, "insert into note (said) values ('yes')")


async def test_a_refused_migration_is_named_and_leaves_nothing(database: str, role: str, tmp_path: Path) -> None:
    home = Home("keeper", as_role(database, role), migrations=tmp_path)
    (tmp_path / "0001_broken.sql").write_text(NOTE.replace("said text", "said no_such_type"), encoding="utf-8")
    with pytest.raises(MigrationError, match=r"keeper: (?s:.)*0001_broken.sql(?s:.)*no_such_type"):
        await migrate(database, [home])
    (tmp_path / "0001_broken.sql").write_text(NOTE, encoding="utf-8")
    await migrate(database, [home])
    await try_in(home.dsn, "select * from note")


async def test_a_new_password_is_taken_over(database: str, role: str) -> None:
    await migrate(database, [Home("keeper", as_role(database, role, "old"))])
    renewed = Home("keeper", as_role(database, role, "new"))
    await migrate(database, [renewed])
    await try_in(renewed.dsn, "select 1")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await try_in(as_role(database, role, "old"), "select 1")


async def test_where_nobody_listens_it_is_temporary(stack: Stack) -> None:
    port = str(stack.database.record.port)
    with pytest.raises(TemporaryError):
        await migrate(stack.postgres.replace(f":{port}/", ":1/"), [])
