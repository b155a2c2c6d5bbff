"""One process of a service, in all its roles: the real loops on the twins, and an end that may come at any await."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar, copy_context
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from gehoor.runtime.assembled import Assembled
from gehoor.runtime.catching_up import CatchingUp
from gehoor.runtime.handling import Handling
from gehoor.runtime.hearing import FactHearing, Hearing, InboundHearing
from gehoor.runtime.listening import Listener
from gehoor.runtime.memory.journal import MemoryConsumer, MemoryProducer
from gehoor.runtime.memory.loop import LoopClock
from gehoor.runtime.performing import DueWorker
from gehoor.runtime.ports import Commit, Deliver, Message, Partition, Ports
from gehoor.runtime.relaying import Relay
from tests.simulation.chance import port, source
from tests.simulation.line import Line

if TYPE_CHECKING:
    from tests.simulation.house import House
    from tests.simulation.kept import Kept

T = TypeVar("T")
JOURNAL, INBOUND = "complaints.journal", "complaints.inbound"
SELDOM = timedelta(hours=6)
"""How often is looked for what nobody woke for: what is committed always wakes."""
A_WHILE = timedelta(minutes=2)
STOPS_WITHIN = timedelta(seconds=10)
_OF: ContextVar["Process | None"] = ContextVar("process", default=None)


class GoneError(ConnectionError):
    """The process ended before it answered."""


def belonging(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T], **named: Any) -> "asyncio.Task[T]":
    """Makes tasks that end with the process they were begun in."""
    context = named.get("context")
    process = _OF.get() if context is None else context.get(_OF)
    task = asyncio.Task(coroutine, loop=loop, **named)
    if process is not None:
        process.tasks[task] = None
        task.add_done_callback(process.left)
    return task


def _endpoints(routers: Iterable[Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """What answers, by name, of routers and of those they include."""
    for router in routers:
        for route in router.routes:
            if (within := getattr(route, "original_router", None)) is not None:
                yield from _endpoints([within])
            else:
                yield route.name, route.endpoint


class Consumer:
    """A consumer whose process may die between handling and acknowledging."""

    def __init__(self, line: Line, consumer: MemoryConsumer) -> None:
        self._line = line
        self._consumer = consumer

    async def run(self, deliver: Deliver) -> None:
        """Read until `stop`."""

        async def delivered(batch: list[Message]) -> None:
            await deliver(batch)
            await self._line.after("group", "acknowledge")

        await self._consumer.run(delivered)  # type: ignore[arg-type]

    async def stop(self) -> None:
        """Leave the group."""
        await self._consumer.stop()

    async def ends(self) -> dict[Partition, int]:
        """The end of each partition."""
        await self._line.before("consumer", "ends")
        return dict(await self._consumer.ends())


class Looking(CatchingUp):
    """Looks seldom whether the start is caught up with: it may take hours, which would be all looking."""

    async def behind(self, mark: Mapping[Partition, int]) -> int:
        """How many records up to there are not yet read."""
        left = await super().behind(mark)
        if left:
            await self._clock.sleep(A_WHILE)
        return left

    async def reach(self, mark: Mapping[Partition, int], within: timedelta) -> bool:
        """Before a timer fires, as often as ever."""
        return await CatchingUp(self._store, self._ends, self._clock).reach(mark, within)


class Process:
    """A process from its start to its end, which is a crash."""

    def __init__(self, house: "House", kept: "Kept", number: int) -> None:
        self.name = f"{kept.name}-{number}"
        self.service = kept.name
        self.tasks: dict[asyncio.Task[Any], None] = {}
        self.dead = False
        self._stopping = False
        chance = source(house.seed, "process", self.name)
        self.clock = LoopClock(house.offsets.get(kept.name, timedelta(0)))
        self.line = Line(chance, self.clock, self.crash)
        self._house = house
        self._kept = kept
        self._chance = chance
        store = self.line.to(kept.store, "store")
        self.ports = Ports(
            store=store,
            due=self.line.to(kept.due, "due"),
            outbox=self.line.to(kept.outbox, "outbox"),
            keyring=self.line.to(house.keyring, "keyring"),
            blobs=self.line.to(house.blobs, "blobs"),
            clock=self.clock,
            mailer=self.line.to(house.mailer, "mailer"),
            webhooks=self.line.to(house.webhooks, "webhooks"),
            chance=port(chance),
        )
        self.parking = self.line.to(kept.parking, "parking")
        self.assembled: Assembled = house.assemble(kept.name, self.ports)
        service = self.assembled.service
        self.handling = Handling(
            service,
            store,
            self.ports.keyring,
            self.clock,
            creates_keys=self.assembled.creates_keys,
            nonce=self.ports.chance.nonce,
        )
        self.endpoints = dict(_endpoints(self.assembled.routers))
        self.relay = Relay(
            service.name,
            self.line.to(kept.outbox, "outbox"),
            self.line.to(MemoryProducer(house.journal, JOURNAL), "producer"),
            kept.sole,
            clock=self.clock,
            metrics=house.metrics[kept.name],
            batch_max=chance.choice((3, 50, 500)),
            poll=SELDOM,
            look_every=SELDOM,
            draw=chance.random,
        )
        self.listeners = [self._listener(FactHearing(service, self.handling), JOURNAL)]
        if self.assembled.inbound is not None:
            hearing = InboundHearing(service.name, self.assembled.inbound, self.ports.keyring)
            self.listeners.append(self._listener(hearing, INBOUND))
        ends = Consumer(self.line, MemoryConsumer(house.journal, [JOURNAL], "ends")).ends
        self.worker = DueWorker(
            self.ports.due,
            self.handling,
            Looking(store, ends, self.clock),
            clock=self.clock,
            metrics=house.metrics[kept.name],
            poll=SELDOM,
            draw=chance.random,
        )

    def _listener(self, hearing: Hearing, topic: str) -> Listener:
        group = f"gehoor-{self._kept.name}" + ("" if topic == JOURNAL else "-inbound")
        batch_max = self._chance.choice((1, 5, 100))
        consumer = MemoryConsumer(self._house.journal, [topic], group, batch_max=batch_max)
        return Listener(
            hearing,
            self.handling,
            self.parking,
            Consumer(self.line, consumer),
            clock=self.clock,
            metrics=self._house.metrics[self._kept.name],
            look_every=SELDOM,
            die=self.crash,
            draw=self._chance.random,
        )

    def start(self) -> None:
        """Begin all loops."""
        self._kept.store.committed.append(self._woken)
        loops = [*(listener.run() for listener in self.listeners), self.worker.run(), self.relay.run()]
        self._loops = [self.begin(loop) for loop in loops]
        for loop in self._loops:
            loop.add_done_callback(self._ended)

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Run something in this process."""
        context = copy_context()
        context.run(_OF.set, self)
        return asyncio.get_running_loop().create_task(coroutine, context=context)

    async def ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What something gives that runs in this process, asked from outside.

        Raises:
            GoneError: the process ended first.
        """
        task = self.begin(coroutine)
        await asyncio.wait([task])
        if task.cancelled():
            raise GoneError
        return task.result()

    def crash(self) -> None:
        """End at once: what was not committed is lost."""
        if self.dead:
            return
        self.dead = self.line.cut = True
        self._kept.store.committed.remove(self._woken)
        for task in list(self.tasks):
            task.cancel()
        self._house.ended(self._kept, self)

    async def stop(self) -> None:
        """End in order: first what takes in, last what sends out, each within a bound."""
        self._stopping = True

        async def stopping() -> None:
            parts: tuple[Listener | DueWorker | Relay, ...] = (*self.listeners, self.worker, self.relay)
            for part, loop in zip(parts, self._loops, strict=True):
                await part.stop()
                await asyncio.wait([loop], timeout=STOPS_WITHIN.total_seconds())

        with suppress(GoneError):
            await self.ask(stopping())
        self.crash()

    def left(self, task: "asyncio.Task[Any]") -> None:
        """A task is over."""
        self.tasks.pop(task, None)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        """A loop is over: where it was not killed, that ends the process."""
        if not self.dead and not (self._stopping and not task.cancelled() and task.exception() is None):
            failed = None if task.cancelled() else task.exception()
            self._house.noticed(f"{self.name}: a loop ended: {failed!r}")
            self.crash()

    def _woken(self, commit: Commit) -> None:
        if not self.dead:
            if commit.appends:
                self.relay.wake()
            if commit.armed:
                self.worker.wake()
