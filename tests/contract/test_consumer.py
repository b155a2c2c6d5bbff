"""What a consumer promises, whichever it is: Faust's agent, aiokafka's loop, the twin in memory."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from gehoor.runtime.kafka.topics import ensure, journal
from gehoor.runtime.memory.journal import MemoryConsumer, MemoryJournal
from gehoor.runtime.ports import Consumer, Message, Partition
from tests.contract.member import KINDS
from tests.waiting import until_true

PARTITIONS = 3
Where = tuple[int, int]
"""Partition and offset."""


class Topic:
    """A topic of the test's own, on either broker, and those who read it as one group."""

    def __init__(self, kind: str, servers: str) -> None:
        self.kind = kind
        self.servers = servers
        self.name = f"t-{uuid4().hex}"
        self.group = f"g-{uuid4().hex}"
        self.memory = MemoryJournal(PARTITIONS)
        self.written: dict[int, list[int]] = {}

    def consumer(self, batch_max: int = 500) -> Consumer:
        if self.kind == "memory":
            return MemoryConsumer(self.memory, [self.name], self.group, batch_max=batch_max)
        return KINDS[self.kind](self.servers, [self.name], self.group, batch_max=batch_max)

    async def write(self, *records: tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes]]]) -> list[Where]:
        """Write records, and give where they are."""
        if self.kind == "memory":
            appended = [self.memory.append(self.name, *record) for record in records]
            return [(message.partition, message.offset) for message in appended]
        producer = AIOKafkaProducer(bootstrap_servers=self.servers)
        await producer.start()
        try:
            sent = [await producer.send(self.name, value, key, headers=headers) for key, value, headers in records]
            return [(one.partition, one.offset) for one in await asyncio.gather(*sent)]
        finally:
            await producer.stop()

    async def write_many(self, count: int) -> list[Where]:
        return await self.write(
            *[(str(n % 7).encode(), str(n).encode(), [("ce_type", b"a.b.v1")]) for n in range(count)]
        )

    async def acknowledged(self) -> Mapping[int, int]:
        """The next offset of each partition, as the group has acknowledged."""
        if self.kind == "memory":
            return {partition: offset for (_, partition), offset in self.memory.read(self.group, [self.name]).items()}
        asking = AIOKafkaConsumer(bootstrap_servers=self.servers, group_id=self.group, enable_auto_commit=False)
        await asking.start()
        try:
            return {n: await asking.committed(TopicPartition(self.name, n)) or 0 for n in range(PARTITIONS)}
        finally:
            await asking.stop()

    @asynccontextmanager
    async def victim(self) -> AsyncIterator[tuple[list[Where], Callable[[], None]]]:
        """Another member of the group: what it got so far, and a way to kill it."""
        got: list[Where] = []
        if self.kind == "memory":

            async def note(batch: Sequence[Message]) -> None:
                got.extend((message.partition, message.offset) for message in batch)

            task = asyncio.create_task(self.consumer().run(note))
            try:
                yield got, lambda: kill(task)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            return
        command: list[str | Path] = [
            sys.executable,
            Path(__file__).with_name("member.py"),
            self.kind,
            self.servers,
            self.name,
            self.group,
        ]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

        async def read() -> None:
            assert process.stdout is not None
            async for line in process.stdout:
                partition, offset = json.loads(line)
                got.append((partition, offset))

        reading = asyncio.create_task(read())
        try:
            yield got, process.kill
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            await reading


class Got:
    """What was delivered, and a way to wait for it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.more = asyncio.Condition()

    async def deliver(self, batch: Sequence[Message]) -> None:
        async with self.more:
            self.messages += batch
            self.more.notify_all()

    @property
    def where(self) -> list[Where]:
        return [(message.partition, message.offset) for message in self.messages]

    async def have(self, wanted: Sequence[Where], within: float = 40) -> None:
        async with asyncio.timeout(within), self.more:
            await self.more.wait_for(lambda: set(wanted) <= set(self.where))


def kill(task: asyncio.Task[None]) -> None:
    task.cancel()


@pytest.fixture(params=["memory", "aiokafka", "faust"])
async def topic(request: pytest.FixtureRequest) -> Topic:
    if request.param == "memory":
        return Topic("memory", "")
    topic = Topic(request.param, request.getfixturevalue("kafka"))
    await ensure(topic.servers, [journal(topic.name, PARTITIONS)])
    return topic


@asynccontextmanager
async def running(consumer: Consumer, got: Got) -> AsyncIterator[None]:
    """A consumer at work, stopped at the end within the bound that every service relies on."""
    task = asyncio.create_task(consumer.run(got.deliver))
    try:
        yield
        await consumer.stop()
        await asyncio.wait_for(task, 15)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def in_order(delivered: Sequence[Where]) -> bool:
    """Whether each partition's records came in order."""
    return all(
        (offsets := [offset for partition, offset in delivered if partition == one]) == sorted(offsets)
        for one in range(PARTITIONS)
    )


