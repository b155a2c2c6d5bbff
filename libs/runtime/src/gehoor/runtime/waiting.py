"""Waiting for one thing or another, and growing patient."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from gehoor.runtime.ports import Clock

T = TypeVar("T")


class StoppedError(Exception):
    """It was asked to stop while it waited."""


async def unless(stopped: asyncio.Event, waiting: Coroutine[Any, Any, T]) -> T:
    """What is waited for, given up once stopped.

    Raises:
        StoppedError: that came first.
    """
    task = asyncio.ensure_future(waiting)
    stopping = asyncio.ensure_future(stopped.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise StoppedError
    finally:
        stopping.cancel()
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(event: asyncio.Event, clock: Clock, at_most: timedelta) -> bool:
    """Wait for an event, at most that long; says whether it came."""
    with suppress(StoppedError):
        await unless(event, clock.sleep(at_most))
    return event.is_set()


def backoff(tried: int, least: timedelta, most: timedelta, draw: Callable[[], float]) -> timedelta:
    """How long to wait after that many tries: doubled each time, spread so that not all come back at once.

    `draw` gives a number from 0 to 1; half of the pause is certain.
    """
    doubled: timedelta = least * 2 ** min(tried, 20)
    return min(doubled, most) * (0.5 + draw() / 2)
