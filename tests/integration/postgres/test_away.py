"""A database that is away is temporary: said within seconds, nothing half stored, and all well when it is back."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import psutil
import pytest

from gehoor.devstack.postgres import Postgres
from gehoor.runtime.ports import Commit, TemporaryError
from gehoor.runtime.postgres.connecting import ANSWER_WITHIN, REACH_WITHIN, Pool, close_pool, open_pool, reached
from gehoor.runtime.postgres.migrating import Home, migrate
from gehoor.runtime.postgres.store import PostgresStore
from tests.ledger import NAME, NOON, Opened, account, append

SLACK = 2.0
"""Seconds that a busy machine may add."""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A database server of our own, durable, to be stopped and killed."""
    with TemporaryDirectory(prefix="gehoor-away-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder))
        server.start(print)
        asyncio.run(migrate(server.dsn(), [Home("ledger", as_ledger(server))]))
        yield server
        server.stop()
        server.erase()


def as_ledger(server: Postgres) -> str:
    owner = server.dsn()
    return owner.replace(owner.partition("//")[2].partition("@")[0], "ledger:secret")


@pytest.fixture
async def pool(server: Postgres) -> AsyncIterator[Pool]:
    server.start(print)
    pool = await open_pool(as_ledger(server), schema="ledger", size=3)
    yield pool
    await close_pool(pool)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds + SLACK


async def store_one(pool: Pool) -> None:
    await PostgresStore(pool, NAME).commit(Commit(NOON, [append(account(), Opened(occurred_at=NOON))]))


async def begin_and(pool: Pool, query: str, then: Exception | None = None) -> None:
    async with reached(pool, atomic=True) as connection:
        await connection.execute("insert into outbox values (999999)")
        await connection.execute(query)
        if then is not None:
            raise then


async def count(pool: Pool) -> int:
    async with reached(pool) as connection:
        counted: int = await connection.fetchval("select count(*) from event")
    return counted


async def test_a_stopped_server_is_away_at_once_and_back_without_a_new_pool(server: Postgres, pool: Pool) -> None:
    await store_one(pool)
    before = await count(pool)
    server.stop()
    for _ in range(2):
        with within(REACH_WITHIN.total_seconds()), pytest.raises(TemporaryError):
            await store_one(pool)
    server.start(print)
    await store_one(pool)
    assert await count(pool) == before + 1


async def test_a_killed_server_has_all_that_was_acknowledged(server: Postgres, pool: Pool) -> None:
    before, acknowledged, away = await count(pool), 0, 0

    async def go_on() -> None:
        nonlocal acknowledged, away
        while not away:
            try:
                await store_one(pool)
            except TemporaryError:
                away += 1
            else:
                acknowledged += 1
                if acknowledged == 60:
                    server.kill()

    async with asyncio.timeout(60):
        await asyncio.gather(*(go_on() for _ in range(6)))
    server.start(print)
    after = await count(pool) - before
    # What was being committed when it died may be there or not: nobody was told.
    assert acknowledged <= after <= acknowledged + 6


async def test_a_server_that_stands_still_is_away_within_seconds(server: Postgres, pool: Pool) -> None:
    await store_one(pool)
    with standing_still(server):
        with within(ANSWER_WITHIN.total_seconds()), pytest.raises(TemporaryError):
            await store_one(pool)
        with within(REACH_WITHIN.total_seconds()), pytest.raises(TemporaryError):
            await store_one(pool)
    await store_one(pool)


async def test_a_pool_that_is_in_use_whole_is_away(pool: Pool) -> None:
    taken = [await pool.acquire() for _ in range(3)]
    with within(REACH_WITHIN.total_seconds()), pytest.raises(TemporaryError):
        await store_one(pool)
    for connection in taken:
        await pool.release(connection)
    await store_one(pool)


async def test_a_statement_that_takes_too_long_is_away_and_its_connection_is_not_used_again(pool: Pool) -> None:
    bound = ANSWER_WITHIN / 10
    with within(bound.total_seconds()), pytest.raises(TemporaryError):
        async with reached(pool, within=bound) as connection:
            await connection.execute("select pg_sleep(60)")
    assert await count(pool) >= 0


async def test_an_error_of_ours_is_not_taken_for_absence_and_rolls_back(pool: Pool) -> None:
    before = await count(pool)
    with pytest.raises(asyncpg.UndefinedTableError):
        await begin_and(pool, "select * from no_such_table")
    with pytest.raises(ZeroDivisionError):
        await begin_and(pool, "select 1", then=ZeroDivisionError())
    async with reached(pool) as connection:
        assert await connection.fetch("select * from outbox where position = 999999") == []
    assert await count(pool) == before


async def test_who_is_cancelled_in_a_transaction_stores_nothing(pool: Pool) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with reached(pool, atomic=True) as connection:
            await connection.execute("insert into outbox values (888888)")
            inside.set()
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await inside.wait()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    async with reached(pool) as connection:
        assert await connection.fetch("select * from outbox where position = 888888") == []


@contextmanager
def standing_still(server: Postgres) -> Iterator[None]:
    """The server and all it has started, stopped as by a debugger."""
    pid = server.record.process.pid
    family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    for one in family:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in family:
            os.kill(one, signal.SIGCONT)
