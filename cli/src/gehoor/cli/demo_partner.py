"""A partner's receiver for demonstrations and tests: checks each webhook, keeps what came, answers as it is told.

`python -m gehoor.cli.demo_partner --port 8099`, with the secret in `GEHOOR_DEMO_SECRET`; on 127.0.0.1 only.

| request          | what it does                                                                             |
|------------------|------------------------------------------------------------------------------------------|
| POST /hooks      | takes a webhook: 401 where the signature, the id or the time is wrong                     |
| GET /received    | what came: each id once, with how often it came and what it said                          |
| PUT /behaviour   | how it answers from now on: `{"answer": "hang", "times": 2}`, then `take` again           |

| answer | acts | what the sender sees                     |
|--------|------|------------------------------------------|
| take   | yes  | 200                                      |
| fail   | no   | 500                                      |
| refuse | no   | 410                                      |
| hang   | yes  | nothing, until it gives up               |
| reset  | yes  | the connection is torn down              |
| slow   | yes  | 200, after `seconds`                     |
"""

import argparse
import json
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

BODY_BYTES_MAX = 1024 * 1024
RECEIVED_MAX = 10_000
"""Messages that are kept; the oldest go first."""
HANG_MAX = timedelta(minutes=2)
IDLE_SECONDS = 30
SECRET = "GEHOOR_DEMO_SECRET"  # noqa: S105 - the name of a setting
_SIGNED_WITH = ("webhook-id", "webhook-timestamp", "webhook-signature")
_LINGER_NOT = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing then resets the connection."""


class Answer(StrEnum):
    """How a webhook is answered; the table above says what each means."""

    TAKE = "take"
    FAIL = "fail"
    REFUSE = "refuse"
    HANG = "hang"
    RESET = "reset"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the next webhooks are answered."""

    answer: Answer = Answer.TAKE
    times: int | None = None
    """For how many; None: until told otherwise."""
    seconds: float = 1.0
    """How slow is slow."""

    @classmethod
    def read(cls, told: Any) -> Self:
        """What was asked for.

        Raises:
            ValueError: it is no behaviour.
        """
        if not isinstance(told, dict) or not set(told) <= {"answer", "times", "seconds"}:
            raise ValueError("a behaviour has answer, times and seconds")
        times, seconds = told.get("times"), told.get("seconds", 1.0)
        if not (times is None or (isinstance(times, int) and times > 0)):
            raise ValueError("times is a number from 1, or null")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= HANG_MAX.total_seconds():
            raise ValueError("seconds is a number up to two minutes")
        return cls(Answer(told.get("answer", Answer.TAKE)), times, float(seconds))


@dataclass
class Received:
    """One message, however often it came."""

    id: str
    message: Any
    times: int = 1


