"""Waiting for what should happen, with a bound: the one place in the tests where time passes by the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
WITHIN_SECONDS = 60
_LOOK_EVERY_SECONDS = 0.05


async def until(look: Callable[[], Awaitable[T]], *, within: float = WITHIN_SECONDS) -> T:
    """What `look` gives, looked at again and again until it is true.

    Raises:
        TimeoutError: it was not within the bound, in seconds.
    """
    async with asyncio.timeout(within):
        while not (found := await look()):  # noqa: ASYNC110 - what is looked at is often another process
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return found


async def until_true(look: Callable[[], bool], *, within: float = WITHIN_SECONDS) -> None:
    """The same for what can be seen at once."""

    async def seen() -> bool:
        return look()

    await until(seen, within=within)
