"""One service's memory: all that one handling writes, in one transaction or not at all."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gehoor.events.envelope import Recorded, Stream
from gehoor.runtime.ports.behaviour import Due
from gehoor.runtime.ports.causes import Heard, Remembered
from gehoor.runtime.ports.journal import Outgoing, Partition
from gehoor.runtime.ports.views import Row, Views


@dataclass(frozen=True, slots=True)
class Append:
    """Facts for one stream, which must still be at `after`."""

    stream: Stream
    after: int
    """The version the decision was made on; 0 for a new stream."""
    events: tuple[Recorded, ...]
    """With id, version, sequence and times; private fields as they were decided."""
    bodies: tuple[bytes, ...]
    """The sealed bytes of each, as stored and published."""


@dataclass(frozen=True, slots=True)
class Commit:
    """All that one handling writes."""

    at: datetime
    appends: Sequence[Append] = ()
    rows_set: Sequence[Row] = ()
    rows_dropped: Sequence[tuple[str, str]] = ()
    """View and key."""
    armed: Sequence[Due] = ()
    """Replaces what stands under the same key and kind."""
    disarmed: Sequence[Due] = ()
    fired: Sequence[Due] = ()
    """Must still stand as claimed; gone afterwards."""
    heard: Sequence[Heard] = ()
    """Each must be above what was handled of its source."""
    progress: Mapping[Partition, int] = field(default_factory=dict)
    """The next offset to read, per partition."""
    remember: Sequence[Remembered] = ()


class Store(Views, Protocol):
    """One service's memory."""

    async def load(self, streams: Collection[Stream]) -> Mapping[Stream, Sequence[Recorded]]:
        """The facts of each, oldest first, private fields sealed; an empty sequence for a new stream."""
        ...

    async def commit(self, commit: Commit) -> Sequence[Recorded]:
        """Write all of it, and give the events with their positions.

        Raises:
            StaleError: another was first; nothing was written.
        """
        ...

    async def handled(self, sources: Collection[str]) -> Mapping[str, int]:
        """The last sequence handled of each source, 0 where none was."""
        ...

    async def remembered(self, caller: str, key: str) -> Remembered | None:
        """What that caller was answered under that key."""
        ...

    async def progress(self) -> Mapping[Partition, int]:
        """The next offset to read of each partition, as committed with the handlings."""
        ...

    async def events(self, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """The whole store in order of position, from just after one: for rebuilding, republishing, auditing."""
        ...

    async def replace_rows(self, view: str, rows: Callable[[], Awaitable[Iterable[Row]]]) -> None:
        """Put these rows in the place of a view, in one transaction; they are asked for while nobody writes.

        Raises:
            TemporaryError: the view is as it was.
        """
        ...


class Outbox(Protocol):
    """What is stored and not yet known to be on the journal."""

    async def pending(self, limit: int) -> Sequence[Outgoing]:
        """The oldest rows by position."""
        ...

    async def sent(self, positions: Collection[int]) -> None:
        """Forget them: the broker has them."""
        ...

    async def oldest(self) -> datetime | None:
        """When the oldest pending row was recorded; None where none is pending."""
        ...


class DueTable(Protocol):
    """Timers and deliveries, by moment."""

    async def claim(self, kinds: Collection[str], now: datetime, lease: timedelta, limit: int) -> Sequence[Due]:
        """Rows due by now, oldest first, free and of no parked subject; held until the lease ends."""
        ...

    async def release(self, claimed: Collection[Due]) -> None:
        """Give them back before the lease ends."""
        ...

    async def next_at(self, kinds: Collection[str]) -> datetime | None:
        """When the next of those kinds is due."""
        ...

    async def standing(self, kind: str) -> Sequence[Due]:
        """All rows of that kind, by key: for comparing with what the streams mean."""
        ...

    async def replace(self, kind: str, due: Callable[[], Awaitable[Iterable[Due]]]) -> None:
        """Put these in the place of all rows of that kind; they are asked for while nobody writes.

        A row that stands as it should keeps its claim.

        Raises:
            TemporaryError: the rows are as they were.
        """
        ...
