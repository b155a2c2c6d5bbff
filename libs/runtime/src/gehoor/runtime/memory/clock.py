"""A clock that a test or a simulation holds in its hand."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
"""A Monday morning."""


class VirtualClock:
    """`Clock` that stands still until it is told to jump.

    Who sleeps wakes when a jump reaches its moment. A jump by hand wakes all it passes at once, each seeing the time
    after the jump: so does a machine that was suspended. To go from one moment to the next, use `jump_to_next_due`.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return self._now

    async def sleep(self, duration: timedelta) -> None:
        """Wait until the clock was moved that far; for nothing, give way once."""
        if duration <= timedelta(0):
            await asyncio.sleep(0)
            return
        awake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + duration, next(self._order), awake))
        await awake

    @property
    def next_due(self) -> datetime | None:
        """When the first of those who sleep would wake; None where nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():  # cancelled
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def jump(self, by: timedelta) -> None:
        """Move forward, and wake all whose moment has come, the earliest first.

        Raises:
            ValueError: that would be backwards; a fault that wants this says `set_back`.
        """
        if by < timedelta(0):
            raise ValueError("a clock jumps forward; to set it back is a fault, and called set_back")
        self._now += by
        while (due := self.next_due) is not None and due <= self._now:
            heapq.heappop(self._sleepers)[2].set_result(None)

    def jump_to(self, moment: datetime) -> None:
        """Move forward to that moment, or stay where it is past."""
        self.jump(max(moment - self._now, timedelta(0)))

    def jump_to_next_due(self) -> bool:
        """Move to the moment at which the first of those who sleep wakes; says whether anybody slept.

        To be called when all tasks wait: who still has work at this moment would do it at the next.
        """
        due = self.next_due
        if due is None:
            return False
        self.jump_to(due)
        return True

    def set_back(self, by: timedelta) -> None:
        """Move backwards, as a machine does whose time is corrected. Who sleeps, sleeps as long as it meant to."""
        self._now -= by
        self._sleepers = [(due - by, place, awake) for due, place, awake in self._sleepers]
