"""Whether what had been published by a moment has been read: what timers wait for before they judge."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from gehoor.runtime.ports import Clock, Partition, Store

Ends = Callable[[], Awaitable[Mapping[Partition, int]]]
"""Asks the broker for the end of each partition. Raises TemporaryError."""

LOOK_MIN = timedelta(milliseconds=5)
LOOK_MAX = timedelta(milliseconds=200)


class CatchingUp:
    """The journal as one service has read it, by what its handlings committed."""

    def __init__(self, store: Store, ends: Ends, clock: Clock) -> None:
        self._store = store
        self._ends = ends
        self._clock = clock

    async def mark(self) -> Mapping[Partition, int]:
        """How far the journal reaches now.

        Raises:
            TemporaryError: the broker does not say.
        """
        return await self._ends()

    async def behind(self, mark: Mapping[Partition, int]) -> int:
        """How many records up to there are not yet read.

        Raises:
            TemporaryError: the database is away.
        """
        read = await self._store.progress()
        return sum(max(end - read.get(at, 0), 0) for at, end in mark.items())

    async def reach(self, mark: Mapping[Partition, int], within: timedelta) -> bool:
        """Wait until it was read up to there, at most that long; says whether it was.

        Raises:
            TemporaryError: the database is away.
        """
        until = self._clock.now() + within
        pause = LOOK_MIN
        while await self.behind(mark):
            if self._clock.now() >= until:
                return False
            await self._clock.sleep(pause)
            pause = min(pause * 2, LOOK_MAX)
        return True
