"""The relay: what is stored goes onto the journal, in order, at least once.

One per service at a time. Rows are forgotten once the broker has them, so a crash in between sends them again; each
send starts from the oldest row, so what is doubled is never overtaken.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Protocol

from gehoor.events.envelope import Recorded
from gehoor.runtime.observability import Metrics
from gehoor.runtime.ports import Clock, Outbox, Outgoing, Producer, TemporaryError
from gehoor.runtime.pulse import Progress, Pulse
from gehoor.runtime.waiting import StoppedError, backoff, unless, until

POLL = timedelta(milliseconds=250)
"""How long a row may wait where nobody woke the relay."""
LOOK_EVERY = timedelta(seconds=1)
"""How often the age of the oldest row is looked at."""
CHECK_EVERY = timedelta(seconds=1)
"""How often it is made sure that nobody else relays: two would double what they send, and no worse."""
BATCH_MAX = 500
WAIT_MIN = timedelta(milliseconds=100)
WAIT_MAX = timedelta(seconds=5)
OLD = timedelta(seconds=30)
"""The age of the oldest row from which readiness turns red."""


class Sole(Protocol):
    """Being the only one of a service that does something, over all its processes."""

    def held(self) -> AbstractAsyncContextManager["Hold"]:
        """Wait until nobody else is it, and be it.

        Raises:
            TemporaryError: the database is away.
        """
        ...


class Hold(Protocol):
    """As long as one is it."""

    async def check(self) -> None:
        """Still it.

        Raises:
            TemporaryError: no longer, or nobody knows.
        """
        ...


class Waker(Protocol):
    """Hears that something was stored, from other processes too."""

    async def run(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever something was stored, until cancelled."""
        ...


class Published(Outbox, Protocol):
    """An outbox that still knows what it has sent."""

    async def published(self, after: int, limit: int) -> Sequence[Outgoing]:
        """All that was ever for the journal, from just after a position."""
        ...


async def republish(outbox: Published, producer: Producer, after: int = 0, *, batch_max: int = BATCH_MAX) -> int:
    """Send all again from just after a position, and give how much that was; whoever has a fact passes it over.

    It may run beside a relay. What still waits in the outbox comes no later than what follows it, or readers would
    pass it over: so it begins before the oldest that waits.

    Raises:
        TemporaryError: broker or database is away; what was sent so far comes again next time.
    """
    for waiting in await outbox.pending(1):
        after = min(after, waiting.position - 1)
    sent = 0
    while records := await outbox.published(after, batch_max):
        await producer.send(records)
        sent += len(records)
        after = records[-1].position
    return sent


class Relay:
    """Sends one service's outbox: `run` until `stop`, `wake` it after a commit."""

    def __init__(
        self,
        name: str,
        outbox: Published,
        producer: Producer,
        sole: Sole,
        *,
        clock: Clock,
        metrics: Metrics,
        waker: Waker | None = None,
        batch_max: int = BATCH_MAX,
        poll: timedelta = POLL,
        look_every: timedelta = LOOK_EVERY,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._producer = producer
        self._sole = sole
        self._clock = clock
        self._metrics = metrics
        self._waker = waker
        self._batch_max = batch_max
        self._poll = poll
        self._look_every = look_every
        self._draw = draw
        self._stopped = asyncio.Event()
        self._checked = clock.now()
        self._woken = asyncio.Event()
        self._progress = Progress(f"{name}.relay", clock.now(), OLD)

    def wake(self, recorded: Sequence[Recorded] = ()) -> None:  # noqa: ARG002 - so that a handling may call it
        """Something was stored: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Relay until `stop`; whatever is away, go on when it is back."""
        async with self._listening():
            with suppress(StoppedError):
                await self._run()

    async def _run(self) -> None:
        tries = 0
        while True:
            try:
                async with AsyncExitStack() as turn:
                    hold = await unless(self._stopped, turn.enter_async_context(self._sole.held()))
                    while not self._stopped.is_set():
                        await self._relay(hold)
                        tries = 0
                    return
            except TemporaryError as away:
                self._progress.waits(str(away), red=tries > 0)
                await unless(self._stopped, self._clock.sleep(backoff(tries, WAIT_MIN, WAIT_MAX, self._draw)))
                tries += 1

    async def stop(self) -> None:
        """Let `run` end after the batch at hand."""
        self._stopped.set()
        self._woken.set()

    def pulses(self) -> Sequence[Pulse]:
        """How it does; its lag is the age of the oldest row in seconds."""
        return [self._progress.at(self._clock.now())]

    async def look(self) -> None:
        """See how old the oldest row is, also where another process relays.

        Raises:
            TemporaryError: the database is away.
        """
        oldest = await self._outbox.oldest()
        now = self._clock.now()
        self._progress.lag = max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0
        self._metrics.outbox_oldest.set(self._progress.lag)
        if oldest is None or now - oldest < OLD:
            self._progress.progressed_at = now

    async def _relay(self, hold: Hold) -> None:
        self._woken.clear()
        now = self._clock.now()
        if now - self._checked >= CHECK_EVERY:
            await hold.check()
            self._checked = now
        records = await self._outbox.pending(self._batch_max)
        if not records:
            self._progress.made(now)
            await until(self._woken, self._clock, self._poll)
            return
        await self._producer.send(records)
        await self._outbox.sent([record.position for record in records])
        self._metrics.relayed.inc(len(records))
        self._progress.made(self._clock.now())

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._look_on())]
        if self._waker is not None:
            tasks.append(asyncio.create_task(self._waker.run(self._woken.set)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_on(self) -> None:
        while True:
            with suppress(TemporaryError):
                await self.look()
            await self._clock.sleep(self._look_every)
