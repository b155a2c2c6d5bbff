"""Reading the journal from outside: every fact, in order, without being part of any group."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from gehoor.events.envelope import Recorded, UnreadableError, from_record


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that is no fact: it is told, not hidden."""

    partition: int
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A fact, and where it stands."""

    partition: int
    offset: int
    event: Recorded


async def read_journal(
    kafka: str,
    topic: str,
    *,
    follow: bool = False,
    from_end: bool = False,
    subject: UUID | None = None,
    ready: Callable[[], None] = lambda: None,
) -> AsyncGenerator[Recorded | Unread, None]:
    """Every record from the beginning to the end as it was at the start; then on for ever with `follow`.

    Order is kept per subject. With a subject, only the records of its key are parsed. `ready` is called once the place
    to start from is fixed: what is published after that will come.
    """
    records = read_placed(kafka, topic, follow=follow, from_end=from_end, subject=subject, ready=ready)
    async with aclosing(records):
        async for record in records:
            yield record if isinstance(record, Unread) else record.event


async def read_placed(
    kafka: str,
    topic: str,
    *,
    follow: bool = False,
    from_end: bool = False,
    subject: UUID | None = None,
    ready: Callable[[], None] = lambda: None,
) -> AsyncGenerator[Placed | Unread, None]:
    """The same, each fact with its place."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        await consumer.start()
        partitions = sorted(consumer.assignment())
        ends = await consumer.end_offsets(partitions)
        if from_end:
            for partition, end in ends.items():
                consumer.seek(partition, end)
        else:
            await consumer.seek_to_beginning(*partitions)
        ready()
        key = str(subject).encode() if subject else None
        while follow or await _behind(consumer, ends):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                for record in batch:
                    if key is not None and record.key != key:
                        continue
                    try:
                        event = from_record(record.headers, record.value)
                    except UnreadableError as unreadable:
                        yield Unread(record.partition, record.offset, str(unreadable))
                    else:
                        yield Placed(record.partition, record.offset, event)
            await asyncio.sleep(0)
    finally:
        await consumer.stop()


async def _behind(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    for partition, end in ends.items():
        if await consumer.position(partition) < end:
            return True
    return False
