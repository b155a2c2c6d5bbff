"""Consuming with aiokafka: fetch a batch, deliver it, and tell the group now and then how far it is.

Telling it after each batch would cost more than most batches: what a crash brings again is passed over.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from time import monotonic

from aiokafka import AIOKafkaConsumer as Client
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from gehoor.runtime.kafka.ends import Ends
from gehoor.runtime.ports import Deliver, Message, Partition

_LOG = logging.getLogger(__name__)
POLL = timedelta(milliseconds=200)
"""How long a fetch waits for records, and so how long a stop waits for a fetch."""
TELL_EVERY = timedelta(milliseconds=500)
"""How often the group is told while there is always more to read; at once where there is not."""
AGAIN = timedelta(milliseconds=500)
SESSION = timedelta(seconds=6)
"""How long a dead instance keeps its partitions."""
STOP_MAX = timedelta(seconds=5)


class AiokafkaConsumer:
    """Reads topics for a group, at least once, per partition in order."""

    def __init__(self, servers: str, topics: Sequence[str], group: str, *, batch_max: int = 500) -> None:
        self._servers = servers
        self._topics = topics
        self._group = group
        self._batch_max = batch_max
        self._ends = Ends(servers, topics)
        self._stopping = asyncio.Event()
        self._busy = asyncio.Lock()
        self._delivered: dict[TopicPartition, int] = {}
        """The next offset of each partition, as far as the group was not told."""

    async def run(self, deliver: Deliver) -> None:
        """Read until `stop`.

        Raises:
            Exception: what `deliver` raised; its batch was not acknowledged and comes again.
        """
        while not self._stopping.is_set():
            client = Client(
                bootstrap_servers=self._servers,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=_milliseconds(SESSION),
                heartbeat_interval_ms=_milliseconds(SESSION / 3),
                rebalance_timeout_ms=_milliseconds(SESSION),
                request_timeout_ms=20_000,
            )
            try:
                await client.start()
                client.subscribe(self._topics, listener=_FinishFirst(self._busy, partial(self._tell, client)))
                self._delivered.clear()
                await self._read(client, deliver)
            except KafkaError as away:
                _LOG.warning("the broker is away: %s", type(away).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), AGAIN.total_seconds())
            finally:
                with suppress(KafkaError, TimeoutError):
                    await asyncio.wait_for(client.stop(), STOP_MAX.total_seconds())

    async def stop(self) -> None:
        """Finish the batch at hand and leave the group: `run` ends within a bound after its `deliver` has."""
        self._stopping.set()
        await self._ends.stop()

    async def ends(self) -> Mapping[Partition, int]:
        """The end of each partition of its topics, as the broker says now.

        Raises:
            TemporaryError: it does not say.
        """
        return await self._ends()

    async def _read(self, client: Client, deliver: Deliver) -> None:
        told = monotonic()
        while not self._stopping.is_set():
            fetched = await client.getmany(timeout_ms=_milliseconds(POLL), max_records=self._batch_max)
            async with self._busy:
                fetched = {at: records for at, records in fetched.items() if at in client.assignment()}
                if fetched:
                    await deliver([_message(record) for records in fetched.values() for record in records])
                    self._delivered |= {at: records[-1].offset + 1 for at, records in fetched.items()}
                if not fetched or monotonic() - told > TELL_EVERY.total_seconds():
                    await self._tell(client)
                    told = monotonic()
        await self._tell(client)

    async def _tell(self, client: Client) -> None:
        """Tell the group; where that fails now, the next batch tells it, or the records come again."""
        ours = client.assignment()
        offsets = {at: offset for at, offset in self._delivered.items() if at in ours}
        self._delivered.clear()
        if offsets:
            try:
                await client.commit(offsets)
            except KafkaError as failed:
                _LOG.warning("offsets were not committed: %s", type(failed).__name__)


class _FinishFirst(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """Lets the batch at hand end, and be told, before its partitions go to another; for a while."""

    def __init__(self, busy: asyncio.Lock, tell: Callable[[], Awaitable[None]]) -> None:
        self._busy = busy
        self._tell = tell

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:  # noqa: ARG002 - all wait
        """Wait until nothing is being delivered, half a session at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SESSION.total_seconds() / 2), self._busy:
                await self._tell()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing to do: reading goes on where the group's offsets say."""


def _message(record: ConsumerRecord) -> Message:
    return Message(record.topic, record.partition, record.offset, record.key, record.value, record.headers)


def _milliseconds(duration: timedelta) -> int:
    return int(duration / timedelta(milliseconds=1))
