"""What view rows promise: found by tags, in order, page by page; and outside only what is meant for an audience."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import Commit, DefectError, Row, Store
from gehoor.runtime.postgres.connecting import Pool, close_pool, reached
from gehoor.runtime.postgres.store import PostgresStore
from tests.contract.conftest import Migrated
from tests.ledger import NAME, NOON


@pytest.fixture
async def outside(migrated: Migrated) -> AsyncIterator[Pool]:
    pool = await migrated.pool("ledger_outside")
    yield pool
    await close_pool(pool)


@pytest.fixture
def store(kept_by: str, request: pytest.FixtureRequest) -> Store:
    if kept_by == "memory":
        return MemoryStore(NAME)
    return PostgresStore(request.getfixturevalue("pool"), NAME, outside=request.getfixturevalue("outside"))


def row(key: str, *tags: str, rank: str = "", view: str = "tickets", audience: str | None = None) -> Row:
    return Row(view, key, {"key": key}, tags, rank, audience)


async def keep(store: Store, *rows: Row) -> None:
    await store.commit(Commit(NOON, rows_set=rows))


async def found(store: Store, *tags: str, after: tuple[str, str] | None = None, limit: int = 100) -> str:
    return "".join(row.key for row in await store.find("tickets", *tags, after=after, limit=limit))


async def test_a_row_comes_back_whole(store: Store) -> None:
    whole = Row("tickets", "ключ", {"a": [1, 2.5, None, True, "\x00é"]}, ("a=1", 'b=ü,{}"\\'), "r", "partner")
    await keep(store, whole)
    assert await store.get("tickets", "ключ") == whole
    assert list(await store.find("tickets", 'b=ü,{}"\\')) == [whole]


async def test_a_row_is_replaced_whole(store: Store) -> None:
    await keep(store, row("a", "x=1", rank="1", audience="p"))
    await keep(store, row("a", "y=1"))
    assert await store.get("tickets", "a") == row("a", "y=1")
    assert await found(store, "x=1") == ""


async def test_a_row_that_is_not_there_is_none(store: Store) -> None:
    await keep(store, row("a", view="others"))
    assert await store.get("tickets", "a") is None


async def test_rows_are_found_by_all_of_their_tags(store: Store) -> None:
    await keep(store, row("a", "desk=1", "open=yes"), row("b", "desk=1"), row("c", "open=yes"))
    assert await found(store, "desk=1", "open=yes") == "a"
    assert await found(store, "desk=1") == "ab"
    assert await found(store, "desk=2") == ""
    assert await found(store) == "abc"


async def test_rows_stand_by_rank_and_key_as_their_bytes_do(store: Store) -> None:
    await keep(store, row("b", rank="1"), row("Z", rank="1"), row("é", rank="1"), row("a", rank="2"), row("z", rank=""))
    assert await found(store) == "zZbéa"


async def test_pages_follow_on_without_gap_or_repeat(store: Store) -> None:
    await keep(store, *(row(key + rank, rank=rank) for rank in "12" for key in "ab"))
    first = await store.find("tickets", limit=2)
    assert [one.key for one in first] == ["a1", "b1"]
    assert await found(store, after=(first[-1].rank, first[-1].key), limit=2) == "a2b2"
    assert await found(store, after=("2", "b2")) == ""


async def test_rows_are_dropped(store: Store) -> None:
    await keep(store, row("a"), row("b"))
    await store.commit(Commit(NOON, rows_dropped=[("tickets", "a"), ("tickets", "never there")]))
    assert await found(store) == "b"


async def test_a_row_that_is_dropped_and_set_at_once_is_there(store: Store) -> None:
    await keep(store, row("a"))
    await store.commit(Commit(NOON, rows_dropped=[("tickets", "a")], rows_set=[row("a", "new=yes")]))
    assert await found(store, "new=yes") == "a"


async def test_replacing_a_view_leaves_others_alone(store: Store) -> None:
    await keep(store, row("a"), row("b"), row("c", view="others"))

    async def rows() -> list[Row]:
        return [row("b", "new=yes"), row("d")]

    await store.replace_rows("tickets", rows)
    assert await found(store) == "bd"
    assert await found(store, "new=yes") == "b"
    assert await store.get("others", "c") is not None


# --- outside -----------------------------------------------------------------------------------------------------


async def test_an_audience_sees_its_own_rows_and_no_others(store: Store) -> None:
    await keep(store, row("a", audience="post"), row("b", audience="bank"), row("c"))
    assert [one.key for one in await store.find("tickets", audience="post")] == ["a"]
    assert await store.get("tickets", "a", audience="post") is not None
    assert await store.get("tickets", "b", audience="post") is None
    assert await store.get("tickets", "c", audience="post") is None


@pytest.mark.parametrize("audience", ["nobody", "", "post' or true --"])
async def test_an_unknown_audience_sees_nothing(store: Store, audience: str) -> None:
    await keep(store, row("a", audience="post"), row("c"))
    assert list(await store.find("tickets", audience=audience)) == []


async def test_what_one_audience_asked_does_not_stay_for_the_next(store: Store) -> None:
    await keep(store, row("a", audience="post"), row("b", audience="bank"))
    for audience, key in [("post", "a"), ("bank", "b")] * 10:
        assert [one.key for one in await store.find("tickets", audience=audience)] == [key]


async def test_the_database_shows_the_outside_role_nothing_without_an_audience(pool: Pool, outside: Pool) -> None:
    await keep(PostgresStore(pool, NAME), row("a", audience="post"), row("c"))
    async with reached(outside) as connection:
        assert await connection.fetch("select * from view_row") == []


@pytest.mark.parametrize("table", ["event", "outbox", "handled", "due", "remembered", "parked", "keyring", "blob"])
async def test_the_outside_role_reads_nothing_else(outside: Pool, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with reached(outside) as connection:
            await connection.fetch(f"select * from {table}")  # noqa: S608 - of the list above


async def test_the_outside_role_writes_nothing(outside: Pool) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with reached(outside) as connection:
            await connection.execute("delete from view_row")


async def test_a_service_without_anybody_outside_refuses_to_look_for_them(pool: Pool) -> None:
    with pytest.raises(DefectError):
        await PostgresStore(pool, NAME).find("tickets", audience="post")


async def test_what_happened_can_not_be_changed_by_the_service_itself(pool: Pool) -> None:
    for statement in ("update event set version = 2", "delete from event", "drop table event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with reached(pool) as connection:
                await connection.execute(statement)


async def test_services_do_not_see_one_another(migrated: Migrated) -> None:
    reader = await migrated.pool("reader", "reader")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with reached(reader) as connection:
                await connection.fetch("select * from ledger.event where id = $1", uuid4())
    finally:
        await close_pool(reader)
