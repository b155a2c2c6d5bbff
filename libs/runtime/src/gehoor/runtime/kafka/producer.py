"""The one way onto the journal: idempotent, acknowledged by all replicas, per subject in order.

At most one batch of a partition is under way at any moment. So a batch that timed out with its outcome unknown can
be doubled by the next try, which consumers pass over by its sequence, but never overtaken, which would lose it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from gehoor.runtime.kafka.topics import RECORD_BYTES_MAX
from gehoor.runtime.ports import Outgoing, TemporaryError

BATCH_BYTES_MAX = 512 * 1024
STOP_SECONDS = 3.0
_POSITIVE = 0x7FFFFFFF
_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)


class KafkaProducer:
    """Writes records to one topic."""

    def __init__(self, servers: str, topic: str, *, patience: timedelta = timedelta(seconds=10)) -> None:
        """`patience`: how long a broker may be away before `send` says so."""
        self._servers = servers
        self._topic = topic
        self._patience = patience.total_seconds()
        self._producer: AIOKafkaProducer | None = None

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Write them, in order for each key; returns once the broker has them all.

        Raises:
            TemporaryError: it may have some of them; send all of them again.
        """
        if not records:
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._send(records)
        except (KafkaError, TimeoutError) as away:
            await self.stop()
            raise TemporaryError(f"the broker at {self._servers}: {type(away).__name__}") from away
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close the connection, within a bound."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(producer.stop(), STOP_SECONDS)

    async def _send(self, records: Sequence[Outgoing]) -> None:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                bootstrap_servers=self._servers,
                acks="all",
                enable_idempotence=True,
                max_batch_size=BATCH_BYTES_MAX,
                max_request_size=RECORD_BYTES_MAX,
                request_timeout_ms=int(self._patience * 1000),
            )
            await self._producer.start()
        producer = self._producer
        partitions = len(await producer.partitions_for(self._topic))
        lanes: dict[int, list[Outgoing]] = defaultdict(list)
        for record in records:
            lanes[partition_of(record.key, partitions)].append(record)
        sending = [self._send_lane(producer, partition, lane) for partition, lane in lanes.items()]
        for failed in await asyncio.gather(*sending, return_exceptions=True):
            if failed is not None:
                raise failed

    async def _send_lane(self, producer: AIOKafkaProducer, partition: int, lane: Sequence[Outgoing]) -> None:
        for batch in _batches(producer, lane):
            acknowledged = await producer.send_batch(batch, self._topic, partition=partition)
            await acknowledged


def partition_of(key: bytes, partitions: int) -> int:
    """Where a key belongs: as every Kafka client reckons it, so that all agree."""
    return int(murmur2(key) & _POSITIVE) % partitions


def _batches(producer: AIOKafkaProducer, lane: Sequence[Outgoing]) -> Iterator[BatchBuilder]:
    batch = producer.create_batch()
    for record in lane:
        if not _put(batch, record):
            yield batch
            batch = producer.create_batch()
            _put(batch, record)
    yield batch


def _put(batch: BatchBuilder, record: Outgoing) -> bool:
    at = (record.recorded_at - _EPOCH) // _MILLISECOND
    put = batch.append(timestamp=at, key=record.key, value=record.value, headers=list(record.headers))
    return put is not None
