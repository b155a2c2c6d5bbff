"""Timers and deliveries, by moment, in memory."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from gehoor.runtime.memory.store import Armed, MemoryStore
from gehoor.runtime.parking import Parking
from gehoor.runtime.ports import Due


class MemoryDue:
    """`DueTable` of a `MemoryStore`, which passes over the subjects that a `Parking` holds."""

    def __init__(self, store: MemoryStore, parking: Parking | None = None) -> None:
        self._store = store
        self._parking = parking

    async def claim(self, kinds: Collection[str], now: datetime, lease: timedelta, limit: int) -> Sequence[Due]:
        """Rows due by now, oldest first, free and of no parked subject; held until the lease ends."""
        subjects = {armed.due.stream.id for armed in self._store.due.values()}
        held = await self._parking.held(subjects) if self._parking is not None else ()
        await asyncio.sleep(0)
        free = [
            armed
            for armed in self._store.due.values()
            if armed.due.kind in kinds
            and armed.due.at <= now
            and (armed.claimed_until is None or armed.claimed_until <= now)
            and armed.due.stream.id not in held
        ]
        claimed = sorted(free, key=lambda armed: (armed.due.at, armed.due.key))[:limit]
        for armed in claimed:
            armed.claimed_until = now + lease
        return [armed.due for armed in claimed]

    async def release(self, claimed: Collection[Due]) -> None:
        """Give them back before the lease ends."""
        await asyncio.sleep(0)
        for due in claimed:
            armed = self._store.due.get((due.kind, due.key))
            if armed is not None and armed.due.arming == due.arming:
                armed.claimed_until = None

    async def next_at(self, kinds: Collection[str]) -> datetime | None:
        """When the next of those kinds is due."""
        await asyncio.sleep(0)
        return min((armed.due.at for armed in self._store.due.values() if armed.due.kind in kinds), default=None)

    async def standing(self, kind: str) -> Sequence[Due]:
        """All rows of that kind, by key: for comparing with what the streams mean."""
        await asyncio.sleep(0)
        return sorted(
            (armed.due for armed in self._store.due.values() if armed.due.kind == kind), key=lambda due: due.key
        )

    async def replace(self, kind: str, due: Callable[[], Awaitable[Iterable[Due]]]) -> None:
        """Put these in the place of all rows of that kind; they are asked for while nobody writes.

        A row that stands as it should keeps its claim.
        """
        async with self._store.writing:
            wanted = {(kind, one.key): one for one in await due()}
            for at in [at for at in self._store.due if at[0] == kind and at not in wanted]:
                del self._store.due[at]
            for at, one in wanted.items():
                standing = self._store.due.get(at)
                if standing is None or standing.due != one:
                    self._store.due[at] = Armed(one)
