"""Being the only one: an advisory lock, on a connection of its own for as long as it is held."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from gehoor.runtime.ports import TemporaryError
from gehoor.runtime.postgres.connecting import Link, link, reaching

TRY_EVERY = timedelta(milliseconds=250)
KEEP_EVERY = timedelta(seconds=2)
LOST_AFTER = timedelta(seconds=10)
"""When the server takes the lock from a holder that says nothing: one that was stopped, or cut off."""


class PostgresSole:
    """Being the only one of a service that does something, over all its processes."""

    def __init__(self, dsn: str, *, schema: str, name: str) -> None:
        self._dsn = dsn
        self._schema = schema
        self._name = f"{schema}/{name}"

    @asynccontextmanager
    async def held(self) -> AsyncIterator["PostgresHold"]:
        """Wait until nobody else is it, and be it.

        Raises:
            TemporaryError: the database is away.
        """
        async with link(self._dsn, schema=self._schema) as own:
            with reaching(own):
                await own.execute(f"set idle_session_timeout = {LOST_AFTER // timedelta(milliseconds=1)}")
                while not await self._taken(own):  # noqa: ASYNC110 - no server wakes who tries
                    # Asking again, rather than waiting in the server, also says that this side is alive.
                    await asyncio.sleep(TRY_EVERY.total_seconds())
            hold = PostgresHold(own)
            keeping = asyncio.create_task(hold.keep())
            try:
                yield hold
            finally:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)

    async def _taken(self, own: Link) -> bool:
        taken: bool = await own.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", self._name)
        return taken


class PostgresHold:
    """A lock that is held until its connection is lost."""

    def __init__(self, own: Link) -> None:
        self._own = own
        self._one_at_a_time = asyncio.Lock()

    async def check(self) -> None:
        """Still it.

        Raises:
            TemporaryError: no longer, or nobody knows.
        """
        try:
            async with self._one_at_a_time:
                with reaching(self._own):
                    await self._own.execute("select 1")
        except TemporaryError:
            self._own.terminate()  # what could not be asked now may not be believed later
            raise

    async def keep(self) -> None:
        """Say that the holder is alive, until it no longer holds."""
        try:
            while True:
                await asyncio.sleep(KEEP_EVERY.total_seconds())
                await self.check()
        except TemporaryError:
            return  # the next check tells the holder
