"""Waking the relay of another process: NOTIFY from a connection of its own, as a burst of commits is one call.

Within a transaction NOTIFY would halve the rate of commits; lost, it costs no more than the relay's next poll.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from gehoor.events.envelope import Recorded
from gehoor.runtime.ports import TemporaryError
from gehoor.runtime.postgres.connecting import Link, link, reaching
from gehoor.runtime.waiting import StoppedError, unless

_COALESCE = timedelta(milliseconds=10)
_CHECK = timedelta(seconds=5)
_AGAIN = timedelta(seconds=2)


class PostgresWaker:
    """`Waker`: hears what `PostgresNotifier` of any process says."""

    def __init__(self, dsn: str, schema: str) -> None:
        self._dsn = dsn
        self._schema = schema

    async def run(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever something was stored, until cancelled."""

        def heard(*_: Any) -> None:
            wake()

        while True:
            with suppress(TemporaryError):
                async with link(self._dsn, schema=self._schema) as linked:
                    with reaching(linked):
                        await linked.add_listener(_channel(self._schema), heard)
                        wake()
                        while True:
                            await asyncio.sleep(_CHECK.total_seconds())
                            await linked.fetchval("select 1")
            await asyncio.sleep(_AGAIN.total_seconds())


class PostgresNotifier:
    """Says that something was stored: `run` until `stop`, `notify` after a commit."""

    def __init__(self, dsn: str, schema: str) -> None:
        self._dsn = dsn
        self._schema = schema
        self._stored = asyncio.Event()
        self._stopped = asyncio.Event()

    def notify(self, recorded: Sequence[Recorded] = ()) -> None:  # noqa: ARG002 - so that a handling may call it
        """Something was stored."""
        self._stored.set()

    async def run(self) -> None:
        """Tell, a few times in a moment at most; while the database is away there is nothing to tell."""
        with suppress(StoppedError):
            while True:
                await unless(self._stopped, self._stored.wait())
                with suppress(TemporaryError):
                    async with link(self._dsn, schema=self._schema) as linked:
                        with reaching(linked):
                            await self._tell(linked)
                await unless(self._stopped, asyncio.sleep(_AGAIN.total_seconds()))

    async def stop(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    async def _tell(self, linked: Link) -> None:
        while True:
            await unless(self._stopped, self._stored.wait())
            self._stored.clear()
            await linked.execute(f'notify "{_channel(self._schema)}"')
            await asyncio.sleep(_COALESCE.total_seconds())


def _channel(schema: str) -> str:
    return f"gehoor_{schema}_stored"
