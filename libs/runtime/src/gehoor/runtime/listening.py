"""Listening: records of a topic, handled in order, in batches, exactly once in effect; what can't be is parked.

| what goes wrong | what happens                                                                             |
|-----------------|------------------------------------------------------------------------------------------|
| temporary       | the same record again, a little later; readiness turns red                               |
| unreadable      | parked with its reason; its subject waits                                                |
| defect          | the process ends and gets the record again; the third time it is parked                  |
| too many parked | it is the release that is broken: the listener stops, and readiness turns red             |
"""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID

from gehoor.runtime.handling import Handling, Work
from gehoor.runtime.hearing import Hearing, shaped_type, why_parked
from gehoor.runtime.observability import Metrics, log
from gehoor.runtime.parking import Parked, Parking, Place, Why
from gehoor.runtime.ports import Clock, Consumer, Message, Partition, Row, StaleError, TemporaryError, Views
from gehoor.runtime.pulse import Progress, Pulse
from gehoor.runtime.waiting import StoppedError, backoff, unless

TRIES_MAX = 3
"""A record that has failed so often for a defect is parked."""
WAIT_MIN = timedelta(milliseconds=100)
WAIT_MAX = timedelta(seconds=5)
RED_AFTER = 3
"""Tries in vain, before waiting is told as a worry."""
LOOK_EVERY = timedelta(seconds=2)
"""How often the lag is looked at."""
PURGE_EVERY = timedelta(seconds=30)


class TooManyParkedError(Exception):
    """So many records are parked that it must be the release that is broken."""


def die() -> None:
    """End this process at once: what it had at hand was not acknowledged, and comes again."""
    sys.stdout.flush()
    os._exit(os.EX_SOFTWARE)


