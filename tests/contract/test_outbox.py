"""What the outbox promises: every published fact is there until the broker has it, oldest first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gehoor.events.envelope import from_record, to_headers
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import Commit, StaleError, Store
from gehoor.runtime.postgres.outbox import PostgresOutbox
from gehoor.runtime.postgres.store import PostgresStore
from gehoor.runtime.relaying import Published
from tests.ledger import NAME, NOON, Looked, Opened, Paid, account, append

OPENED = Opened(occurred_at=NOON)

Parts = tuple[Store, Published]


@pytest.fixture
def parts(kept_by: str, request: pytest.FixtureRequest) -> Parts:
    if kept_by == "memory":
        memory = MemoryStore(NAME)
        return memory, MemoryOutbox(memory)
    pool = request.getfixturevalue("pool")
    return PostgresStore(pool, NAME), PostgresOutbox(pool, NAME)


async def test_what_is_published_waits_and_what_is_kept_to_oneself_does_not(parts: Parts) -> None:
    store, outbox = parts
    stored = await store.commit(Commit(NOON, [append(account(), OPENED, Looked(occurred_at=NOON), OPENED)]))
    assert [one.position for one in await outbox.pending(10)] == [stored[0].position, stored[2].position]


async def test_the_record_is_the_fact_as_it_was_recorded(parts: Parts) -> None:
    store, outbox = parts
    (event,) = await store.commit(Commit(NOON, [append(account(), Paid(occurred_at=NOON, cents=7))]))
    (outgoing,) = await outbox.pending(10)
    assert outgoing.key == str(event.subject).encode()
    assert list(outgoing.headers) == to_headers(event)
    assert outgoing.recorded_at == event.recorded_at
    assert from_record(outgoing.headers, outgoing.value) == replace(event, version=0, position=0)


async def test_the_oldest_come_first_and_no_more_than_asked(parts: Parts) -> None:
    store, outbox = parts
    stored = [*await store.commit(Commit(NOON, [append(account(), OPENED, OPENED)]))]
    stored += await store.commit(Commit(NOON, [append(account(), OPENED)]))
    assert [one.position for one in await outbox.pending(2)] == [event.position for event in stored[:2]]


async def test_what_the_broker_has_is_forgotten(parts: Parts) -> None:
    store, outbox = parts
    first, second = await store.commit(Commit(NOON, [append(account(), OPENED, OPENED)]))
    await outbox.sent([first.position])
    await outbox.sent([first.position, 999])
    assert [one.position for one in await outbox.pending(10)] == [second.position]
    assert [one.position for one in await outbox.published(0, 10)] == [first.position, second.position]
    assert [one.position for one in await outbox.published(first.position, 10)] == [second.position]


async def test_the_age_of_the_oldest_is_known(parts: Parts) -> None:
    store, outbox = parts
    assert await outbox.oldest() is None
    for minutes in (1, 2):
        appended = append(account(), OPENED)
        event = replace(appended.events[0], recorded_at=NOON + timedelta(minutes=minutes))
        await store.commit(Commit(NOON, [replace(appended, events=(event,))]))
    assert await outbox.oldest() == NOON + timedelta(minutes=1)


async def test_a_stale_commit_leaves_nothing_to_send(parts: Parts) -> None:
    store, outbox = parts
    stream = account()
    await store.commit(Commit(NOON, [append(stream, OPENED)]))
    (before,) = await outbox.pending(10)
    with pytest.raises(StaleError):
        await store.commit(Commit(NOON, [append(account(), OPENED), append(stream, OPENED)]))
    assert list(await outbox.pending(10)) == [before]
