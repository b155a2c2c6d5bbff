"""What rebuilding promises: rows made again are those that stand, also while the service goes on."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest

from gehoor.events.envelope import Recorded, Stream
from gehoor.runtime.handling import Handling
from gehoor.runtime.memory.clock import VirtualClock
from gehoor.runtime.memory.due import MemoryDue
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import Cause, Commit, Due, DueTable, Row, Store, Wish
from gehoor.runtime.postgres.due import PostgresDue
from gehoor.runtime.postgres.store import PostgresStore
from gehoor.runtime.rebuilding import Difference, Folding, differences, rebuild_due, rebuild_view
from tests.ledger import NAME, NOON, SEALED, Look, Open, Opened, Pay, Remind, account, append

LATER = NOON + timedelta(days=9)
MINUTE = timedelta(minutes=1)


@dataclass
class Desk:
    handling: Handling
    store: Store
    table: DueTable

    async def do(self, stream: Stream, *commands: Open | Pay | Look | Remind) -> None:
        for command in commands:
            await self.handling.handle(Wish(stream, command), Cause(uuid4(), uuid4()))

    async def differences(self) -> list[Difference]:
        return await differences(self.handling, self.table, views=["accounts", "rich"], kinds=["reminder"])


@pytest.fixture
def desk(kept_by: str, request: pytest.FixtureRequest) -> Desk:
    if kept_by == "memory":
        memory = MemoryStore(NAME)
        store: Store = memory
        table: DueTable = MemoryDue(memory)
    else:
        pool = request.getfixturevalue("pool")
        store, table = PostgresStore(pool, NAME), PostgresDue(pool)
    return Desk(Handling(SEALED, store, MemoryKeyring(), VirtualClock(NOON), creates_keys=True), store, table)


async def busy(desk: Desk) -> list[Stream]:
    streams = [account() for _ in range(4)]
    for cents, stream in enumerate(streams):
        await desk.do(stream, Open(), Look(), Pay(cents * 500, "for the garden chairs"))
    await desk.do(streams[3], Pay(-600))
    return streams


async def rows(desk: Desk) -> Mapping[str, Row]:
    return {row.key: row for row in await desk.store.find("accounts")}


async def test_rows_made_again_are_those_that_stand(desk: Desk) -> None:
    await busy(desk)
    assert await desk.differences() == []


async def test_a_spoilt_view_is_found_and_mended(desk: Desk) -> None:
    streams = await busy(desk)
    stray, before = Row("accounts", "stray", {}), await rows(desk)
    spoilt = replace(before[str(streams[0].id)], body={})
    dropped = [("accounts", str(streams[1].id))]
    await desk.store.commit(Commit(NOON, rows_set=[stray, spoilt], rows_dropped=dropped))
    found = await desk.differences()
    assert len(found) == 3
    assert Difference(stray, None) in found
    assert Difference(spoilt, before[spoilt.key]) in found
    assert Difference(None, before[dropped[0][1]]) in found
    assert await rebuild_view(desk.handling, "accounts") == 4
    assert await rows(desk) == before
    assert await desk.differences() == []


async def test_lost_and_stray_due_rows_are_found_and_mended(desk: Desk) -> None:
    streams = await busy(desk)
    (right,) = await desk.table.standing("reminder")
    assert right.stream == streams[0]
    await desk.store.commit(Commit(NOON, disarmed=[right], armed=[Due("reminder", uuid4(), streams[1], NOON)]))
    assert len(await desk.differences()) == 2
    assert await rebuild_due(desk.handling, desk.table, "reminder") == 1
    assert list(await desk.table.standing("reminder")) == [right]


async def test_a_due_row_that_stands_rightly_keeps_its_claim(desk: Desk) -> None:
    await busy(desk)
    (claimed,) = await desk.table.claim(["reminder"], LATER, MINUTE, 10)
    await rebuild_due(desk.handling, desk.table, "reminder")
    assert list(await desk.table.claim(["reminder"], LATER, MINUTE, 10)) == []
    await desk.handling.handle(Wish(claimed.stream, Remind(1)), Cause.of_due(claimed), fired=claimed)


async def test_rebuilding_leaves_other_views_and_kinds_alone(desk: Desk) -> None:
    await busy(desk)
    other = Due("mail", uuid4(), account(), NOON)
    await desk.store.commit(Commit(NOON, rows_set=[Row("others", "a", {})], armed=[other]))
    await rebuild_view(desk.handling, "accounts")
    await rebuild_due(desk.handling, desk.table, "reminder")
    assert await desk.store.get("others", "a") is not None
    assert list(await desk.table.standing("mail")) == [other]


async def test_a_service_that_goes_on_loses_nothing_to_a_rebuild(desk: Desk) -> None:
    streams = await busy(desk)

    async def go_on(stream: Stream) -> None:
        for _ in range(15):
            await desk.do(stream, Pay(1), Look())

    await asyncio.gather(
        *(go_on(stream) for stream in streams), *(rebuild_view(desk.handling, "accounts") for _ in range(3))
    )
    assert await desk.differences() == []


class Late(MemoryStore):
    """A store in which one position is filled only after the first look, as by a transaction that commits late."""

    def __init__(self, position: int) -> None:
        super().__init__(NAME)
        self.position: int | None = position

    async def events(self, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        hidden, self.position = self.position, None
        return [event for event in await super().events(after, limit) if event.position != hidden]


@pytest.mark.parametrize("position", [1, 2, 3])
async def test_what_was_committed_late_is_not_missed(position: int) -> None:
    store = Late(position)
    desk = Desk(Handling(SEALED, store, MemoryKeyring(), VirtualClock(NOON)), store, MemoryDue(store))
    stream = account()
    await store.commit(Commit(NOON, [append(stream, *[Opened(occurred_at=NOON)] * 3)]))
    folding = Folding(desk.handling)
    await folding.catch_up()
    await folding.catch_up()
    assert folding._versions == {stream: 3}


async def test_pages_follow_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gehoor.runtime.rebuilding.PAGE", 2)
    await busy(desk)
    assert await desk.differences() == []
