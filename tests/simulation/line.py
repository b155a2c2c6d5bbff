"""What lies between a process and all that it reaches: every call may be slow, in vain, unanswered, or its last."""

import asyncio
import inspect
from asyncio import CancelledError
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, TypeVar, cast

from gehoor.runtime.ports import Clock, StaleError, TemporaryError

T = TypeVar("T")


@dataclass(frozen=True)
class Rates:
    """How probable each fault is, of one call."""

    crash: float = 0.0
    away: float = 0.0
    """Temporary: nothing was done."""
    lost: float = 0.0
    """Temporary: it was done, and the answer is lost."""
    stale: float = 0.0
    """Of a commit: another was first."""
    slow: float = 0.0

    @classmethod
    def drawn(cls, chance: Random) -> "Rates":
        """Some runs are calm, some are not."""
        roughness = chance.choice((0.0, 0.3, 1.0, 1.0, 3.0))
        return cls(
            crash=0.0004 * roughness,
            away=0.001 * roughness,
            lost=0.001 * roughness,
            stale=0.01 * roughness,
            slow=0.02 * roughness,
        )


CALM = Rates()
SLOW_MAX = timedelta(seconds=3)
OUTSIDE = frozenset({"mailer", "webhooks", "group"})
"""Ports that never raise for what the other side does."""


class Line:
    """One process's line."""

    def __init__(self, chance: Random, clock: Clock, crash: Callable[[], None]) -> None:
        self.rates = CALM
        self.cut = False
        """Once the process is dead, nothing it still does reaches anything."""
        self._chance = chance
        self._clock = clock
        self._crash = crash

    def to(self, port: T, name: str) -> T:
        """The port, as the process reaches it."""
        return cast("T", _Reached(self, port, name))

    async def before(self, port: str, call: str) -> None:
        """On the way there."""
        self._alive()
        rates, drawn = self.rates, self._chance.random
        if rates is CALM:
            return
        if drawn() < rates.crash:
            self._die()
        if drawn() < rates.slow:
            await self._clock.sleep(SLOW_MAX * drawn() ** 3)
            self._alive()
        if port not in OUTSIDE and drawn() < rates.away:
            raise TemporaryError(f"{port} is away")
        if call == "commit" and drawn() < rates.stale:
            raise StaleError("another was first")

    async def after(self, port: str, call: str) -> None:
        """On the way back."""
        self._alive()
        rates, drawn = self.rates, self._chance.random
        if rates is CALM:
            return
        if drawn() < rates.crash * (10 if call in {"commit", "send", "acknowledge", "post"} else 1):
            self._die()
        if port not in OUTSIDE and drawn() < rates.lost:
            raise TemporaryError(f"the answer of {port} is lost")

    def _die(self) -> None:
        self._crash()
        raise CancelledError

    def _alive(self) -> None:
        if self.cut:
            raise CancelledError


class _Reached:
    """A port whose every call passes the line."""

    def __init__(self, line: Line, port: object, name: str) -> None:
        self._line = line
        self._port = port
        self._name = name

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._port, call)
        if not inspect.iscoroutinefunction(found):
            return found

        async def passed(*args: Any, **named: Any) -> Any:
            await self._line.before(self._name, call)
            answer = await found(*args, **named)
            await self._line.after(self._name, call)
            return answer

        setattr(self, call, passed)
        return passed


async def give_way() -> None:
    """Let others go first."""
    await asyncio.sleep(0)
