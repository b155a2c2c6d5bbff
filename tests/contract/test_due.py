"""What the due table promises: each row to one worker at a time, and answered once."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from gehoor.runtime.memory.due import MemoryDue
from gehoor.runtime.memory.parking import MemoryParking
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.parking import Parked, Parking, Place, Why
from gehoor.runtime.ports import Commit, Due, DueTable, StaleError, Store, TakenError
from gehoor.runtime.postgres.due import PostgresDue
from gehoor.runtime.postgres.parking import PostgresParking
from gehoor.runtime.postgres.store import PostgresStore
from tests.ledger import NAME, NOON, Opened, account, append

LEASE = timedelta(seconds=30)
LATER = NOON + timedelta(hours=1)

Parts = tuple[Store, DueTable, Parking]


@pytest.fixture
def parts(kept_by: str, request: pytest.FixtureRequest) -> Parts:
    if kept_by == "memory":
        memory, parking = MemoryStore(NAME), MemoryParking()
        return memory, MemoryDue(memory, parking), parking
    pool = request.getfixturevalue("pool")
    dsn = request.getfixturevalue("migrated").dsn("ledger")
    return PostgresStore(pool, NAME), PostgresDue(pool), PostgresParking(pool, dsn, "ledger")


@pytest.fixture
def store(parts: Parts) -> Store:
    return parts[0]


@pytest.fixture
def table(parts: Parts) -> DueTable:
    return parts[1]


def timer(at: datetime = NOON, *, kind: str = "timer", key: UUID | None = None, arming: int = 1) -> Due:
    return Due(kind, key or uuid4(), account(), at, arming)


async def claim(table: DueTable, now: datetime = NOON, limit: int = 100) -> list[Due]:
    return list(await table.claim(["timer"], now, LEASE, limit))


async def test_what_is_due_is_claimed_oldest_first_and_not_early(store: Store, table: DueTable) -> None:
    dues = [timer(NOON - timedelta(minutes=n)) for n in range(3)]
    await store.commit(Commit(NOON, armed=[*dues, timer(NOON + timedelta(microseconds=1))]))
    assert await claim(table) == dues[::-1]


async def test_only_the_kinds_that_were_asked_for(store: Store, table: DueTable) -> None:
    mail = timer(kind="mail")
    await store.commit(Commit(NOON, armed=[mail, timer()]))
    assert list(await table.claim(["mail", "webhook"], NOON, LEASE, 10)) == [mail]


async def test_claims_of_several_workers_never_overlap(store: Store, table: DueTable) -> None:
    dues = {timer(NOON - timedelta(seconds=n)) for n in range(200)}
    await store.commit(Commit(NOON, armed=list(dues)))
    claims = await asyncio.gather(*(claim(table, limit=30) for _ in range(6)))
    claims += [await claim(table, limit=200)]
    claimed = [due for some in claims for due in some]
    assert len(claimed) == len(set(claimed)) == 200
    assert all(len(some) <= 30 for some in claims[:6])


async def test_a_claim_ends_with_its_lease(store: Store, table: DueTable) -> None:
    due = timer()
    await store.commit(Commit(NOON, armed=[due]))
    assert await claim(table) == [due]
    assert await claim(table, NOON + LEASE - timedelta(microseconds=1)) == []
    assert await claim(table, NOON + LEASE) == [due]


async def test_what_is_released_is_free_at_once(store: Store, table: DueTable) -> None:
    due = timer()
    await store.commit(Commit(NOON, armed=[due]))
    await table.release(await claim(table))
    assert await claim(table) == [due]


async def test_releasing_what_is_gone_does_nothing(store: Store, table: DueTable) -> None:
    old, new = timer(arming=1), timer(arming=2)
    new = Due(old.kind, old.key, old.stream, NOON, 2)
    await store.commit(Commit(NOON, armed=[new]))
    await claim(table)
    await table.release([old, timer()])
    assert await claim(table) == []


async def test_what_fired_is_gone(store: Store, table: DueTable) -> None:
    due = timer()
    await store.commit(Commit(NOON, armed=[due]))
    await store.commit(Commit(NOON, fired=await claim(table)))
    assert await claim(table, LATER) == []
    with pytest.raises(TakenError):
        await store.commit(Commit(NOON, fired=[due]))


async def test_of_two_who_fire_the_same_one_is_first(store: Store) -> None:
    """As when a lease ended while its holder was still at work."""
    due = timer()
    await store.commit(Commit(NOON, armed=[due]))
    fires = [store.commit(Commit(NOON, [append(account(), Opened(occurred_at=NOON))], fired=[due])) for _ in range(6)]
    ended = await asyncio.gather(*fires, return_exceptions=True)
    assert sum(isinstance(one, TakenError) for one in ended) == 5
    assert len(await store.events()) == 1


async def test_one_taken_row_leaves_the_others_standing(store: Store, table: DueTable) -> None:
    due = timer()
    await store.commit(Commit(NOON, armed=[due]))
    with pytest.raises(StaleError):
        await store.commit(Commit(NOON, fired=[due, timer()]))
    assert await claim(table) == [due]


async def test_a_moved_clock_fires_under_its_new_arming_only(store: Store, table: DueTable) -> None:
    first = timer()
    await store.commit(Commit(NOON, armed=[first]))
    claimed = await claim(table)
    moved = Due(first.kind, first.key, first.stream, LATER, 2)
    await store.commit(Commit(NOON, armed=[moved]))
    with pytest.raises(TakenError):
        await store.commit(Commit(NOON, fired=claimed))
    assert await claim(table) == []
    assert await claim(table, LATER) == [moved]


async def test_what_fires_may_be_armed_again_at_once(store: Store, table: DueTable) -> None:
    first = timer()
    await store.commit(Commit(NOON, armed=[first]))
    again = Due(first.kind, first.key, first.stream, LATER, 2)
    await store.commit(Commit(NOON, fired=await claim(table), armed=[again]))
    assert await claim(table, LATER) == [again]


async def test_what_is_disarmed_does_not_fire(store: Store, table: DueTable) -> None:
    due = timer()
    await store.commit(Commit(NOON, armed=[due]))
    await store.commit(Commit(NOON, disarmed=[due, timer()]))
    assert await claim(table, LATER) == []


async def test_the_clocks_of_a_parked_subject_are_held(parts: Parts) -> None:
    store, table, parking = parts
    held, free = timer(NOON - timedelta(hours=1)), timer()
    await store.commit(Commit(NOON, armed=[held, free]))
    place = Place("journal", 0, 7)
    await parking.park(Parked(place, held.stream.id, Why.DEFECT, "because", None, NOON, b""))
    assert await claim(table) == [free]


async def test_the_next_moment_is_known(store: Store, table: DueTable) -> None:
    assert await table.next_at(["timer"]) is None
    await store.commit(Commit(NOON, armed=[timer(LATER), timer(NOON), timer(NOON - LEASE, kind="mail")]))
    assert await table.next_at(["timer"]) == NOON


async def test_all_that_stand_can_be_looked_at(store: Store, table: DueTable) -> None:
    dues = [timer(), timer(LATER), timer(kind="mail")]
    await store.commit(Commit(NOON, armed=dues))
    assert list(await table.standing("timer")) == sorted(dues[:2], key=lambda due: due.key)
