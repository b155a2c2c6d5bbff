"""Performing what is due: timers fire, deliveries are attempted; each armed row once in effect, none forgotten.

A row is claimed for a while, performed, and gone in the transaction that records what came of it. What fails stays
claimed until its lease ends, is told, and comes again; it holds up nothing else. Timers that judge what has happened
wait until what had been published by their moment has been read.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gehoor.events.envelope import Recorded
from gehoor.runtime.catching_up import CatchingUp
from gehoor.runtime.handling import Handling, Work
from gehoor.runtime.observability import Metrics, log
from gehoor.runtime.ports import Cause, Clock, Due, DueTable, Moment, Partition, StaleError, TakenError, TemporaryError
from gehoor.runtime.pulse import Progress, Pulse
from gehoor.runtime.waiting import StoppedError, backoff, unless, until

POLL = timedelta(milliseconds=200)
BRIEFLY = timedelta(milliseconds=10)
NONE_FREE = timedelta(seconds=1)
"""Until the next look where what is due is claimed, or held by a parked subject."""
LEASE = timedelta(seconds=30)
"""How long a claimed row is another's to leave alone: longer than any delivery takes."""
PATIENCE = timedelta(seconds=10)
"""How long a timer waits for the journal, before it fires and says so."""
WAIT_MIN = timedelta(milliseconds=200)
WAIT_MAX = timedelta(seconds=5)
DEFECT_WAIT_MAX = timedelta(hours=1)
STOP_MAX = timedelta(seconds=5)
BATCH_MAX = 200


@dataclass
class _Lane:
    """One kind of due rows, with its own pace, so that no kind holds up another."""

    kind: str
    progress: Progress
    slots: int
    failed: dict[tuple[UUID, int], tuple[int, datetime]] = field(default_factory=dict)
    """How often a row failed here, and until when it is left alone; by key and arming."""
    running: set[asyncio.Task[None]] = field(default_factory=set)
    done: "asyncio.Queue[tuple[Due, Work]]" = field(default_factory=asyncio.Queue)

    def idle(self, now: datetime) -> None:
        """There is nothing it could do."""
        self.progress.lag = 0.0
        self.progress.made(now)

    def pulse(self, now: datetime) -> Pulse:
        """How it does."""
        pulse = self.progress.at(now)
        return replace(pulse, note=f"{len(self.failed)} can't be performed") if self.failed and not pulse.red else pulse