class Listener:
    """Reads one topic for one service."""

    def __init__(
        self,
        hearing: Hearing,
        handling: Handling,
        parking: Parking,
        consumer: Consumer,
        *,
        clock: Clock,
        metrics: Metrics,
        parked_max: int = 100,
        look_every: timedelta = LOOK_EVERY,
        purge: Callable[[Mapping[Partition, int]], Awaitable[None]] | None = None,
        die: Callable[[], None] = die,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`purge`: deletes from the topic what was handled; `draw`: a number from 0 to 1, for jitter."""
        self.hearing = hearing
        self.handling = handling
        self.parking = parking
        self.consumer = consumer
        self._clock = clock
        self._metrics = metrics
        self._parked_max = parked_max
        self._look_every = look_every
        self._purge = purge
        self._die = die
        self._draw = draw
        self._stopping = asyncio.Event()
        self._progress = Progress(hearing.name, clock.now())

    async def run(self) -> None:
        """Listen until `stop`.

        Raises:
            Exception: a defect, where `die` did not end the process.
        """
        beside = [asyncio.create_task(self._every(self._look_every, self._look))]
        if self._purge is not None:
            beside.append(asyncio.create_task(self._every(PURGE_EVERY, self._clear)))
        try:
            await self.consumer.run(self.deliver)
        except StoppedError:
            log.info("stopped while waiting")
        except TooManyParkedError as broken:
            log.error("the listener stopped", reason=str(broken))
            self._progress.waits(str(broken), red=True)
            await self._stopping.wait()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def stop(self) -> None:
        """Let `run` end once the batch at hand is handled, or at once where that waits for something."""
        self._stopping.set()
        await self.consumer.stop()

    def pulses(self) -> Sequence[Pulse]:
        """How it does."""
        return [self._progress.at(self._clock.now())]

    # --- a batch -------------------------------------------------------------------------------------------------

    async def deliver(self, batch: Sequence[Message]) -> None:
        """Handle a batch, or park what can't be; returns once all that follows from it is stored.

        Raises:
            StoppedError: the listener was stopped meanwhile.
            TooManyParkedError: no more may be parked.
            Exception: a defect, where `die` did not end the process.
        """
        if not batch:
            return
        try:
            await self._handle(batch, {message.at: message.offset + 1 for message in batch})
        except Exception as failed:  # noqa: BLE001 - whatever it is, one at a time tells which record it is
            if len(batch) > 1:
                log.info("one record at a time", count=len(batch), error=failed)
            for message in batch:
                await self._deliver_single(message)
        self._progress.made(self._clock.now())
        self._metrics.handled.labels(self.hearing.name).inc(len(batch))

    async def _deliver_single(self, message: Message) -> None:
        for tried in count():
            try:
                await self._handle_or_park(message)
            except (TemporaryError, StaleError) as away:
                self._progress.waits(str(away), red=tried >= RED_AFTER)
                await unless(self._stopping, self._clock.sleep(backoff(tried, WAIT_MIN, WAIT_MAX, self._draw)))
            else:
                return

    async def _handle_or_park(self, message: Message) -> None:
        progress = {message.at: message.offset + 1}
        try:
            await self._handle([message], progress)
        except (TemporaryError, StaleError):
            raise
        except Exception as failed:
            if self.hearing.why(failed) is None and await self.parking.tried(Place.of(message)) < TRIES_MAX:
                self._metrics.defects.labels(self.hearing.name).inc()
                log.error(
                    "a defect",
                    error=failed,
                    topic=message.topic,
                    partition=message.partition,
                    offset=message.offset,
                    type=shaped_type(message),
                )
                self._die()
                raise
            await self._park(message, failed)
            await self.handling.handle_all([], progress=progress)

    async def _handle(self, messages: Sequence[Message], progress: Mapping[Partition, int]) -> None:
        """Handle all of it in one transaction, or in more where a reaction reads what an earlier one will write."""
        works: list[tuple[UUID, Work]] = []
        wanted = [(self.hearing.subject(message), message) for message in messages if self.hearing.wanted(message)]
        held = await self.parking.held({subject for subject, _ in wanted}) if wanted else ()
        await self.hearing.prepare([message for _, message in wanted])

        async def flush(subject: UUID) -> None:
            if any(subject == earlier for earlier, _ in works):
                await self.handling.handle_all([work for _, work in works])
                works.clear()

        for subject, message in wanted:
            if subject in held and await self._queued(subject, message):
                continue
            work = await self.hearing.work(message, _FreshViews(self.handling.store, subject, flush))
            if work is not None:
                works.append((subject, work))
        await self.handling.handle_all([work for _, work in works], progress=progress)

    # --- parking -------------------------------------------------------------------------------------------------

    async def _queued(self, subject: UUID, message: Message) -> bool:
        parked = await self._parked(subject, message, Why.WAITING, "an earlier one is parked")
        return await self.parking.wait_behind(parked)

    async def _park(self, message: Message, failed: Exception) -> None:
        why, reason = why_parked(self.hearing, failed)
        parked = await self.parking.count(*self.hearing.counted)
        if why in self.hearing.counted and parked >= self._parked_max:
            raise TooManyParkedError(f"{parked} records are parked, {self._parked_max} at most: {reason}")
        await self.parking.park(await self._parked(self.hearing.subject(message), message, why, reason))
        self._metrics.parked.labels(why).inc()
        log.warning("parked", reason=reason, topic=message.topic, partition=message.partition, offset=message.offset)

    async def _parked(self, subject: UUID, message: Message, why: Why, reason: str) -> Parked:
        body = await self.hearing.wrapping.wrap(subject, message)
        return Parked(Place.of(message), subject, why, reason, shaped_type(message), self._clock.now(), body)

    # --- beside it -----------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        read, ends = await self.handling.store.progress(), await self.consumer.ends()
        behind = {at: max(end - read.get(at, 0), 0) for at, end in ends.items()}
        for (topic, partition), records in behind.items():
            self._metrics.lag.labels(topic, str(partition)).set(records)
        lag = sum(behind.values())
        if lag == 0 and not self._progress.stuck:
            self._progress.made(self._clock.now())
        self._progress.lag = lag
        self._metrics.parked_subjects.set(len({one.subject for one in await self.parking.listed()}))

    async def _clear(self) -> None:
        if self._purge is not None:
            read, ours = await self.handling.store.progress(), await self.consumer.ends()
            await self._purge({at: offset for at, offset in read.items() if at in ours})

    async def _every(self, pause: timedelta, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._clock.sleep(pause)
            try:
                await look()
            except TemporaryError as away:
                log.debug("not now", error=away)


@dataclass(frozen=True)
class _FreshViews:
    """The views as a reaction must see them: with what earlier records of its subject have written."""

    store: Views
    subject: UUID
    flush: Callable[[UUID], Awaitable[None]]

    async def get(self, view: str, key: str, *, audience: str | None = None) -> Row | None:
        """The row, None where there is none."""
        await self.flush(self.subject)
        return await self.store.get(view, key, audience=audience)

    async def find(
        self,
        view: str,
        *tags: str,
        after: tuple[str, str] | None = None,
        limit: int = 100,
        audience: str | None = None,
    ) -> Sequence[Row]:
        """The rows that have all those tags."""
        await self.flush(self.subject)
        return await self.store.find(view, *tags, after=after, limit=limit, audience=audience)
