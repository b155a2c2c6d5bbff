"""Being the only one, among the tasks of one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gehoor.runtime.ports import TemporaryError


class MemorySole:
    """Being the only one that does something; `lose` takes it from the holder, as a lost connection does."""

    def __init__(self) -> None:
        self._free = asyncio.Lock()
        self._holder: MemoryHold | None = None

    @asynccontextmanager
    async def held(self) -> AsyncIterator["MemoryHold"]:
        """Wait until nobody else is it, and be it."""
        await self._free.acquire()
        hold = self._holder = MemoryHold()
        try:
            yield hold
        finally:
            if self._holder is hold:
                self.lose()

    def lose(self) -> None:
        """The holder is it no longer, and the next may be."""
        if self._holder is not None:
            self._holder.lost = True
            self._holder = None
            self._free.release()


class MemoryHold:
    """As long as one is it."""

    lost = False

    async def check(self) -> None:
        """Still it.

        Raises:
            TemporaryError: no longer.
        """
        await asyncio.sleep(0)
        if self.lost:
            raise TemporaryError("somebody else is it now")
