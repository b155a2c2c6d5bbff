"""What being the only one promises: never two, the next when the first is done, and told when it is lost."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from gehoor.runtime.memory.locking import MemorySole
from gehoor.runtime.ports import TemporaryError
from gehoor.runtime.postgres import locking
from gehoor.runtime.postgres.locking import PostgresSole
from gehoor.runtime.relaying import Sole
from tests.contract.conftest import Migrated

WITHIN = 10


@pytest.fixture
def soles(kept_by: str, request: pytest.FixtureRequest) -> Callable[[], Sole]:
    """Makes one of several that mean the same."""
    if kept_by == "memory":
        one = MemorySole()
        return lambda: one
    migrated = request.getfixturevalue("migrated")
    return lambda: PostgresSole(migrated.dsn("ledger"), schema="ledger", name="relay")


async def test_there_are_never_two(soles: Callable[[], Sole]) -> None:
    inside, most, turns = 0, 0, 0

    async def take_turns() -> None:
        nonlocal inside, most, turns
        async with soles().held() as hold:
            inside += 1
            most = max(most, inside)
            await hold.check()
            turns += 1
            inside -= 1

    async with asyncio.timeout(WITHIN):
        await asyncio.gather(*(take_turns() for _ in range(4)))
    assert (most, turns) == (1, 4)


async def test_the_next_is_it_when_the_first_fails(soles: Callable[[], Sole]) -> None:
    with suppress(ZeroDivisionError):
        async with soles().held():
            raise ZeroDivisionError
    async with asyncio.timeout(WITHIN), soles().held() as hold:
        await hold.check()


async def test_who_gives_up_waiting_never_is_it(soles: Callable[[], Sole]) -> None:
    async with soles().held():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), soles().held():
                pytest.fail("two at once")
    async with asyncio.timeout(WITHIN), soles().held() as hold:
        await hold.check()


async def test_who_lost_it_is_told_and_the_next_is_it(soles: Callable[[], Sole], migrated: Migrated) -> None:
    async with asyncio.timeout(WITHIN), soles().held() as hold:
        sole = soles()
        if isinstance(sole, MemorySole):
            sole.lose()
        else:
            migrated.stack.database.run(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'", database=migrated.name
            )
        async with soles().held() as next_hold:
            await next_hold.check()
            with pytest.raises(TemporaryError):
                await hold.check()


async def test_two_purposes_do_not_stand_in_each_others_way(migrated: Migrated) -> None:
    relay, other = (PostgresSole(migrated.dsn("ledger"), schema="ledger", name=name) for name in ("relay", "other"))
    async with asyncio.timeout(WITHIN), relay.held(), other.held() as hold:
        await hold.check()


async def test_a_holder_that_stands_still_loses_it(migrated: Migrated, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process that was stopped: the server hears nothing, and gives the lock to the next."""
    monkeypatch.setattr(locking, "LOST_AFTER", timedelta(milliseconds=400))
    monkeypatch.setattr(locking, "KEEP_EVERY", timedelta(hours=1))
    one, other = (PostgresSole(migrated.dsn("ledger"), schema="ledger", name="relay") for _ in range(2))
    async with asyncio.timeout(WITHIN), one.held() as hold, other.held():
        with pytest.raises(TemporaryError):
            await hold.check()
