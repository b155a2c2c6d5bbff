"""When people do things: at any hour they complain, at the office they work, and they go home at five."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gehoor.runtime.memory.loop import LoopClock

BRUSSELS = ZoneInfo("Europe/Brussels")
OPENS, CLOSES = 9, 17
SATURDAY = 5


class OverError(Exception):
    """The simulated days are over."""


class Times:
    """The time all people share; services have clocks of their own."""

    def __init__(self, until: timedelta) -> None:
        self.clock = LoopClock()
        self.ends = self.clock.now() + until
        self._over = asyncio.Event()

    def now(self) -> datetime:
        """This moment."""
        return self.clock.now()

    @property
    def ended(self) -> bool:
        """Whether the days are over."""
        return self._over.is_set()

    def end(self) -> None:
        """Let nobody begin anything any more."""
        self._over.set()

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long.

        Raises:
            OverError: the days were over first.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), max(duration.total_seconds(), 0.0))
        if self._over.is_set():
            raise OverError

    async def work(self, chance: Random, mean: timedelta) -> None:
        """Wait about that long, and then for the office to be open.

        Raises:
            OverError: the days were over first.
        """
        await self.sleep(mean * chance.expovariate(1.0))
        while (opens := _opens(self.now())) is not None:
            await self.sleep(opens - self.now() + timedelta(hours=3) * chance.random())


def _opens(now: datetime) -> datetime | None:
    """When the office opens; None where it is open."""
    there = now.astimezone(BRUSSELS)
    if there.weekday() < SATURDAY and OPENS <= there.hour < CLOSES:
        return None
    day = there.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    while day <= there or day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
