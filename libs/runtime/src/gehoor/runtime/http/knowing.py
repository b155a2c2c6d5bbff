"""Who calls, told before anything of a request is read: 401 for a stranger, 429 for one who calls too often."""

from datetime import timedelta

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gehoor.runtime.http.errors import TooManyError, UnauthorisedError
from gehoor.runtime.http.keys import Gate

PREFIX = "/v1"
"""All below it needs a key; health, metrics and documentation do not."""


class Rates:
    """How often one caller may ask, and one address may fail to say who it is. Counted in each process."""

    def __init__(self, per_second: int, failures_per_minute: int) -> None:
        self.asked = RateLimitItemPerSecond(per_second)
        self.failed = RateLimitItemPerMinute(failures_per_minute)
        self._counting = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def ask(self, caller: str) -> None:
        """One request of that caller.

        Raises:
            TooManyError: it is one too many.
        """
        if not await self._counting.hit(self.asked, "caller", caller):
            raise TooManyError(_while(self.asked))

    async def fail(self, address: str) -> None:
        """One request without a valid key."""
        await self._counting.hit(self.failed, "address", address)

    async def check(self, address: str) -> None:
        """See whether that address may still try.

        Raises:
            TooManyError: it failed too often.
        """
        if not await self._counting.test(self.failed, "address", address):
            raise TooManyError(_while(self.failed))


class Known:
    """The layer that finds out who calls, and puts the `Caller` on the request's state."""

    def __init__(self, app: ASGIApp, gate: Gate, rates: Rates) -> None:
        self.app = app
        self.gate = gate
        self.rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on who is known.

        Raises:
            UnauthorisedError, TooManyError: it is nobody, or one who calls too often.
        """
        if scope["type"] == "http" and scope["path"].startswith(PREFIX + "/"):
            address = (scope.get("client") or ("unknown", 0))[0]
            await self.rates.check(address)
            kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
            try:
                caller = await self.gate.caller(token.strip() if kind.lower() == "bearer" else "")
            except UnauthorisedError:
                await self.rates.fail(address)
                raise
            await self.rates.ask(caller.id)
            scope.setdefault("state", {})["caller"] = caller
        await self.app(scope, receive, send)


def _while(limit: RateLimitItem) -> timedelta:
    return timedelta(seconds=limit.get_expiry())