async def test_every_record_is_delivered_in_the_order_of_its_partition(topic: Topic) -> None:
    written = await topic.write_many(1500)
    got = Got()
    async with running(topic.consumer(batch_max=100), got):
        await got.have(written)
        later = await topic.write_many(30)
        await got.have(later)
    assert sorted(got.where) == sorted(written + later)
    assert in_order(got.where)


async def test_a_record_arrives_as_it_was_written(topic: Topic) -> None:
    await topic.write((b"key", b"value", [("ce_type", b"a.b.v1"), ("twice", b"1"), ("twice", b"2"), ("raw", b"\xff")]))
    got = Got()
    async with running(topic.consumer(), got), asyncio.timeout(40), got.more:
        await got.more.wait_for(lambda: got.messages)
    (message,) = got.messages
    assert (message.topic, message.key, message.value) == (topic.name, b"key", b"value")
    assert list(message.headers) == [("ce_type", b"a.b.v1"), ("twice", b"1"), ("twice", b"2"), ("raw", b"\xff")]


async def test_what_is_hardly_a_record_is_delivered_all_the_same(topic: Topic) -> None:
    odd = await topic.write(
        (b"tombstone", None, []),
        (None, b"no key", []),
        (b"", b"", []),
        (b"\xff\xfe", b"\x00\xff", [("h", b"")]),
        (b"large", b"x" * 900_000, []),
    )
    got = Got()
    async with running(topic.consumer(), got):
        await got.have(odd)
    by_key = {message.key: message.value for message in got.messages}
    assert by_key[b"tombstone"] is None
    assert by_key[None] == b"no key"
    assert len(by_key[b"large"] or b"") == 900_000


async def test_what_was_not_delivered_comes_again(topic: Topic) -> None:
    written = await topic.write_many(20)

    async def refuse(_: Sequence[Message]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(topic.consumer().run(refuse), 40)
    got = Got()
    async with running(topic.consumer(), got):
        await got.have(written)
    assert in_order(got.where)


async def test_it_is_acknowledged_when_it_was_delivered_and_not_before(topic: Topic) -> None:
    written = await topic.write_many(20)
    got, may_end, began = Got(), asyncio.Event(), asyncio.Event()

    async def deliver(batch: Sequence[Message]) -> None:
        began.set()
        await may_end.wait()
        await got.deliver(batch)

    consumer = topic.consumer()
    task = asyncio.create_task(consumer.run(deliver))
    await asyncio.wait_for(began.wait(), 40)
    assert not any((await topic.acknowledged()).values())
    may_end.set()
    await got.have(written)
    await consumer.stop()
    await asyncio.wait_for(task, 15)
    assert sum((await topic.acknowledged()).values()) == 20


async def test_what_was_acknowledged_does_not_come_again(topic: Topic) -> None:
    before = await topic.write_many(20)
    got = Got()
    async with running(topic.consumer(), got):
        await got.have(before)
    after = await topic.write_many(20)
    again = Got()
    async with running(topic.consumer(), again):
        await again.have(after)
    assert sorted(again.where) == sorted(after)


async def test_when_one_of_two_dies_the_other_takes_over(topic: Topic) -> None:
    got = Got()
    written: list[Where] = []

    async def all_delivered(others: list[Where]) -> None:
        written.extend(await topic.write_many(30))
        await until_true(lambda: set(written) <= set(got.where) | set(others), within=60)

    async def both_have_some(others: list[Where]) -> bool:
        before = len(others), len(got.messages)
        await all_delivered(others)
        return before[0] < len(others) and before[1] < len(got.messages)

    async with topic.victim() as (others, kill), running(topic.consumer(), got):
        while not await both_have_some(others):
            pass
        kill()
        await all_delivered(others)
    assert set(written) == set(got.where) | set(others)


async def test_an_idle_one_stops_soon(topic: Topic) -> None:
    got = Got()
    async with running(topic.consumer(), got):
        await asyncio.sleep(0)
    assert got.messages == []


async def test_it_tells_where_each_partition_ends(topic: Topic) -> None:
    consumer = topic.consumer()
    assert await consumer.ends() == {(topic.name, n): 0 for n in range(PARTITIONS)}
    written = await topic.write_many(20)
    ends: dict[Partition, int] = dict(await consumer.ends())
    assert ends == {(topic.name, n): len([1 for p, _ in written if p == n]) for n in range(PARTITIONS)}
    await consumer.stop()
