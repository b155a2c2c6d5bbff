"""What a store promises, whichever it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from gehoor.events.envelope import Recorded, from_record
from gehoor.events.private import Private, Sealed
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import Commit, Due, Heard, Outbox, Remembered, Row, StaleError, Store, TakenError
from gehoor.runtime.postgres.outbox import PostgresOutbox
from gehoor.runtime.postgres.store import PostgresStore
from tests.ledger import NAME, NOON, Looked, Opened, Paid, account, append

OPENED = Opened(occurred_at=NOON)
LOOKED = Looked(occurred_at=NOON)


@pytest.fixture
def store(kept_by: str, request: pytest.FixtureRequest) -> Store:
    if kept_by == "memory":
        return MemoryStore(NAME)
    return PostgresStore(request.getfixturevalue("pool"), NAME)


def outbox(store: Store) -> Outbox:
    if isinstance(store, MemoryStore):
        return MemoryOutbox(store)
    assert isinstance(store, PostgresStore)
    return PostgresOutbox(store._pool, NAME)


def paid(cents: int, token: str | None = None) -> Paid:
    return Paid(occurred_at=NOON, cents=cents, memo=None if token is None else Private(Sealed(token)))


def facts(events: Sequence[Recorded]) -> list[object]:
    return [event.fact for event in events]


async def test_what_was_appended_is_loaded_in_order(store: Store) -> None:
    one, other = account(), account()
    await store.commit(Commit(NOON, [append(one, OPENED, paid(5)), append(other, OPENED)]))
    await store.commit(Commit(NOON, [append(one, LOOKED, after=2, sequence=2)]))
    loaded = await store.load([one, other])
    assert facts(loaded[one]) == [OPENED, paid(5), LOOKED]
    assert [event.version for event in loaded[one]] == [1, 2, 3]
    assert facts(loaded[other]) == [OPENED]


async def test_a_new_stream_is_empty(store: Store) -> None:
    stream = account()
    assert list((await store.load([stream]))[stream]) == []


async def test_an_event_comes_back_whole(store: Store) -> None:
    appended = append(account(), OPENED)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    event = replace(appended.events[0], traceparent=trace, recorded_at=NOON + timedelta(microseconds=1))
    (recorded,) = await store.commit(Commit(NOON, [replace(appended, events=(event,))]))
    assert replace(recorded, position=0) == event
    assert (await store.load([event.stream]))[event.stream][0] == recorded


async def test_a_stale_append_changes_nothing(store: Store) -> None:
    stream, bystander = account(), account()
    await store.commit(Commit(NOON, [append(stream, OPENED)]))
    stale = Commit(
        at=NOON,
        appends=[append(bystander, OPENED), append(stream, paid(1))],
        rows_set=[Row("accounts", "1", {})],
        armed=[Due("reminder", uuid4(), stream, NOON)],
        heard=[Heard("/gehoor/other/a-1", 1)],
        progress={("journal", 0): 7},
        remember=[Remembered("caller", "key", "digest", 201, {})],
    )
    with pytest.raises(StaleError):
        await store.commit(stale)
    assert facts((await store.load([stream]))[stream]) == [OPENED]
    assert list((await store.load([bystander]))[bystander]) == []
    assert await store.get("accounts", "1") is None
    assert await store.handled(["/gehoor/other/a-1"]) == {"/gehoor/other/a-1": 0}
    assert await store.progress() == {}
    assert await store.remembered("caller", "key") is None
    assert len(await store.events()) == 1


async def test_of_two_writers_on_one_version_one_is_first(store: Store) -> None:
    stream = account()
    await store.commit(Commit(NOON, [append(stream, OPENED)]))
    tries = [store.commit(Commit(NOON, [append(stream, paid(n), after=1, sequence=1)])) for n in range(8)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, StaleError) for one in ended) == 7
    assert len((await store.load([stream]))[stream]) == 2


async def test_two_who_write_the_same_streams_in_other_orders_do_not_lock_each_other_out(store: Store) -> None:
    streams = [account() for _ in range(10)]
    commits = [
        Commit(NOON, [append(stream, paid(n)) for stream in order]) for n, order in enumerate([streams, streams[::-1]])
    ]
    ended = await asyncio.gather(*(store.commit(one) for one in commits), return_exceptions=True)
    assert sum(isinstance(one, StaleError) for one in ended) == 1
    assert len(await store.events()) == 10


async def test_the_same_event_is_stored_once(store: Store) -> None:
    appended = append(account(), OPENED, cause=uuid4())
    await store.commit(Commit(NOON, [appended]))
    moved = replace(appended.events[0], version=2)
    with pytest.raises(StaleError):
        await store.commit(Commit(NOON, [replace(appended, after=1, events=(moved,))]))


async def test_positions_follow_the_order_of_commits(store: Store) -> None:
    first = await store.commit(Commit(NOON, [append(account(), OPENED, paid(1))]))
    second = await store.commit(Commit(NOON, [append(account(), OPENED)]))
    positions = [event.position for event in [*first, *second]]
    assert positions == sorted(set(positions))
    assert [event.position for event in await store.events()] == positions
    assert [event.position for event in await store.events(after=positions[0], limit=1)] == [positions[1]]


async def test_an_empty_commit_is_no_error(store: Store) -> None:
    assert list(await store.commit(Commit(NOON))) == []


# --- the bytes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["1.abc", "éß𝄞漢字", "\x00\x1f\x7f", "\u2028", '"\\', " spaces  kept "])
async def test_bytes_are_published_as_they_were_sealed(store: Store, token: str) -> None:
    appended = append(account(), paid(-3, token))
    await store.commit(Commit(NOON, [appended]))
    (outgoing,) = await outbox(store).pending(10)
    assert outgoing.value == appended.bodies[0]
    assert (await store.events())[0].fact == paid(-3, token)
    assert from_record(outgoing.headers, outgoing.value).fact == paid(-3, token)


async def test_layout_and_order_of_fields_are_kept_too(store: Store) -> None:
    odd = b'{ "cents":1 ,\n "occurred_at":"2025-03-03T12:00:00Z", "cents":2, "later": 1.50 }'
    appended = append(account(), paid(2))
    await store.commit(Commit(NOON, [replace(appended, bodies=(odd,))]))
    (outgoing,) = await outbox(store).pending(10)
    assert outgoing.value == odd


# --- handled, remembered, progress -------------------------------------------------------------------------------


@pytest.mark.parametrize("sequence", [1, 4, 5])
async def test_a_sequence_that_was_handled_is_stale(store: Store, sequence: int) -> None:
    await store.commit(Commit(NOON, heard=[Heard("/gehoor/a/b-1", 5)]))
    with pytest.raises(StaleError):
        await store.commit(Commit(NOON, [append(account(), OPENED)], heard=[Heard("/gehoor/a/b-1", sequence)]))
    assert list(await store.events()) == []
    assert await store.handled(["/gehoor/a/b-1", "/gehoor/a/b-2"]) == {"/gehoor/a/b-1": 5, "/gehoor/a/b-2": 0}


async def test_one_handled_sequence_among_new_ones_makes_all_stale(store: Store) -> None:
    await store.commit(Commit(NOON, heard=[Heard("a", 5)]))
    with pytest.raises(StaleError):
        await store.commit(Commit(NOON, heard=[Heard("b", 1), Heard("a", 5)]))
    assert await store.handled(["b"]) == {"b": 0}


async def test_a_sequence_may_skip(store: Store) -> None:
    """Types nobody listens for are passed over."""
    await store.commit(Commit(NOON, heard=[Heard("a", 5)]))
    await store.commit(Commit(NOON, heard=[Heard("a", 9)]))
    assert await store.handled(["a"]) == {"a": 9}


async def test_of_two_who_handle_one_record_one_is_first(store: Store) -> None:
    tries = [store.commit(Commit(NOON, [append(account(), OPENED)], heard=[Heard("a", 1)])) for _ in range(6)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, StaleError) for one in ended) == 5
    assert len(await store.events()) == 1


async def test_an_answer_is_remembered_once(store: Store) -> None:
    answer = Remembered("caller", "key", "sha256:1", 201, {"id": 1, "é": [None, True, "\x00"]})
    await store.commit(Commit(NOON, remember=[answer]))
    with pytest.raises(StaleError):
        await store.commit(Commit(NOON, [append(account(), OPENED)], remember=[replace(answer, status=409)]))
    assert await store.remembered("caller", "key") == answer
    assert await store.remembered("other", "key") is None
    assert list(await store.events()) == []


@pytest.mark.parametrize("key", ["no such", "\x00", "\ud800"])
async def test_a_key_that_can_not_be_is_not_remembered(store: Store, key: str) -> None:
    assert await store.remembered("caller", key) is None
    assert await store.get("view", key) is None
    assert list(await store.find("view", key)) == []


async def test_progress_goes_forward_only(store: Store) -> None:
    await store.commit(Commit(NOON, progress={("journal", 0): 7, ("journal", 1): 3}))
    await store.commit(Commit(NOON, progress={("journal", 0): 5, ("journal", 1): 4}))
    assert await store.progress() == {("journal", 0): 7, ("journal", 1): 4}


async def test_a_due_row_that_was_taken_is_told_apart_and_changes_nothing(store: Store) -> None:
    stream = account()
    gone = Due("reminder", uuid4(), stream, NOON)
    with pytest.raises(TakenError):
        await store.commit(Commit(NOON, [append(stream, OPENED)], fired=[gone]))
    assert list(await store.events()) == []
