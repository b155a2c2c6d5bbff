"""Making view and due rows again from what happened, and comparing them with those that stand.

Both are functions of the streams' states. A view whose shape has changed is made again while the service runs: the
long part, folding everything, holds nobody up; only then do writers wait, while what happened meanwhile is added.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gehoor.events.envelope import Recorded, Stream
from gehoor.runtime.handling import Handling
from gehoor.runtime.ports import Due, DueTable, Row

PAGE = 1000
LATE_MAX = 10_000
"""How many positions below the last one may still be filled, by transactions that commit late."""


class Folding:
    """The states of all of a service's streams, as of what was read so far."""

    def __init__(self, handling: Handling) -> None:
        self._handling = handling
        self._service = handling.service
        self._states: dict[Stream, Any] = {}
        self._versions: dict[Stream, int] = {}
        self._read = 0

    async def catch_up(self) -> None:
        """Fold what came since; who calls it while nobody writes has everything afterwards."""
        position = max(self._read - LATE_MAX, 0)
        while page := await self._handling.store.events(after=position, limit=PAGE):
            position = page[-1].position
            gaps = {event.stream for event in await self._readable(page) if not self._fold(event)}
            for events in (await self._handling.store.load(gaps)).values():
                for event in await self._readable(events):
                    self._fold(event)
        self._read = max(self._read, position)

    def rows(self, view: str) -> list[Row]:
        """All rows of a view that the states mean."""
        return [
            row
            for stream, state in self._states.items()
            for row in self._service.aggregate(stream.kind).rows(stream, state)
            if row.view == view
        ]

    def views(self) -> set[str]:
        """The views that the states have rows in."""
        return {
            row.view
            for stream, state in self._states.items()
            for row in self._service.aggregate(stream.kind).rows(stream, state)
        }

    def due(self, kind: str) -> list[Due]:
        """All due moments of a kind that the states mean."""
        return [
            due
            for stream, state in self._states.items()
            for due in self._service.aggregate(stream.kind).due(stream, state)
            if due.kind == kind
        ]

    async def _readable(self, events: Collection[Recorded]) -> Iterable[Recorded]:
        """In the shape in which their aggregates have them."""
        closed = [event for event in events if self._service.aggregate(event.stream.kind).unseals]
        clear = {event.id: event for event in await self._handling.unseal(closed)}
        return [clear.get(event.id, event) for event in events]

    def _fold(self, event: Recorded) -> bool:
        """Fold one event, or pass over one that was folded; False where one before it was not seen."""
        version = self._versions.get(event.stream, 0)
        if event.version == version + 1:
            decider = self._service.aggregate(event.stream.kind).decider
            self._states[event.stream] = decider.evolve(self._states.get(event.stream, decider.initial), event.fact)
            self._versions[event.stream] = event.version
        return event.version <= version + 1


async def rebuild_view(handling: Handling, view: str) -> int:
    """Make a view again, and give how many rows it has.

    Raises:
        TemporaryError: the database is away; the view is as it was.
    """
    folding = Folding(handling)
    await folding.catch_up()
    made: list[Row] = []

    async def rows() -> list[Row]:
        await folding.catch_up()
        made.extend(folding.rows(view))
        return made

    await handling.store.replace_rows(view, rows)
    return len(made)


async def rebuild_due(handling: Handling, table: DueTable, kind: str) -> int:
    """Make the due rows of a kind again, and give how many there are; those that stand rightly keep their claim.

    Raises:
        TemporaryError: the database is away; the rows are as they were.
    """
    folding = Folding(handling)
    await folding.catch_up()
    made: list[Due] = []

    async def due() -> list[Due]:
        await folding.catch_up()
        made.extend(folding.due(kind))
        return made

    await table.replace(kind, due)
    return len(made)


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as the streams would have it: None where it is missing."""

    live: Row | Due | None
    rebuilt: Row | Due | None


async def differences(
    handling: Handling, table: DueTable, *, views: Collection[str], kinds: Collection[str]
) -> list[Difference]:
    """Where rows that stand and rows made again differ. Only where nobody writes meanwhile are all of them faults."""
    folding = Folding(handling)
    await folding.catch_up()
    found: list[Difference] = []
    for view in views:
        live = {row.key: row async for row in _standing(handling, view)}
        found += _compare(live, {row.key: row for row in folding.rows(view)})
    for kind in kinds:
        armed = {str(due.key): due for due in await table.standing(kind)}
        found += _compare(armed, {str(due.key): due for due in folding.due(kind)})
    return found


async def _standing(handling: Handling, view: str) -> AsyncIterator[Row]:
    after: tuple[str, str] | None = None
    while page := await handling.store.find(view, after=after, limit=PAGE):
        for row in page:
            yield row
        after = (page[-1].rank, page[-1].key)


def _compare(live: Mapping[str, Row | Due], rebuilt: Mapping[str, Row | Due]) -> list[Difference]:
    return [
        Difference(live.get(key), rebuilt.get(key))
        for key in sorted(live.keys() | rebuilt.keys())
        if live.get(key) != rebuilt.get(key)
    ]