class DueWorker:
    """Performs one service's due rows: `run` until `stop`."""

    def __init__(
        self,
        due: DueTable,
        handling: Handling,
        catching_up: CatchingUp | None,
        *,
        clock: Clock,
        metrics: Metrics,
        lease: timedelta = LEASE,
        patience: timedelta = PATIENCE,
        poll: timedelta = POLL,
        batch_max: int = BATCH_MAX,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`catching_up`: None for a service that listens to nothing.

        `poll`: how late a row may be seen that was armed for a moment before the next one known.
        """
        self._due = due
        self._handling = handling
        self._service = handling.service
        self._catching_up = catching_up
        self._clock = clock
        self._metrics = metrics
        self._lease = lease
        self._patience = patience
        self._poll = poll
        self._batch_max = batch_max
        self._draw = draw
        self._stopped = asyncio.Event()
        self._woken = asyncio.Event()
        self._lanes = [
            _Lane(kind, Progress(f"{self._service.name}.due.{kind}", clock.now()), batch_max)
            for kind in self._service.performers
        ]
        self._start = Progress(f"{self._service.name}.due.start", clock.now())

    async def run(self) -> None:
        """Wait until the journal is read as far as it reached at start, then perform what is due, until `stop`."""
        with suppress(StoppedError):
            await unless(self._stopped, self._catch_up())
            async with asyncio.TaskGroup() as lanes:
                for lane in self._lanes:
                    lanes.create_task(self._run(lane))

    async def stop(self) -> None:
        """Let `run` end, within a bound: what is being performed may end, then it is given up and comes again."""
        self._stopped.set()

    def wake(self, recorded: Sequence[Recorded] = ()) -> None:  # noqa: ARG002 - so that a handling may call it
        """Something may have been armed: look now. Where commits are many, polling costs less."""
        self._woken.set()
        self._woken = asyncio.Event()

    def pulses(self) -> Sequence[Pulse]:
        """How each kind does; lag is the lateness of the last claimed row in seconds."""
        now = self._clock.now()
        return [self._start.at(now), *(lane.pulse(now) for lane in self._lanes)]

    # --- when ----------------------------------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        if self._catching_up is None:
            return
        mark: Mapping[Partition, int] | None = None
        tried = 0
        while True:
            try:
                mark = await self._catching_up.mark() if mark is None else mark
                behind = await self._catching_up.behind(mark)
                if not behind:
                    break
                self._start.waits(f"{behind} records to read before anything is performed", red=True)
                await self._clock.sleep(WAIT_MIN)
            except TemporaryError as away:
                self._start.waits(str(away), red=True)
                await self._clock.sleep(backoff(tried, WAIT_MIN, WAIT_MAX, self._draw))
                tried += 1
        self._start.made(self._clock.now())

    async def _run(self, lane: _Lane) -> None:
        tried = 0
        committing = asyncio.create_task(self._commit(lane))
        try:
            while not self._stopped.is_set():
                try:
                    await self._turn(lane)
                    tried = 0
                except StoppedError:
                    break
                except TemporaryError as away:
                    lane.progress.waits(str(away), red=tried > 1)
                    await self._sleep(backoff(tried, WAIT_MIN, WAIT_MAX, self._draw))
                    tried += 1
        finally:
            await self._leave(lane, committing)

    async def _turn(self, lane: _Lane) -> None:
        """Claim what is due once, and start performing it; or wait until something is."""
        now = self._clock.now()
        next_at = await self._due.next_at([lane.kind])
        if next_at is None or next_at > now:
            lane.idle(now)
            pause = min(self._poll, next_at - now) if next_at is not None else self._poll
            await unless(self._stopped, until(self._woken, self._clock, pause))
            return
        caught_up = await self._caught_up(lane)
        free = lane.slots - len(lane.running) - lane.done.qsize()
        claimed = await self._due.claim([lane.kind], now, self._lease, free) if free > 0 else ()
        if not claimed:
            lane.idle(now)
            pause = min(self._poll, NONE_FREE) if free > 0 else BRIEFLY
            await unless(self._stopped, until(self._woken, self._clock, pause))
            return
        lane.progress.lag = (now - claimed[0].at).total_seconds()
        for due in claimed:
            _, left_alone = lane.failed.get((due.key, due.arming), (0, now))
            if left_alone > now:
                continue
            task = asyncio.create_task(self._perform(lane, due, caught_up=caught_up))
            lane.running.add(task)
            task.add_done_callback(lane.running.discard)
        await asyncio.sleep(0)

    async def _caught_up(self, lane: _Lane) -> bool:
        if self._catching_up is None or lane.kind not in self._service.awaits_journal:
            return True
        try:
            mark = await self._catching_up.mark()
        except TemporaryError:
            # The broker is away: nobody can publish either, but what it had before may be unread.
            await self._sleep(self._patience)
            return False
        return await unless(self._stopped, self._catching_up.reach(mark, self._patience))

    # --- what ----------------------------------------------------------------------------------------------------

    async def _perform(self, lane: _Lane, due: Due, *, caught_up: bool) -> None:
        try:
            wish = await self._service.performers[due.kind](due, Moment(self._clock.now(), caught_up))
        except (TemporaryError, StaleError) as away:
            await self._again_soon(lane, [due], away)
        except Exception as failed:  # noqa: BLE001 - whatever it is, it holds up nothing else
            self._again_later(lane, due, failed)
        else:
            lane.done.put_nowait((due, Work(Cause.of_due(due), (wish,), fired=due)))

    async def _commit(self, lane: _Lane) -> None:
        """Record what was performed, in the order in which it was due: all that is there in one transaction."""
        while True:
            batch = [await lane.done.get()]
            while len(batch) < self._batch_max and not lane.done.empty():
                batch.append(lane.done.get_nowait())
            batch.sort(key=lambda one: one[0].at)
            await self._record(lane, batch)
            for _ in batch:
                lane.done.task_done()

    async def _record(self, lane: _Lane, batch: Sequence[tuple[Due, Work]]) -> None:
        dues = [due for due, _ in batch]
        try:
            await self._handling.handle_all([work for _, work in batch])
        except TemporaryError as away:
            await self._again_soon(lane, dues, away)
        except Exception as failed:  # noqa: BLE001 - one at a time tells which it is, and then it comes again
            if len(batch) > 1:
                for one in batch:
                    await self._record(lane, [one])
            elif isinstance(failed, TakenError):
                self._forget(lane, dues)
            elif isinstance(failed, StaleError):
                await self._again_soon(lane, dues, failed)
            else:
                self._again_later(lane, dues[0], failed)
        else:
            self._recorded(lane, dues)

    def _recorded(self, lane: _Lane, recorded: Sequence[Due]) -> None:
        now = self._clock.now()
        self._forget(lane, recorded)
        for due in recorded:
            self._metrics.lateness.labels(due.kind).observe((now - due.at).total_seconds())
        self._metrics.handled.labels(f"due.{lane.kind}").inc(len(recorded))
        lane.progress.made(now)

    def _forget(self, lane: _Lane, dues: Sequence[Due]) -> None:
        for due in dues:
            lane.failed.pop((due.key, due.arming), None)

    async def _again_soon(self, lane: _Lane, dues: Sequence[Due], away: Exception) -> None:
        """Something is away that will be back: give them back a little later."""
        lane.progress.waits(str(away), red=False)
        await self._sleep(backoff(0, WAIT_MIN, WAIT_MAX, self._draw))
        with suppress(TemporaryError):
            await self._due.release(dues)
            self.wake()

    def _again_later(self, lane: _Lane, due: Due, failed: Exception) -> None:
        """Tell it, and leave it claimed: it comes again when its lease ends, the longer after the oftener it failed."""
        tries, _ = lane.failed.get((due.key, due.arming), (0, None))
        pause = backoff(tries, self._lease, DEFECT_WAIT_MAX, self._draw)
        lane.failed[due.key, due.arming] = tries + 1, self._clock.now() + pause
        self._metrics.defects.labels(f"due.{lane.kind}").inc()
        log.error("can't be performed", error=failed, kind=due.kind, key=due.key, due=due.at, attempt=tries + 1)

    # --- stopping ------------------------------------------------------------------------------------------------

    async def _sleep(self, pause: timedelta) -> None:
        with suppress(StoppedError):
            await unless(self._stopped, self._clock.sleep(pause))

    async def _leave(self, lane: _Lane, committing: asyncio.Task[None]) -> None:
        async def finish() -> None:
            await asyncio.gather(*lane.running, return_exceptions=True)
            await lane.done.join()

        await _within(finish(), STOP_MAX)
        for task in (*lane.running, committing):
            task.cancel()
        await asyncio.gather(*lane.running, committing, return_exceptions=True)


async def _within(ending: Coroutine[Any, Any, None], bound: timedelta) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(ending, bound.total_seconds())
