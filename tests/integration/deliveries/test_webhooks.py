"""What an attempt to post a webhook comes to, with a real receiver at the other end."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from ipaddress import ip_address
from uuid import UUID

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from gehoor.runtime.deliveries.webhooks import HttpWebhooks, IpAddress
from gehoor.runtime.ports import Attempted, Endpoint, Result

SECRET = "whsec_" + b64encode(b"a secret of the demonstration").decode()
KEY = UUID("0192f0c1-0000-7000-8000-000000000000")
BODY = '{"ticket":"prize, 5 €"}'.encode()

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Receiver:
    """A partner's server: keeps what it is sent, and answers as it is told."""

    def __init__(self, status: str = "200 OK", more: str = "", body: bytes = b"") -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.connections = 0
        self.status, self.more, self.body = status, more, body

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
        await self.answer(writer)

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        length = f"Content-Length: {len(self.body)}\r\n" if self.body else "Content-Length: 0\r\n"
        writer.write(f"HTTP/1.1 {self.status}\r\n{length}{self.more}\r\n".encode() + self.body)
        await writer.drain()


@asynccontextmanager
async def receiving(receiver: Answering) -> AsyncIterator[int]:
    """Run a receiver; at the end all its connections have ended too."""
    under_way: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await receiver(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*under_way)


def to(port: int, host: str = "127.0.0.1") -> Endpoint:
    return Endpoint(f"http://{host}:{port}/hook?a=1", SECRET)


async def test_a_webhook_is_signed_and_has_its_key_as_id() -> None:
    receiver = Receiver()
    async with receiving(receiver) as port:
        taken = await HttpWebhooks(allow_private=True).post(to(port), KEY, BODY)
    assert taken == Attempted(Result.TAKEN, "http-200", 200)
    ((headers, body),) = receiver.got
    assert body == BODY
    assert headers["webhook-id"] == str(KEY)
    assert headers["host"] == f"127.0.0.1:{port}"
    Webhook(SECRET).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + b64encode(b"another").decode()).verify(body, headers)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("204 No Content", Result.TAKEN),
        ("302 Found", Result.REFUSED),
        ("400 Bad Request", Result.REFUSED),
        ("404 Not Found", Result.REFUSED),
        ("410 Gone", Result.REFUSED),
        ("408 Request Timeout", Result.FAILED),
        ("425 Too Early", Result.FAILED),
        ("429 Too Many Requests", Result.FAILED),
        ("500 Oops", Result.FAILED),
        ("503 Later", Result.FAILED),
    ],
)
async def test_what_came_back_decides(status: str, result: Result) -> None:
    async with receiving(Receiver(status)) as port:
        attempted = await HttpWebhooks(allow_private=True).post(to(port), KEY, BODY)
    code = int(status[:3])
    assert attempted == Attempted(result, f"http-{code}", code)


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = Receiver()
    async with (
        receiving(elsewhere) as there,
        receiving(Receiver("307 Go", f"Location: http://127.0.0.1:{there}/\r\n")) as port,
    ):
        assert (await HttpWebhooks(allow_private=True).post(to(port), KEY, BODY)).result is Result.REFUSED
    assert elsewhere.connections == 0


async def test_nobody_there_is_a_failure() -> None:
    async with receiving(Receiver()) as port:
        pass
    assert await HttpWebhooks(allow_private=True).post(to(port), KEY, BODY) == Attempted(Result.FAILED, "unreachable")


async def test_silence_after_sending_is_unknown() -> None:
    held = asyncio.Event()

    class Silent(Receiver):
        async def answer(self, writer: asyncio.StreamWriter) -> None:
            await held.wait()
            await super().answer(writer)

    silent = Silent()
    async with receiving(silent) as port:
        attempted = await HttpWebhooks(allow_private=True, within=timedelta(milliseconds=300)).post(to(port), KEY, BODY)
        held.set()
    assert attempted == Attempted(Result.UNKNOWN, "no-answer")
    assert len(silent.got) == 1


async def test_a_connection_broken_after_sending_is_unknown() -> None:
    class Breaking(Receiver):
        async def answer(self, writer: asyncio.StreamWriter) -> None:
            writer.transport.abort()

    async with receiving(Breaking()) as port:
        assert (await HttpWebhooks(allow_private=True).post(to(port), KEY, BODY)).result is Result.UNKNOWN


async def test_an_endless_answer_is_read_no_further_than_its_bound() -> None:
    class Endless(Receiver):
        async def answer(self, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while not writer.transport.is_closing():
                writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                await writer.drain()

    async with receiving(Endless()) as port:
        attempted = await HttpWebhooks(allow_private=True, within=timedelta(seconds=5)).post(to(port), KEY, BODY)
    assert attempted.result is Result.TAKEN


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
async def test_an_address_of_our_own_network_is_refused_without_a_connection(host: str) -> None:
    receiver = Receiver()
    async with receiving(receiver) as port:
        attempted = await HttpWebhooks().post(to(port, host), KEY, BODY)
    assert attempted.result in {Result.REFUSED, Result.FAILED}
    assert receiver.connections == 0


async def test_a_name_that_stands_for_an_outside_and_an_inside_address_is_refused() -> None:
    async def both(_host: str, _port: int) -> Sequence[IpAddress]:
        return [ip_address("93.184.215.14"), ip_address("127.0.0.1")]

    attempted = await HttpWebhooks(resolving=both).post(to(80, "partner.example"), KEY, BODY)
    assert attempted == Attempted(Result.REFUSED, "private-address")


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> Sequence[IpAddress]:
        asked.append(host)
        return [ip_address("127.0.0.1")] if len(asked) == 1 else [ip_address("127.0.0.2")]

    receiver = Receiver()
    async with receiving(receiver) as port:
        webhooks = HttpWebhooks(allow_private=True, resolving=rebinding)
        assert (await webhooks.post(to(port, "partner.example"), KEY, BODY)).result is Result.TAKEN
    assert asked == ["partner.example"]
    assert receiver.got[0][0]["host"] == f"partner.example:{port}"


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint("ftp://partner.example/", SECRET),
        Endpoint("file:///etc/passwd", SECRET),
        Endpoint("http://", SECRET),
        Endpoint("no url\r\n", SECRET),
        Endpoint("https://partner.example/", "whsec_"),
        Endpoint("https://partner.example/", "whsec_a"),
    ],
)
async def test_an_endpoint_that_makes_no_sense_is_refused(endpoint: Endpoint) -> None:
    assert (await HttpWebhooks().post(endpoint, KEY, BODY)) == Attempted(Result.REFUSED, "misconfigured")
