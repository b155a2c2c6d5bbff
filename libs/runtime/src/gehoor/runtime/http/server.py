"""uvicorn as a part of a process: one worker, told when to stop, silent about what we tell ourselves."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import uvicorn
from fastapi import FastAPI

HEADERS_BYTES_MAX = 16 * 1024
_BACKLOG = 512
_KEEP_ALIVE_SECONDS = 30


class AddressError(Exception):
    """Nothing can be answered on the address that was asked for."""


def listen_on(host: str, port: int) -> socket.socket:
    """A socket that listens there already, so that its port is known; 0 takes any free one.

    Raises:
        AddressError: somebody else listens there, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as wrong:
        raise AddressError(f"can't listen on {host}:{port}: {str(wrong.strerror).partition(' (while')[0]}") from wrong


class Server(uvicorn.Server):
    """Serves an application on a socket until `stop`."""

    def __init__(self, app: FastAPI, stop_within: timedelta) -> None:
        """`stop_within`: how long requests under way may take to end once it stops."""
        self._tried = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=max(1, int(stop_within.total_seconds())),
                h11_max_incomplete_event_size=HEADERS_BYTES_MAX,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: whoever runs the process hears its signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so to whoever waits."""
        try:
            await super().startup(sockets)
        finally:
            self._tried.set()

    async def ready(self) -> None:
        """Wait until it answers.

        Raises:
            AddressError: it could not begin to.
        """
        await self._tried.wait()
        if not self.started:
            raise AddressError("the application did not start")

    def stop(self) -> None:
        """Take no more requests, and end those under way."""
        self.should_exit = True
