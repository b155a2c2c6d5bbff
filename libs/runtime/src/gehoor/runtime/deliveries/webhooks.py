"""Webhooks by the rules of Standard Webhooks: signed, one attempt, one outcome.

| what came back                                  | result  | why                                                |
|-------------------------------------------------|---------|----------------------------------------------------|
| 2xx                                             | taken   | it is theirs now                                   |
| 408, 425, 429, 5xx                              | failed  | try again                                          |
| 3xx, any other 4xx                              | refused | redirects are not followed; the rest is our fault  |
| no connection                                   | failed  | it can't have arrived                              |
| nothing, or a broken answer, after it was sent  | unknown | it may have arrived: the next try has the same key |
| an address of our own network, unless allowed   | refused | a partner is outside, and no door into our house   |

The address is resolved once and the connection goes to exactly that one, so a name that resolves to something else a
moment later opens nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from uuid import UUID

import httpx2
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from gehoor.runtime.ports import Attempted, Endpoint, Result

TRY_WITHIN = timedelta(seconds=15)
"""One attempt, from resolving to the last byte that is read."""
ANSWER_BYTES_MAX = 64 * 1024
"""How much of an answer is read; nothing in it is used but the status."""
_NAT64 = IPv6Network("64:ff9b::/96")
_AGAIN = frozenset({408, 425, 429})

IpAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[IpAddress]]]
"""The addresses of a host."""


async def resolve(host: str, port: int) -> Sequence[IpAddress]:
    """By the machine's own resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]


class HttpWebhooks:
    """Posts signed bodies."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        within: timedelta = TRY_WITHIN,
        resolving: Resolve = resolve,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`allow_private`: also to loopback, link-local and private addresses, which a demonstration needs."""
        self._allow_private = allow_private
        self._within = within
        self._resolving = resolving
        self._now = now

    async def post(self, to: Endpoint, key: UUID, body: bytes) -> Attempted:
        """Try once, within a bound; never raises for what the other side does."""
        try:
            url = httpx2.URL(to.url)
            headers = sign(to.secret, key, body, self._now())
        except (httpx2.InvalidURL, ValueError):
            return Attempted(Result.REFUSED, "misconfigured")
        if url.scheme not in {"http", "https"} or not url.host:
            return Attempted(Result.REFUSED, "misconfigured")
        connected = False
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                address = await self._address(url)
                if address is None:
                    return Attempted(Result.REFUSED, "private-address")
                connected = True
                return await self._send(url, address, headers, body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, socket.gaierror):
            return Attempted(Result.FAILED, "unreachable")
        except (httpx2.HTTPError, TimeoutError, OSError):
            return Attempted(Result.UNKNOWN, "no-answer") if connected else Attempted(Result.FAILED, "unreachable")

    async def _address(self, url: httpx2.URL) -> IpAddress | None:
        """The one address to go to; None where any that the name stands for is not for partners."""
        found = await self._resolving(url.host, url.port or (443 if url.scheme == "https" else 80))
        if not found or not (self._allow_private or all(map(is_outside, found))):
            return None
        return found[0]

    @staticmethod
    async def _send(url: httpx2.URL, address: IpAddress, headers: dict[str, str], body: bytes) -> Attempted:
        """To that address, under the name that the certificate and the host header are about."""
        pinned = url.copy_with(host=str(address))
        headers["Host"] = url.netloc.decode("ascii")
        async with httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=None) as client:  # bounded above
            request = client.build_request(
                "POST", pinned, headers=headers, content=body, extensions={"sni_hostname": url.host}
            )
            answer = await client.send(request, stream=True)
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > ANSWER_BYTES_MAX:
                    break
            await answer.aclose()
        return _meaning(answer.status_code)


def sign(secret: str, key: UUID, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks: id, timestamp and signature, the id the same over all attempts.

    Raises:
        ValueError: the secret is none, or the body no UTF-8.
    """
    try:
        signature = Webhook(secret).sign(str(key), now, body.decode())
    except (RuntimeError, EmptyWebhookSecretError) as wrong:
        raise ValueError("the endpoint's secret is none") from wrong
    return {
        "Content-Type": "application/json",
        "User-Agent": "gehoor",
        "webhook-id": str(key),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def is_outside(address: IpAddress) -> bool:
    """Whether it is on the public internet, also where it is written as IPv6: mapped, 6to4, Teredo or NAT64."""
    if isinstance(address, IPv6Address):
        teredo = address.teredo
        inner = [address.ipv4_mapped, address.sixtofour, *(teredo or ())]
        if address in _NAT64:
            inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
        if any(not is_outside(one) for one in inner if one is not None):
            return False
    return address.is_global and not address.is_multicast


def _meaning(status: int) -> Attempted:
    detail = f"http-{status}"
    if status in _AGAIN or status >= 500:  # noqa: PLR2004 - RFC 9110: the server's own trouble
        return Attempted(Result.FAILED, detail, status)
    return Attempted(Result.TAKEN if 200 <= status < 300 else Result.REFUSED, detail, status)  # noqa: PLR2004 - success
