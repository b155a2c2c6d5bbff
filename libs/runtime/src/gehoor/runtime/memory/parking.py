"""The twin of the parked table."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from gehoor.runtime.parking import Dropped, Parked, Place, Why
from gehoor.runtime.ports import TemporaryError


class MemoryParking:
    """`Parking` in memory."""

    def __init__(self) -> None:
        self._parked: dict[Place, Parked] = {}
        self._tries: dict[Place, int] = defaultdict(int)
        self._dropped: list[Dropped] = []
        self._locks: dict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def held(self, subjects: Collection[UUID]) -> Collection[UUID]:
        """Those of them that are parked."""
        return {one.subject for one in self._parked.values()} & set(subjects)

    async def park(self, parked: Parked) -> None:
        """Set it aside; in the place of what was noted of it before."""
        self._parked[parked.place] = parked
        self._tries.pop(parked.place, None)

    async def wait_behind(self, parked: Parked) -> bool:
        """Queue it behind its subject; False, and nothing is queued, where that is held no longer."""
        async with self._locks[parked.subject]:
            if not await self.held([parked.subject]):
                return False
            self._parked.setdefault(parked.place, parked)
            return True

    async def count(self, *why: Why) -> int:
        """How many records are parked for one of those reasons."""
        return sum(one.why in why for one in self._parked.values())

    async def tried(self, place: Place) -> int:
        """Count one more failing try of a record, and give how many there were."""
        self._tries[place] += 1
        return self._tries[place]

    async def listed(self, subject: UUID | None = None) -> Sequence[Parked]:
        """What is parked, by place: all, or one subject's."""
        return [one for _, one in sorted(self._parked.items()) if subject in {None, one.subject}]

    async def release(self, place: Place) -> None:
        """It was handled: forget it."""
        self._parked.pop(place, None)

    async def drop(self, place: Place, *, by: str, because: str, at: datetime) -> Dropped | None:
        """Give it up and keep a record of that without its body; None where nothing is parked there."""
        parked = self._parked.pop(place, None)
        if parked is None:
            return None
        dropped = Dropped(replace(parked, body=b""), by, because, at)
        self._dropped.append(dropped)
        return dropped

    async def dropped(self) -> Sequence[Dropped]:
        """What was given up, oldest first."""
        return list(self._dropped)

    @asynccontextmanager
    async def alone(self, subject: UUID) -> AsyncIterator[None]:
        """Hold a subject while its queue is drained.

        Raises:
            TemporaryError: somebody else holds it.
        """
        if self._locks[subject].locked():
            raise TemporaryError(f"somebody else drains {subject}")
        async with self._locks[subject]:
            yield
