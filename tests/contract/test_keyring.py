"""What the keyring promises: one key a subject, gone for ever once erased, and unknown never taken for erased."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from gehoor.events.private import Erased
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.ports import Keyring, UnknownKeyError
from gehoor.runtime.postgres.connecting import Pool, close_pool
from gehoor.runtime.postgres.keyring import CACHED_FOR, PostgresKeyring
from tests.contract.conftest import Migrated
from tests.ledger import NOON

INSTALLATION = bytes(range(32))


@pytest.fixture
def keyring(kept_by: str, request: pytest.FixtureRequest) -> Keyring:
    if kept_by == "memory":
        return MemoryKeyring()
    return PostgresKeyring(request.getfixturevalue("pool"), INSTALLATION)


@pytest.fixture
async def reading(migrated: Migrated) -> AsyncIterator[Pool]:
    """The connections of a service that does not keep the keyring."""
    pool = await migrated.pool("reader", "reader")
    yield pool
    await close_pool(pool)


async def test_a_key_is_made_once_and_stays(keyring: Keyring) -> None:
    one, other = uuid4(), uuid4()
    made = await keyring.keys([one], create=True)
    again = await keyring.keys([one, other], create=True)
    key = made[one]
    assert isinstance(key, bytes)
    assert len(key) == 32
    assert again[one] == key != again[other]


async def test_of_many_who_make_a_key_all_have_the_same(keyring: Keyring) -> None:
    subjects = [uuid4() for _ in range(5)]
    rings = await asyncio.gather(*(keyring.keys(subjects, create=True) for _ in range(8)))
    assert all(ring == rings[0] for ring in rings)


async def test_an_unknown_subject_is_left_out(keyring: Keyring) -> None:
    assert await keyring.keys([uuid4()]) == {}


async def test_an_erased_subject_says_when(keyring: Keyring) -> None:
    subject = uuid4()
    await keyring.keys([subject], create=True)
    await keyring.erase([subject], NOON)
    assert await keyring.keys([subject]) == {subject: Erased(NOON)}


async def test_an_erased_subject_never_has_a_key_again(keyring: Keyring) -> None:
    had, never = uuid4(), uuid4()
    await keyring.keys([had], create=True)
    await keyring.erase([had, never], NOON)
    assert await keyring.keys([had, never], create=True) == {had: Erased(NOON), never: Erased(NOON)}


async def test_the_first_tombstone_stays(keyring: Keyring) -> None:
    subject = uuid4()
    await keyring.erase([subject], NOON)
    await keyring.erase([subject], NOON + timedelta(days=1))
    assert await keyring.keys([subject]) == {subject: Erased(NOON)}


async def test_others_are_left_alone(keyring: Keyring) -> None:
    one, other = uuid4(), uuid4()
    before = await keyring.keys([one, other], create=True)
    await keyring.erase([one], NOON)
    assert (await keyring.keys([other]))[other] == before[other]


# --- only in the database ----------------------------------------------------------------------------------------


async def test_no_key_is_in_the_database_in_clear(pool: Pool) -> None:
    subject = uuid4()
    key = (await PostgresKeyring(pool, INSTALLATION).keys([subject], create=True))[subject]
    wrapped = await pool.fetchval("select wrapped from keyring where subject = $1", subject)
    assert isinstance(key, bytes)
    assert key not in wrapped
    await PostgresKeyring(pool, INSTALLATION).erase([subject], NOON)
    assert await pool.fetchval("select wrapped from keyring where subject = $1", subject) is None


async def test_another_installation_can_not_open_it_and_says_unknown(pool: Pool) -> None:
    subject = uuid4()
    await PostgresKeyring(pool, INSTALLATION).keys([subject], create=True)
    with pytest.raises(UnknownKeyError):
        await PostgresKeyring(pool, bytes(32)).keys([subject])


async def test_a_key_that_was_moved_to_another_subject_does_not_open(pool: Pool) -> None:
    one, other = uuid4(), uuid4()
    await PostgresKeyring(pool, INSTALLATION).keys([one, other], create=True)
    await pool.execute(
        "update keyring set wrapped = (select wrapped from keyring where subject = $1) where subject = $2", one, other
    )
    with pytest.raises(UnknownKeyError):
        await PostgresKeyring(pool, INSTALLATION).keys([other])


async def test_another_service_reads_the_keys_and_writes_none(pool: Pool, reading: Pool) -> None:
    subject = uuid4()
    kept = await PostgresKeyring(pool, INSTALLATION).keys([subject], create=True)
    reader = PostgresKeyring(reading, INSTALLATION)
    assert await reader.keys([subject]) == kept
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.keys([uuid4()], create=True)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.erase([subject], NOON)


@pytest.mark.parametrize("how", ["told", "in time"])
async def test_a_reader_learns_of_an_erasure_when_told_or_in_time(pool: Pool, reading: Pool, how: str) -> None:
    keeper, seconds = PostgresKeyring(pool, INSTALLATION), [0.0]
    reader = PostgresKeyring(reading, INSTALLATION, passed=lambda: seconds[0])
    subject = uuid4()
    before = await keeper.keys([subject], create=True)
    assert await reader.keys([subject]) == before
    await keeper.erase([subject], NOON)
    seconds[0] = CACHED_FOR.total_seconds() - 0.001
    assert await reader.keys([subject]) == before
    if how == "told":
        reader.forget([subject])
    else:
        seconds[0] = CACHED_FOR.total_seconds()
    assert await reader.keys([subject]) == {subject: Erased(NOON)}


async def test_a_key_that_is_about_to_be_destroyed_is_not_held_again(pool: Pool, reading: Pool) -> None:
    """The fact that a person is erased may be heard before the keys are gone; whoever reads in between holds none."""
    keeper, reader = PostgresKeyring(pool, INSTALLATION), PostgresKeyring(reading, INSTALLATION)
    subject = uuid4()
    before = await keeper.keys([subject], create=True)
    reader.forget([subject])
    assert await reader.keys([subject]) == before
    await keeper.erase([subject], NOON)
    assert await reader.keys([subject]) == {subject: Erased(NOON)}


async def test_a_key_made_later_is_not_missed(pool: Pool, reading: Pool) -> None:
    """That a subject is unknown is never remembered."""
    reader, subject = PostgresKeyring(reading, INSTALLATION), UUID(int=1)
    assert await reader.keys([subject]) == {}
    made = await PostgresKeyring(pool, INSTALLATION).keys([subject], create=True)
    assert await reader.keys([subject]) == made
