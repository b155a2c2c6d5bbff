"""An event loop whose time is made up: it passes when everybody waits, and then to the next moment at once.

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())

For simulations: days in seconds, and the same again from the same seed. Nothing real may be waited for: no sockets, and
what is given to another thread is done at once, in this one.
"""

import asyncio
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2025, 3, 3, 7, 0, tzinfo=UTC)
"""A Monday, before the office opens."""


class StuckError(Exception):
    """Everybody waits for somebody else, for ever."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; `time` counts seconds from 0."""

    def __init__(self) -> None:
        self.passed = 0.0
        super().__init__(_Jumping(self))
        self._clock_resolution = 1e-6  # a float of many seconds has no more

    def time(self) -> float:
        """Seconds, virtual."""
        return self.passed

    def run_in_executor(self, _executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        """Done here and now: threads have an order of their own."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as failed:  # noqa: BLE001 - it is the caller's
            done.set_exception(failed)
        return done


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: time jumps by as much as the loop would have waited."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing ever comes from outside.

        Raises:
            StuckError: nothing will ever happen.
        """
        if timeout is None:
            raise StuckError
        self._loop.passed += timeout
        return []


class LoopClock:
    """`Clock` on the running loop's time; `offset` sets it ahead or back, as a machine's may be."""

    def __init__(self, offset: timedelta = timedelta(0), start: datetime = START) -> None:
        self.offset = offset
        self._start = start

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return self._start + timedelta(seconds=asyncio.get_running_loop().time()) + self.offset

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long; moving the offset makes it neither shorter nor longer."""
        await asyncio.sleep(max(0.0, duration.total_seconds()))
