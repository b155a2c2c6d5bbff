"""How far a topic reaches, asked of the broker by a connection that belongs to no group."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from gehoor.runtime.kafka.topics import partitions_of
from gehoor.runtime.ports import Partition, TemporaryError

PATIENCE = timedelta(seconds=5)


class Ends:
    """The end of each partition: the offset its next record will get."""

    def __init__(self, servers: str, topics: Sequence[str]) -> None:
        self._servers = servers
        self._topics = topics
        self._asking: AIOKafkaConsumer | None = None
        self._alone = asyncio.Lock()
        self._stopped = False

    async def __call__(self) -> Mapping[Partition, int]:
        """As the broker says now.

        Raises:
            TemporaryError: it does not say within five seconds.
        """
        async with self._alone:
            if self._stopped:
                raise TemporaryError("stopped asking where the topics end")
            try:
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    return await self._ask()
            except (KafkaError, TimeoutError) as away:
                await self._close()
                raise TemporaryError(f"the broker at {self._servers}: {type(away).__name__}") from away
            except BaseException:
                await self._close()
                raise

    async def stop(self) -> None:
        """Close the connection, for good."""
        self._stopped = True
        async with self._alone:
            await self._close()

    async def _ask(self) -> Mapping[Partition, int]:
        if self._asking is None:
            there = [
                TopicPartition(topic, partition)
                for topic in self._topics
                for partition in range(await partitions_of(self._servers, topic))
            ]
            self._asking = AIOKafkaConsumer(bootstrap_servers=self._servers, request_timeout_ms=4_000)
            self._asking.assign(there)
            self._asking.pause(*there)
            await self._asking.start()
        ends = await self._asking.end_offsets(self._asking.assignment())
        return {(at.topic, at.partition): end for at, end in ends.items()}

    async def _close(self) -> None:
        asking, self._asking = self._asking, None
        if asking is not None:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(asking.stop(), PATIENCE.total_seconds())