class DemoPartner:
    """The receiver, in a thread of its own: `with DemoPartner(secret) as partner: … partner.url`."""

    def __init__(self, secret: str, port: int = 0) -> None:
        """`port` 0: any free one."""
        self._webhook = Webhook(secret)
        self._lock = threading.Lock()
        self._received: dict[str, Received] = {}
        self._refused = 0
        self._behaviour = Behaviour()
        self.stopping = threading.Event()
        self._server = _Listening(("127.0.0.1", port), _Requests, self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where webhooks go."""
        return f"{self.address}/hooks"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def received(self) -> list[Received]:
        """What came and was taken for true, in the order in which each first came."""
        with self._lock:
            return list(self._received.values())

    @property
    def refused(self) -> int:
        """How many had a wrong signature."""
        with self._lock:
            return self._refused

    def behave(self, answer: str, *, times: int | None = None, seconds: float = 1.0) -> None:
        """Answer like that from now on."""
        with self._lock:
            self._behaviour = Behaviour(Answer(answer), times, seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Let go of who waits, and end."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join(IDLE_SECONDS)
        self._server.server_close()

    def take(self, body: bytes, headers: Mapping[str, str]) -> Behaviour | None:
        """Check a webhook, act on it where the behaviour says so, and say how to answer; None: it is not genuine."""
        named = {name: headers.get(name, "") for name in _SIGNED_WITH}
        try:
            message = self._webhook.verify(body, named)
        except (WebhookVerificationError, ValueError):
            with self._lock:
                self._refused += 1
            return None
        with self._lock:
            behaviour = self._next()
            if behaviour.answer not in {Answer.FAIL, Answer.REFUSE}:
                self._keep(named["webhook-id"], message)
            return behaviour

    def _next(self) -> Behaviour:
        """How this one is answered; what was asked for a number of times is over after that many."""
        now = self._behaviour
        if now.times is not None:
            left = now.times - 1
            self._behaviour = Behaviour(now.answer, left, now.seconds) if left else Behaviour()
        return now

    def _keep(self, id_: str, message: Any) -> None:
        if id_ in self._received:
            self._received[id_].times += 1
            return
        self._received[id_] = Received(id_, message)
        while len(self._received) > RECEIVED_MAX:
            del self._received[next(iter(self._received))]


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], requests: type[BaseHTTPRequestHandler], partner: DemoPartner) -> None:
        self.partner = partner
        super().__init__(address, requests)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who goes away before the answer is no news: that is what is being tried here."""


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo-partner"
    timeout = IDLE_SECONDS

    @property
    def partner(self) -> DemoPartner:
        """Whom this request is for."""
        return cast("_Listening", self.server).partner

    def do_POST(self) -> None:
        """A webhook."""
        body = self._body()
        if body is None or self.path != "/hooks":
            return self._answer(HTTPStatus.NOT_FOUND, {})
        behaviour = self.partner.take(body, {name.lower(): value for name, value in self.headers.items()})
        if behaviour is None:
            return self._answer(HTTPStatus.UNAUTHORIZED, {})
        match behaviour.answer:
            case Answer.FAIL:
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {})
            case Answer.REFUSE:
                self._answer(HTTPStatus.GONE, {})
            case Answer.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                self.close_connection = True
                self.connection.close()
            case Answer.HANG:
                self.partner.stopping.wait(HANG_MAX.total_seconds())
                self.close_connection = True
            case Answer.SLOW:
                self.partner.stopping.wait(behaviour.seconds)
                self._answer(HTTPStatus.OK, {})
            case Answer.TAKE:
                self._answer(HTTPStatus.OK, {})
        return None

    def do_GET(self) -> None:
        """What came."""
        if self.path != "/received":
            return self._answer(HTTPStatus.NOT_FOUND, {})
        received = [asdict(one) for one in self.partner.received]
        return self._answer(HTTPStatus.OK, {"received": received, "refused": self.partner.refused})

    def do_PUT(self) -> None:
        """How to answer."""
        body = self._body()
        if body is None or self.path != "/behaviour":
            return self._answer(HTTPStatus.NOT_FOUND, {})
        try:
            told = Behaviour.read(json.loads(body))
        except ValueError as wrong:
            return self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"detail": str(wrong)})
        self.partner.behave(told.answer, times=told.times, seconds=told.seconds)
        return self._answer(HTTPStatus.OK, asdict(told))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: what came is asked for."""

    def _body(self) -> bytes | None:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _answer(self, status: HTTPStatus, body: Any) -> None:
        written = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)


def main() -> None:
    """Receive until a signal."""
    parser = argparse.ArgumentParser(description="A partner's receiver for demonstrations: checks, keeps, answers.")
    parser.add_argument("--port", type=int, default=8099, help="0: any free one")
    asked = parser.parse_args()
    secret = os.environ.get(SECRET)
    if not secret:
        sys.exit(f"set {SECRET}: the secret that webhooks are signed with, whsec_…")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with DemoPartner(secret, asked.port) as partner:
        print(json.dumps({"webhooks": partner.url, "received": f"{partner.address}/received"}), flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
