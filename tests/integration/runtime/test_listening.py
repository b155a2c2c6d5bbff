"""The whole way on the real thing: a producer, Kafka, either consumer, a listener, PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from gehoor.devstack import Stack
from gehoor.runtime.kafka.producer import KafkaProducer
from gehoor.runtime.kafka.topics import ensure, journal
from gehoor.runtime.listening import Listener
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.parking import Parked
from gehoor.runtime.ports import Message, Outgoing, TemporaryError
from gehoor.runtime.postgres.connecting import Pool
from gehoor.runtime.postgres.parking import PostgresParking
from gehoor.runtime.postgres.store import PostgresStore
from tests.bank import WRONG, House, deposited, message, recorded
from tests.contract.conftest import Migrated
from tests.contract.member import KINDS
from tests.ledger import NOON
from tests.waiting import until

PARTITIONS = 3


def outgoing(record: Message) -> Outgoing:
    return Outgoing(record.offset, record.key or b"", record.headers, record.value or b"", NOON)


class Reading:
    """The ledger on PostgreSQL, reading a topic of its own: restarted whenever it dies."""

    def __init__(self, kind: str, kafka: str, house: House) -> None:
        self.kind = kind
        self.kafka = kafka
        self.house = house
        self.topic = f"j-{uuid4().hex}"
        self.group = f"g-{uuid4().hex}"
        self.died = 0
        self.listener: Listener | None = None

    async def run(self) -> None:
        while True:
            consumer = KINDS[self.kind](self.kafka, [self.topic], self.group, batch_max=50)
            self.listener = self.house.listener(consumer=consumer, die=self._die)
            try:
                await self.listener.run()
            except ZeroDivisionError:
                self.died += 1
            else:
                return

    def _die(self) -> None:
        """The process ends: what it had at hand comes again to the next."""

    async def send(self, *records: Message) -> None:
        producer = KafkaProducer(self.kafka, self.topic)
        await producer.send([outgoing(record) for record in records])
        await producer.stop()


@asynccontextmanager
async def reading(kind: str, kafka: str, house: House) -> AsyncIterator[Reading]:
    read = Reading(kind, kafka, house)
    await ensure(kafka, [journal(read.topic, PARTITIONS)])
    running = asyncio.create_task(read.run())
    try:
        yield read
        assert read.listener is not None
        await read.listener.stop()
        await asyncio.wait_for(running, 20)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def house(pool: Pool, migrated: Migrated) -> House:
    parking = PostgresParking(pool, migrated.dsn("ledger"), "ledger")
    return House(store=PostgresStore(pool, "ledger"), parking=parking, keyring=MemoryKeyring())


def deposits(subjects: Sequence[UUID], sequences: range) -> list[Message]:
    return [message(n, recorded(subject, n, deposited(n))) for n in sequences for subject in subjects]


@pytest.mark.parametrize("kind", KINDS)
async def test_each_fact_has_its_effect_once_and_in_order(kind: str, kafka: str, house: House) -> None:
    subjects = [uuid4() for _ in range(20)]
    everything = deposits(subjects, range(1, 11))
    async with reading(kind, kafka, house) as read:
        await read.send(*everything[:100])
        await read.send(*everything[50:], *everything[:30])

        async def all_there() -> bool:
            return [await house.cents(subject) for subject in subjects] == [55] * 20

        await until(all_there)

        async def no_lag() -> bool:
            return sum((await house.store.progress()).values()) == 100 + 150 + 30

        await until(no_lag)
    for event in await house.store.events():
        assert event.version == event.sequence


@pytest.mark.parametrize("kind", KINDS)
async def test_garbage_and_a_defect_are_parked_and_the_rest_goes_on(kind: str, kafka: str, house: House) -> None:
    good, bad = uuid4(), uuid4()
    garbage = Message("", 0, 0, str(uuid4()).encode(), b"\x00\xff", ())
    wrong = message(0, recorded(bad, 1, deposited(WRONG)))
    async with reading(kind, kafka, house) as read:
        await read.send(garbage, wrong, *deposits([bad], range(2, 4)), *deposits([good], range(1, 4)))

        async def rest_went_on() -> bool:
            return await house.cents(good) == 6 and len(await house.parking.listed()) == 4

        await until(rest_went_on)
        assert read.died == 2
    parked: list[Parked] = list(await house.parking.listed(bad))
    assert [one.why for one in parked] == ["defect", "waiting", "waiting"]
    assert await house.cents(bad) is None


@pytest.mark.parametrize("kind", KINDS)
async def test_a_broker_that_comes_back_is_gone_on_with(
    kind: str, own_stack: Stack, pool: Pool, migrated: Migrated, house: House
) -> None:
    del pool, migrated
    subjects = [uuid4() for _ in range(5)]
    async with reading(kind, own_stack.kafka, house) as read:

        async def heard(cents: int) -> bool:
            return [await house.cents(subject) for subject in subjects] == [cents] * 5

        await read.send(*deposits(subjects, range(1, 3)))
        await until(lambda: heard(3))
        await asyncio.to_thread(own_stack.broker.kill)
        with pytest.raises(TemporaryError):
            await read.send(*deposits(subjects, range(3, 4)))
        await asyncio.to_thread(own_stack.broker.start, lambda _: None)
        await read.send(*deposits(subjects, range(3, 5)))
        await until(lambda: heard(10))
