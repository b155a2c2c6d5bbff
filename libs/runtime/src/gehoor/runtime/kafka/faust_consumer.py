"""Consuming with a Faust agent: one agent, what is queued as one batch, acknowledged after it was delivered.

Faust loses a message when an exception leaves its agent, so none does; and it may say that it runs when it does not,
so stopping has a bound and health watches progress instead.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Any

import faust

from gehoor.runtime.kafka.ends import Ends
from gehoor.runtime.ports import Deliver, Message, Partition

_LOG = logging.getLogger(__name__)
SESSION = timedelta(seconds=6)
STOP_MAX = timedelta(seconds=8)
COMMIT_EVERY = timedelta(milliseconds=500)
LINGER = timedelta(milliseconds=1)
"""Faust hands over one message at a time; so long the others of a fetch are given to come after the first."""


class FaustConsumer:
    """Reads topics for a group, at least once, per partition in order. One at a time in a process."""

    def __init__(self, servers: str, topics: Sequence[str], group: str, *, batch_max: int = 500) -> None:
        self._servers = servers
        self._topics = topics
        self._group = group
        self._batch_max = batch_max
        self._ends = Ends(servers, topics)
        self._stopping = asyncio.Event()
        self._failed: BaseException | None = None

    async def run(self, deliver: Deliver) -> None:
        """Read until `stop`.

        Raises:
            Exception: what `deliver` raised; its batch was not acknowledged and comes again.
        """
        with TemporaryDirectory(prefix="gehoor-faust-", ignore_cleanup_errors=True) as folder:
            await self._run(self._app(folder), deliver)

    async def _run(self, app: Any, deliver: Deliver) -> None:
        topic = app.topic(
            *self._topics,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            allow_empty=True,
        )

        async def listen(stream: Any) -> None:
            await self._take(app, stream, deliver)

        app.agent(topic, name=f"{self._group}.listen", concurrency=1)(listen)
        running = asyncio.ensure_future(app.start())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done() and not self._stopping.is_set():
                running.result()
            while not (self._stopping.is_set() or app.should_stop):
                await asyncio.wait({stopping}, timeout=COMMIT_EVERY.total_seconds())
        finally:
            stopping.cancel()
            await self._leave(app, running)
        if self._failed is not None:
            raise self._failed
        if not self._stopping.is_set():
            raise app.crash_reason or RuntimeError("the Faust app ended by itself")

    async def stop(self) -> None:
        """Finish the batch at hand and leave the group: `run` ends within a bound after its `deliver` has."""
        self._stopping.set()
        await self._ends.stop()

    async def ends(self) -> Mapping[Partition, int]:
        """The end of each partition of its topics, as the broker says now.

        Raises:
            TemporaryError: it does not say.
        """
        return await self._ends()

    def _app(self, folder: str) -> Any:
        return faust.App(
            self._group,
            broker=[f"kafka://{server}" for server in self._servers.split(",")],
            web_enabled=False,
            store="memory://",
            datadir=folder,  # it makes one, though nothing of ours is in it
            consumer_auto_offset_reset="earliest",
            broker_commit_interval=COMMIT_EVERY.total_seconds(),
            broker_session_timeout=SESSION.total_seconds(),
            broker_heartbeat_interval=SESSION.total_seconds() / 3,
            broker_rebalance_timeout=10.0,
            stream_wait_empty=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            value_serializer="raw",
            key_serializer="raw",
        )

    async def _take(self, app: Any, stream: Any, deliver: Deliver) -> None:
        """Gather what is queued, deliver it, acknowledge it; a failure ends `run` and acknowledges nothing more."""
        queue = stream.channel.queue
        gathered: list[Any] = []
        async for event in stream.noack().events():
            gathered.append(event)
            if queue.empty():
                await asyncio.sleep(LINGER.total_seconds())
            if not queue.empty() and len(gathered) < self._batch_max:
                continue
            ours = [one for one in gathered if one.message.generation_id == app.consumer_generation_id]
            gathered.clear()
            if self._failed is not None or self._stopping.is_set():
                continue
            try:
                await deliver([_message(one.message) for one in ours])
            except Exception as failed:  # noqa: BLE001 - whatever it is, Faust must not see it
                self._failed = failed
                self._stopping.set()
                continue
            for one in ours:
                one.ack()

    @staticmethod
    async def _leave(app: Any, running: asyncio.Future[None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_MAX.total_seconds()):
                await asyncio.wait({running})  # stopped while it starts, it leaves its thread behind
                await app.stop()
        running.cancel()
        await asyncio.wait({running}, timeout=1)
        thread = app.consumer._thread  # noqa: SLF001 - with the broker away it never ends, and the process with it
        if thread is not None and thread.thread_loop.is_running():
            thread.thread_loop.call_soon_threadsafe(thread.thread_loop.stop)


def _message(message: Any) -> Message:
    headers = message.headers
    pairs = headers.items() if isinstance(headers, dict) else headers or ()
    return Message(message.topic, message.partition, message.offset, message.key, message.value, tuple(pairs))
