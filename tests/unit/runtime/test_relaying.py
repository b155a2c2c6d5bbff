"""What is stored goes onto the journal: in order, at least once, whatever is away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gehoor.events.envelope import from_record
from gehoor.runtime.handling import Handling
from gehoor.runtime.memory.clock import VirtualClock
from gehoor.runtime.memory.journal import MemoryJournal, MemoryProducer
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.locking import MemorySole
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.observability import Metrics
from gehoor.runtime.ports import Cause, Outgoing, TemporaryError, Wish
from gehoor.runtime.relaying import OLD, Relay, republish
from tests.ledger import NOON, SEALED, Look, Open, Pay, account

TOPIC = "complaints.journal"


@dataclass
class Post:
    """The ledger with its outbox, and the journal that it goes to."""

    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))
    store: MemoryStore = field(default_factory=lambda: MemoryStore("ledger"))
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    sole: MemorySole = field(default_factory=MemorySole)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(self.store)
        self.handling = Handling(SEALED, self.store, MemoryKeyring(), self.clock, creates_keys=True)

    def relay(self, producer: MemoryProducer | None = None) -> Relay:
        return Relay(
            "ledger",
            self.outbox,
            producer or MemoryProducer(self.journal, TOPIC),
            self.sole,
            clock=self.clock,
            metrics=Metrics("ledger"),
            batch_max=3,
            draw=lambda: 0.0,
        )

    async def pay(self, *cents: int) -> UUID:
        """Open an account, pay those, and look at it, which is nobody's business."""
        stream = account()
        for command in (Open(NOON), *(Pay(one) for one in cents), Look(NOON)):
            await self.handling.handle(Wish(stream, command), Cause(uuid4(), stream.id))
        return stream.id

    def sequences(self, subject: UUID) -> list[int | None]:
        """What the journal has of a subject."""
        read = [from_record(record.headers, record.value) for record in self.journal.records(TOPIC)]
        return [event.sequence for event in read if event.subject == subject]

    async def pass_time(self, by: timedelta) -> None:
        until = self.clock.now() + by
        while True:
            for _ in range(60):
                await asyncio.sleep(0)
            if (next_due := self.clock.next_due) is None or next_due > until:
                break
            self.clock.jump_to_next_due()
        self.clock.jump_to(until)


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[Relay]:
    running = asyncio.create_task(relay.run())
    try:
        yield relay
        await relay.stop()
        await asyncio.wait_for(running, 5)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_is_published_arrives_in_order_and_what_is_private_to_the_service_does_not() -> None:
    post = Post()
    one, other = await post.pay(1, 2, 3), await post.pay(4)
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
    assert post.sequences(one) == [1, 2, 3, 4]
    assert post.sequences(other) == [1, 2]
    assert await post.outbox.oldest() is None


async def test_woken_it_does_not_wait_for_its_next_look() -> None:
    post = Post()
    async with relaying(post.relay()) as relay:
        await post.pass_time(timedelta(seconds=1))
        one = await post.pay(1)
        relay.wake()
        await post.pass_time(timedelta(0))
        assert post.sequences(one) == [1, 2]


async def test_woken_by_nobody_it_finds_it_all_the_same() -> None:
    post = Post()
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
        one = await post.pay(1)
        await post.pass_time(timedelta(milliseconds=300))
        assert post.sequences(one) == [1, 2]


async def test_while_the_broker_is_away_it_waits_and_tells_how_old_the_oldest_is() -> None:
    post = Post()
    post.journal.away = True
    one = await post.pay(1, 2)
    async with relaying(post.relay()) as relay:
        await post.pass_time(timedelta(seconds=20))
        (pulse,) = relay.pulses()
        assert pulse.red
        assert pulse.note == "the broker is away"
        assert pulse.lag == pytest.approx(20, abs=1)
        post.journal.away = False
        await post.pass_time(timedelta(seconds=6))
        assert post.sequences(one) == [1, 2, 3]
        (pulse,) = relay.pulses()
        assert (pulse.red, pulse.lag) == (False, 0.0)


async def test_a_relay_that_gets_nowhere_turns_red_by_the_age_of_the_oldest() -> None:
    """Also where another process should have relayed, and does not."""
    post = Post()
    await post.pay(1)
    relay = post.relay()
    post.clock.jump(OLD + timedelta(seconds=1))
    await relay.look()
    assert relay.pulses()[0].red


class Dying(MemoryProducer):
    """A producer whose process dies after the broker has it, before anybody knows."""

    lives = 1

    async def send(self, records: Sequence[Outgoing]) -> None:
        await super().send(records)
        if self.lives:
            self.lives -= 1
            raise TemporaryError("nobody knows")


async def test_what_may_have_arrived_is_sent_again_and_nothing_overtakes_it() -> None:
    post = Post()
    one = await post.pay(1, 2, 3, 4)
    async with relaying(post.relay(Dying(post.journal, TOPIC))):
        await post.pass_time(timedelta(seconds=5))
    sequences = post.sequences(one)
    assert sequences == [1, 2, 3, 1, 2, 3, 4, 5]


async def test_only_one_relays_at_a_time_and_the_next_takes_over() -> None:
    post = Post()
    async with relaying(post.relay()) as first:
        await post.pass_time(timedelta(seconds=1))
        async with relaying(post.relay()):
            one = await post.pay(1)
            await post.pass_time(timedelta(seconds=1))
            assert post.sequences(one) == [1, 2]
            await first.stop()
            other = await post.pay(1)
            await post.pass_time(timedelta(seconds=2))
            assert post.sequences(other) == [1, 2]


async def test_who_is_it_no_longer_stops_and_waits_its_turn() -> None:
    post = Post()
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
        post.sole.lose()
        await post.pass_time(timedelta(seconds=5))
        one = await post.pay(1)
        await post.pass_time(timedelta(seconds=1))
        assert post.sequences(one) == [1, 2]


async def test_one_that_waits_its_turn_stops_soon() -> None:
    post = Post()
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
        async with relaying(post.relay()):
            await post.pass_time(timedelta(seconds=1))


async def test_everything_can_be_sent_again_from_a_position() -> None:
    post = Post()
    one = await post.pay(1, 2)
    producer = MemoryProducer(post.journal, TOPIC)
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
        assert await republish(post.outbox, producer, batch_max=2) == 3
        assert await republish(post.outbox, producer, after=2) == 1
    assert post.sequences(one) == [1, 2, 3, 1, 2, 3, 3]


async def test_what_is_sent_again_does_not_overtake_what_still_waits() -> None:
    """A reader that had the third would pass over the second for ever."""
    post = Post()
    one = await post.pay(1, 2)
    assert await republish(post.outbox, MemoryProducer(post.journal, TOPIC), after=2) == 3
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
    assert post.sequences(one) == [1, 2, 3, 1, 2, 3]
