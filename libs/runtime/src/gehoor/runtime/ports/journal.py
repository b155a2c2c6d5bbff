"""The journal: how records come in and go out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gehoor.events.envelope import Headers

Partition = tuple[str, int]
"""Topic and partition."""


@dataclass(frozen=True, slots=True)
class Message:
    """A record as it came from a topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def at(self) -> Partition:
        """Its partition."""
        return self.topic, self.partition


Deliver = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes a batch and returns once what follows from it is committed: only then is it acknowledged."""


class Consumer(Protocol):
    """Reads topics for a group, at least once, per partition in order."""

    async def run(self, deliver: Deliver) -> None:
        """Read until `stop`; a batch is acknowledged after `deliver` returned, and comes again where it raised."""
        ...

    async def stop(self) -> None:
        """Finish the batch at hand and leave the group, within a bound."""
        ...

    async def ends(self) -> Mapping[Partition, int]:
        """The end of each partition of its topics, as the broker says now."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A pending outbox row as a journal record."""

    position: int
    key: bytes
    headers: Headers
    value: bytes
    recorded_at: datetime


class Producer(Protocol):
    """Writes records to the journal."""

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Write them in order; returns once the broker has them all.

        Raises:
            TemporaryError: it may have some of them; send all of them again.
        """
        ...
