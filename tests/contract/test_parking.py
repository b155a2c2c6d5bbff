"""What parking promises, whichever it is."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from gehoor.runtime.memory.parking import MemoryParking
from gehoor.runtime.parking import Parked, Parking, Place, Why
from gehoor.runtime.ports import TemporaryError
from gehoor.runtime.postgres.parking import PostgresParking
from tests.contract.conftest import Migrated
from tests.ledger import NOON


@pytest.fixture
def parking(kept_by: str, request: pytest.FixtureRequest) -> Parking:
    if kept_by == "memory":
        return MemoryParking()
    migrated: Migrated = request.getfixturevalue("migrated")
    return PostgresParking(request.getfixturevalue("pool"), migrated.dsn("ledger"), "ledger")


def parked(subject: UUID, offset: int = 0, why: Why = Why.DEFECT) -> Parked:
    return Parked(Place("t", 0, offset), subject, why, "ZeroDivisionError", "bank.deposited.v1", NOON, b"\x00body")


async def test_what_was_parked_holds_its_subject_and_no_other(parking: Parking) -> None:
    one, other = uuid4(), uuid4()
    await parking.park(parked(one))
    assert set(await parking.held([one, other])) == {one}
    assert list(await parking.listed()) == [parked(one)]
    assert list(await parking.listed(other)) == []


async def test_parking_it_again_changes_the_reason_and_adds_nothing(parking: Parking) -> None:
    one = uuid4()
    await parking.park(parked(one))
    again = replace(parked(one), why=Why.UNREADABLE, reason="the record has no body")
    await parking.park(again)
    assert list(await parking.listed(one)) == [again]


async def test_it_is_listed_in_the_order_of_the_topic(parking: Parking) -> None:
    one = uuid4()
    for offset in (5, 30, 7):
        await parking.park(parked(one, offset))
    assert [each.place.offset for each in await parking.listed(one)] == [5, 7, 30]


async def test_only_a_held_subject_is_waited_behind(parking: Parking) -> None:
    one, other = uuid4(), uuid4()
    await parking.park(parked(one))
    assert await parking.wait_behind(parked(one, 1, Why.WAITING))
    assert await parking.wait_behind(parked(one, 1, Why.WAITING))
    assert not await parking.wait_behind(parked(other, 2, Why.WAITING))
    assert [each.why for each in await parking.listed()] == [Why.DEFECT, Why.WAITING]


async def test_a_record_that_came_again_stays_what_it_was(parking: Parking) -> None:
    one = uuid4()
    await parking.park(parked(one))
    assert await parking.wait_behind(parked(one, 0, Why.WAITING))
    assert [each.why for each in await parking.listed()] == [Why.DEFECT]


async def test_what_waits_is_not_counted_as_parked(parking: Parking) -> None:
    one = uuid4()
    await parking.park(parked(one))
    await parking.park(parked(uuid4(), 1, Why.UNREADABLE))
    await parking.wait_behind(parked(one, 2, Why.WAITING))
    assert await parking.count(Why.DEFECT, Why.UNREADABLE) == 2
    assert await parking.count(Why.DEFECT) == 1


async def test_tries_are_counted_for_each_record(parking: Parking) -> None:
    assert [await parking.tried(Place("t", 0, 1)) for _ in range(3)] == [1, 2, 3]
    assert await parking.tried(Place("t", 0, 2)) == 1
    assert await parking.tried(Place("t", 1, 1)) == 1


async def test_once_parked_its_tries_are_counted_anew(parking: Parking) -> None:
    await parking.tried(Place("t", 0, 0))
    await parking.park(parked(uuid4()))
    assert await parking.tried(Place("t", 0, 0)) == 1


async def test_what_was_released_holds_nothing(parking: Parking) -> None:
    one = uuid4()
    await parking.park(parked(one))
    await parking.release(Place("t", 0, 0))
    assert list(await parking.held([one])) == []
    assert list(await parking.dropped()) == []


async def test_what_was_dropped_holds_nothing_and_is_remembered_without_its_body(parking: Parking) -> None:
    one = uuid4()
    await parking.park(parked(one))
    dropped = await parking.drop(Place("t", 0, 0), by="st_ops", because="counted twice", at=NOON)
    assert dropped is not None
    assert (dropped.by, dropped.because, dropped.at, dropped.parked) == (
        "st_ops",
        "counted twice",
        NOON,
        replace(parked(one), body=b""),
    )
    assert list(await parking.dropped()) == [dropped]
    assert list(await parking.held([one])) == []
    assert await parking.drop(Place("t", 0, 0), by="st_ops", because="again", at=NOON) is None


async def test_nothing_is_queued_behind_a_subject_while_it_is_drained(parking: Parking) -> None:
    one = uuid4()
    await parking.park(parked(one))
    async with parking.alone(one):
        queueing = asyncio.create_task(parking.wait_behind(parked(one, 1, Why.WAITING)))
        done, _ = await asyncio.wait({queueing}, timeout=0.1)
        assert not done, "it waits until the draining is over"
        await parking.release(Place("t", 0, 0))
    assert not await queueing
    assert list(await parking.listed()) == []


async def test_only_one_drains_a_subject_at_a_time(parking: Parking) -> None:
    one = uuid4()
    async with parking.alone(one), parking.alone(uuid4()):
        with pytest.raises(TemporaryError):
            async with parking.alone(one):
                pass
    async with parking.alone(one):
        pass
