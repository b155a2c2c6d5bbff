"""Old bytes stay as they were written and are read as the newest version of their fact."""

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from gehoor.events.catalogue import CATALOGUE, Catalogue
from gehoor.events.envelope import Recorded, from_record
from gehoor.events.fact import Fact
from gehoor.events.private import Json
from gehoor.runtime.handling import Handling
from gehoor.runtime.memory.clock import VirtualClock
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import Append, Cause, Commit, Store, Wish
from gehoor.runtime.postgres.outbox import PostgresOutbox
from gehoor.runtime.postgres.store import PostgresStore
from gehoor.runtime.relaying import Published
from tests.ledger import NAME, NOON, SEALED, Paid, Pay, account, append


class PaidInEuros(Fact, type="ledger.paid.v1"):
    """As it was once: whole euros."""

    euros: int


def in_cents(json: Json) -> Json:
    return {"occurred_at": json["occurred_at"], "cents": json["euros"] * 100}


TODAY = replace(CATALOGUE, upcasters={"ledger.paid.v1": ("ledger.paid.v2", in_cents)})
THEN = CATALOGUE
OLD_BODY = b'{"occurred_at":"2025-03-03T12:00:00Z","euros":7}'

Opening = Callable[[Catalogue], tuple[Store, Published]]


@pytest.fixture
def opening(kept_by: str, request: pytest.FixtureRequest) -> Opening:
    """Opens what is stored as the release with that catalogue does."""
    if kept_by == "memory":
        return lambda catalogue: (memory := MemoryStore(NAME, catalogue=catalogue), MemoryOutbox(memory))
    pool = request.getfixturevalue("pool")
    return lambda catalogue: (PostgresStore(pool, NAME, catalogue=catalogue), PostgresOutbox(pool, NAME))


def old() -> Append:
    """What an old release appended."""
    appended = append(account(), PaidInEuros(occurred_at=NOON, euros=7))
    return replace(appended, bodies=(OLD_BODY,))


async def test_an_old_event_is_read_as_the_new_fact(opening: Opening) -> None:
    store, _ = opening(TODAY)
    appended = old()
    await store.commit(Commit(NOON, [appended]))
    (event,) = (await store.load([appended.stream]))[appended.stream]
    assert event.fact == Paid(occurred_at=NOON, cents=700)


async def test_it_is_published_as_it_was_written_under_the_type_it_was_written_as(opening: Opening) -> None:
    """So that the journal tells the same, however often it is sent again."""
    store, outbox = opening(TODAY)
    await store.commit(Commit(NOON, [old()]))
    (outgoing,) = await outbox.pending(10)
    assert outgoing.value == OLD_BODY
    assert dict(outgoing.headers)["ce_type"] == b"ledger.paid.v1"
    assert from_record(outgoing.headers, outgoing.value, TODAY).fact == Paid(occurred_at=NOON, cents=700)
    assert from_record(outgoing.headers, outgoing.value, THEN).fact == PaidInEuros(occurred_at=NOON, euros=7)


async def test_what_follows_is_decided_on_old_and_new_alike(opening: Opening) -> None:
    store, _ = opening(TODAY)
    appended = old()
    await store.commit(Commit(NOON, [appended]))
    handling = Handling(SEALED, store, MemoryKeyring(), VirtualClock(NOON), catalogue=TODAY)
    recorded: list[Recorded] = [
        *await handling.handle(Wish(appended.stream, Pay(-700)), Cause(uuid4(), uuid4())),
    ]
    assert [event.version for event in recorded] == [2]
    state, _ = await handling.read(appended.stream)
    assert state.cents == 0


def test_without_its_upcaster_the_old_is_still_the_old() -> None:
    assert THEN.read("ledger.paid.v1", json.loads(OLD_BODY)) == PaidInEuros(occurred_at=NOON, euros=7)
