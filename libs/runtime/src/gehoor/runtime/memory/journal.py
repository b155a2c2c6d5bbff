"""The journal in memory: topics, a producer, and consumers that share partitions as a group."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gehoor.events.envelope import Headers
from gehoor.runtime.ports import Deliver, Message, Outgoing, Partition, TemporaryError


class MemoryJournal:
    """Topics with a fixed number of partitions, kept for ever; what each group has read of them."""

    def __init__(self, partitions: int = 3) -> None:
        self.partitions = partitions
        self._away = False
        self._records: dict[Partition, list[Message]] = {}
        self._read: dict[tuple[str, Partition], int] = {}
        self._members: dict[str, list[MemoryConsumer]] = {}
        self._in_hand: dict[tuple[str, Partition], MemoryConsumer] = {}
        self._changed = asyncio.Event()

    @property
    def away(self) -> bool:
        """While true the broker does not answer: producing fails, and nothing is fetched."""
        return self._away

    @away.setter
    def away(self, away: bool) -> None:
        self._away = away
        self.notify()

    def append(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()) -> Message:
        """Write a record, whatever it is."""
        at = (topic, sum(key or b"") % self.partitions)
        records = self._records.setdefault(at, [])
        record = Message(*at, len(records), key, value, tuple(headers))
        records.append(record)
        self.notify()
        return record

    def records(self, topic: str) -> Sequence[Message]:
        """All of a topic, partition by partition."""
        return [record for at, records in sorted(self._records.items()) if at[0] == topic for record in records]

    def ends(self, topics: Sequence[str]) -> Mapping[Partition, int]:
        """The offset that the next record of each partition will get."""
        every = [(topic, partition) for topic in topics for partition in range(self.partitions)]
        return {at: len(self._records.get(at, ())) for at in every}

    def read(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        """The next offset of each partition that a group has to read."""
        return {at: self._read.get((group, at), 0) for at in self.ends(topics)}

    def notify(self) -> None:
        """Wake who waits: there is something new."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Wait for something new."""
        await self._changed.wait()

    @contextmanager
    def member(self, group: str, consumer: "MemoryConsumer") -> Iterator[None]:
        """Be in a group for a while."""
        members = self._members.setdefault(group, [])
        members.append(consumer)
        self.notify()
        try:
            yield
        finally:
            members.remove(consumer)
            self.notify()

    @contextmanager
    def batch(
        self, group: str, consumer: "MemoryConsumer", topics: Sequence[str], limit: int
    ) -> Iterator[list[Message]]:
        """What a member has to read next, acknowledged where nothing is raised."""
        members = self._members[group]
        place = members.index(consumer)
        taken: list[Message] = []
        for number, (at, offset) in enumerate(self.read(group, topics).items()):
            if not self.away and number % len(members) == place and (group, at) not in self._in_hand:
                taken += self._records.get(at, [])[offset : offset + limit - len(taken)]
        ends = {record.at: record.offset + 1 for record in taken}
        self._in_hand |= {(group, at): consumer for at in ends}
        try:
            yield taken
            self._read |= {(group, at): end for at, end in ends.items()}
        finally:
            for at in ends:
                del self._in_hand[group, at]
            if ends:
                self.notify()


class MemoryProducer:
    """`Producer` for one topic of it."""

    def __init__(self, journal: MemoryJournal, topic: str) -> None:
        self._journal = journal
        self._topic = topic

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Write them in order.

        Raises:
            TemporaryError: it may have some of them; send all of them again.
        """
        for record in records:
            await asyncio.sleep(0)
            if self._journal.away:
                raise TemporaryError("the broker is away")
            self._journal.append(self._topic, record.key, record.value, record.headers)


class MemoryConsumer:
    """`Consumer` of topics of it, as one member of a group."""

    def __init__(self, journal: MemoryJournal, topics: Sequence[str], group: str, *, batch_max: int = 500) -> None:
        self._journal = journal
        self._topics = topics
        self._group = group
        self._batch_max = batch_max
        self._stopping = False

    async def run(self, deliver: Deliver) -> None:
        """Read until `stop`.

        Raises:
            Exception: what `deliver` raised; its batch was not acknowledged and comes again.
        """
        with self._journal.member(self._group, self):
            while not self._stopping:
                with self._journal.batch(self._group, self, self._topics, self._batch_max) as batch:
                    if batch:
                        await deliver(batch)
                if not batch and not self._stopping:
                    await self._journal.changed()

    async def stop(self) -> None:
        """Finish the batch at hand and leave the group."""
        self._stopping = True
        self._journal.notify()

    async def ends(self) -> Mapping[Partition, int]:
        """The end of each partition of its topics.

        Raises:
            TemporaryError: the broker is away.
        """
        await asyncio.sleep(0)
        if self._journal.away:
            raise TemporaryError("the broker is away")
        return self._journal.ends(self._topics)
