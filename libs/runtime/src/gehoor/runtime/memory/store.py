"""A service's memory in one process: the twin of the PostgreSQL store, and what outbox and due table share with it."""

import asyncio
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from gehoor.events.catalogue import CATALOGUE, Catalogue
from gehoor.events.envelope import Recorded, Stream
from gehoor.runtime.ports import Append, Commit, Due, Partition, Remembered, Row, StaleError, TakenError


@dataclass(frozen=True, slots=True)
class Written:
    """A stored event: as it reads, and as it was written."""

    event: Recorded
    type: str
    body: bytes


@dataclass(slots=True)
class Armed:
    """A due row, and until when it is claimed."""

    due: Due
    claimed_until: datetime | None = None


class MemoryStore:
    """`Store`, whose rows are plain containers; `MemoryOutbox` and `MemoryDue` look at the same.

    It gives way before it reads or writes, so that others come between as they would on a network.
    """

    def __init__(self, service: str, *, catalogue: Catalogue = CATALOGUE) -> None:
        self.service = service
        self.written: list[Written] = []
        """By position, from 1."""
        self.outbox: dict[int, Written] = {}
        self.due: dict[tuple[str, UUID], Armed] = {}
        self.writing = asyncio.Lock()
        self._catalogue = catalogue
        self._streams: dict[Stream, list[Recorded]] = defaultdict(list)
        self._ids: set[UUID] = set()
        self._handled: dict[str, int] = {}
        self._progress: dict[Partition, int] = {}
        self._remembered: dict[tuple[str, str], Remembered] = {}
        self._views: dict[str, dict[str, Row]] = defaultdict(dict)

    async def load(self, streams: Collection[Stream]) -> Mapping[Stream, Sequence[Recorded]]:
        """The facts of each, oldest first, private fields sealed; an empty sequence for a new stream."""
        await asyncio.sleep(0)
        return {stream: tuple(self._streams.get(stream, ())) for stream in streams}

    async def commit(self, commit: Commit) -> Sequence[Recorded]:
        """Write all of it, and give the events with their positions.

        Raises:
            StaleError: another was first; nothing was written.
            TakenError: a due row no longer stands as it was claimed; nothing was written.
        """
        async with self.writing:
            await asyncio.sleep(0)
            return self._write(commit)

    def _write(self, commit: Commit) -> Sequence[Recorded]:
        self._refuse_stale(commit)
        recorded = [event for append in commit.appends for event in self._append(append)]
        for view, key in commit.rows_dropped:
            self._views[view].pop(key, None)
        for row in commit.rows_set:
            self._views[row.view][row.key] = _as_stored(row)
        for due in (*commit.fired, *commit.disarmed):
            self.due.pop((due.kind, due.key), None)
        self.due |= {(due.kind, due.key): Armed(due) for due in commit.armed}
        self._handled |= {one.source: one.sequence for one in commit.heard}
        for at, offset in commit.progress.items():
            self._progress[at] = max(offset, self._progress.get(at, offset))
        self._remembered |= {
            (one.caller, one.key): replace(one, body=json.loads(json.dumps(one.body))) for one in commit.remember
        }
        return recorded

    async def handled(self, sources: Collection[str]) -> Mapping[str, int]:
        """The last sequence handled of each source, 0 where none was."""
        await asyncio.sleep(0)
        return {source: self._handled.get(source, 0) for source in sources}

    async def remembered(self, caller: str, key: str) -> Remembered | None:
        """What that caller was answered under that key."""
        await asyncio.sleep(0)
        return self._remembered.get((caller, key))

    async def progress(self) -> Mapping[Partition, int]:
        """The next offset to read of each partition, as committed with the handlings."""
        await asyncio.sleep(0)
        return dict(self._progress)

    async def events(self, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """The store in order of position, from just after one."""
        await asyncio.sleep(0)
        return [written.event for written in self.written[after : after + limit]]

    async def get(self, view: str, key: str, *, audience: str | None = None) -> Row | None:
        """The row, None where there is none. With an audience: only where it may see it."""
        await asyncio.sleep(0)
        row = self._views[view].get(key)
        return row if row is not None and audience in {None, row.audience} else None

    async def find(
        self,
        view: str,
        *tags: str,
        after: tuple[str, str] | None = None,
        limit: int = 100,
        audience: str | None = None,
    ) -> Sequence[Row]:
        """The rows that have all those tags, by rank and key, from just after `(rank, key)`."""
        await asyncio.sleep(0)
        wanted = set(tags)
        found = sorted(
            (row for row in self._views[view].values() if wanted <= {*row.tags} and audience in {None, row.audience}),
            key=attrgetter("rank", "key"),
        )
        start = bisect_right(found, after, key=lambda row: (row.rank, row.key)) if after is not None else 0
        return found[start : start + limit]

    async def replace_rows(self, view: str, rows: Callable[[], Awaitable[Iterable[Row]]]) -> None:
        """Put these rows in the place of a view, in one transaction; they are asked for while nobody writes."""
        async with self.writing:
            made = await rows()
            self._views[view] = {row.key: _as_stored(row) for row in made}

    def _refuse_stale(self, commit: Commit) -> None:
        """Nothing may have been written when this raises."""
        for append in commit.appends:
            if len(self._streams.get(append.stream, ())) != append.after:
                raise StaleError("a stream moved on")
            if any(event.id in self._ids for event in append.events):
                raise StaleError("an event is there already")
        if any(one.sequence <= self._handled.get(one.source, 0) for one in commit.heard):
            raise StaleError("a sequence was handled")
        if any((one.caller, one.key) in self._remembered for one in commit.remember):
            raise StaleError("a key was remembered")
        for due in commit.fired:
            armed = self.due.get((due.kind, due.key))
            if armed is None or armed.due.arming != due.arming:
                raise TakenError("a due row does not stand as it was claimed")

    def _append(self, append: Append) -> list[Recorded]:
        recorded = []
        for event, body in zip(append.events, append.bodies, strict=True):
            placed = replace(event, position=len(self.written) + 1)
            fact = self._catalogue.read(event.fact.type, json.loads(body))
            written = Written(replace(placed, fact=fact), event.fact.type, body)
            self.written.append(written)
            self._streams[append.stream].append(written.event)
            self._ids.add(event.id)
            if event.sequence is not None:
                self.outbox[placed.position] = written
            recorded.append(placed)
        return recorded


def _as_stored(row: Row) -> Row:
    """As it comes back: what is no JSON does not."""
    return replace(row, body=json.loads(json.dumps(row.body)))
