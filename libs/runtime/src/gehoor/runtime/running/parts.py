"""The parts of a service's process: one for each role, each with its loop, its end, and its readiness."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from gehoor.events.envelope import Recorded
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.catching_up import CatchingUp
from gehoor.runtime.handling import Handling
from gehoor.runtime.hearing import FactHearing, Hearing, InboundHearing
from gehoor.runtime.http.health import Check, Vital
from gehoor.runtime.kafka import topics
from gehoor.runtime.kafka.aiokafka_consumer import AiokafkaConsumer
from gehoor.runtime.kafka.ends import Ends
from gehoor.runtime.kafka.producer import KafkaProducer
from gehoor.runtime.listening import Listener
from gehoor.runtime.observability import Metrics, log
from gehoor.runtime.performing import DueWorker
from gehoor.runtime.ports import Clock, Consumer, Partition, TemporaryError
from gehoor.runtime.postgres.sole import PostgresSole
from gehoor.runtime.postgres.waking import PostgresNotifier, PostgresWaker
from gehoor.runtime.pulse import Pulse
from gehoor.runtime.relaying import Relay
from gehoor.runtime.running.real import Real, StartError
from gehoor.runtime.settings import ConsumerKind, Settings
from gehoor.runtime.waiting import StoppedError, unless

FLUSH_WITHIN = timedelta(seconds=3)
"""How long a stopping relay may take to empty the outbox; what is left is relayed at the next start."""
_FLUSH_LOOK = timedelta(milliseconds=20)
_AGAIN = timedelta(seconds=2)


class Role(StrEnum):
    """What a process does; `all` of it in one process is possible too."""

    API = "api"
    LISTEN = "listen"
    RELAY = "relay"
    DUE = "due"


Doing = Callable[[], Coroutine[Any, Any, None]]
Wake = Callable[[Sequence[Recorded]], None]
"""Told of what was stored."""


@dataclass(frozen=True)
class Part:
    """One loop of the process. `run` returns only once `stop` was called."""

    role: Role
    name: str
    run: Doing
    stop: Doing
    checks: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True)
class Plant:
    """What the parts are made from."""

    service: str
    settings: Settings
    real: Real
    metrics: Metrics

    @property
    def clock(self) -> Clock:
        """The process's clock."""
        return self.real.ports.clock

    @property
    def dsn(self) -> str:
        """For connections outside the pool."""
        return self.settings.dsn.get_secret_value()


def relaying(plant: Plant) -> tuple[Part, Wake]:
    """What is stored goes onto the journal; at the end all that still can is sent."""
    outbox = plant.real.outbox
    producer = KafkaProducer(plant.settings.kafka, plant.settings.journal)
    relay = Relay(
        plant.service,
        outbox,
        producer,
        PostgresSole(plant.dsn, plant.real.schema, "relay"),
        clock=plant.clock,
        metrics=plant.metrics,
        waker=PostgresWaker(plant.dsn, plant.real.schema),
    )

    async def stop() -> None:
        try:
            async with asyncio.timeout(FLUSH_WITHIN.total_seconds()):
                while await outbox.oldest() is not None:
                    relay.wake()
                    await asyncio.sleep(_FLUSH_LOOK.total_seconds())
        except (TimeoutError, TemporaryError):
            log.info("what is left in the outbox is relayed at the next start", role=Role.RELAY)
        await relay.stop()
        await producer.stop()

    return Part(Role.RELAY, "relay", relay.run, stop, _checks(relay.pulses)), relay.wake


def notifying(plant: Plant) -> tuple[Part, Wake]:
    """Where another process relays: tells it that something was stored."""
    notifier = PostgresNotifier(plant.dsn, plant.real.schema)
    return Part(Role.RELAY, "notify", notifier.run, notifier.stop), notifier.notify


def listening(plant: Plant, assembled: Assembled, handling: Handling, *, patient: bool) -> Sequence[Part]:
    """The journal, and for whom it is the topic that other systems write to.

    `patient`: wait for the broker for ever, as the same process answers requests meanwhile.
    """
    settings, name = plant.settings, plant.service
    parts = []
    if assembled.service.listens_to:
        journal = FactHearing(assembled.service, handling)
        kind = settings.consumer or assembled.consumer
        consumer = _consumer(kind, settings.kafka, settings.journal, f"gehoor-{name}")
        parts.append(_listening(plant, _listener(plant, journal, handling, consumer), patient=patient))
    if assembled.inbound is not None:
        inbound = InboundHearing(name, assembled.inbound, plant.real.ports.keyring)
        consumer = _consumer(ConsumerKind.AIOKAFKA, settings.kafka, settings.inbound, f"gehoor-{name}-inbound")
        listener = _listener(plant, inbound, handling, consumer, purge=partial(topics.purge, settings.kafka))
        parts.append(_listening(plant, listener, patient=patient))
    return parts


def performing(plant: Plant, assembled: Assembled, handling: Handling) -> Part:
    """Timers and deliveries."""
    ports = plant.real.ports
    ends = Ends(plant.settings.kafka, [plant.settings.journal])
    catching_up = CatchingUp(ports.store, ends, ports.clock) if assembled.service.listens_to else None
    worker = DueWorker(
        ports.due,
        handling,
        catching_up,
        clock=ports.clock,
        metrics=plant.metrics,
        poll=plant.settings.poll_every,
        batch_max=plant.settings.batch_max,
    )

    async def stop() -> None:
        await worker.stop()
        await ends.stop()

    return Part(Role.DUE, "due", worker.run, stop, _checks(worker.pulses))


def _listener(
    plant: Plant,
    hearing: Hearing,
    handling: Handling,
    consumer: Consumer,
    purge: Callable[[Mapping[Partition, int]], Awaitable[None]] | None = None,
) -> Listener:
    return Listener(
        hearing,
        handling,
        plant.real.parking,
        consumer,
        clock=plant.clock,
        metrics=plant.metrics,
        parked_max=plant.settings.parked_subjects_max,
        purge=purge,
    )


def _consumer(kind: ConsumerKind, servers: str, topic: str, group: str) -> Consumer:
    if kind is ConsumerKind.FAUST:
        from gehoor.runtime.kafka.faust_consumer import FaustConsumer  # noqa: PLC0415 - heavy, and not always wanted

        return FaustConsumer(servers, [topic], group)
    return AiokafkaConsumer(servers, [topic], group)


def _listening(plant: Plant, listener: Listener, *, patient: bool) -> Part:
    """A listener that begins once the journal was seen to be what it must be."""
    stopped = asyncio.Event()
    fit = asyncio.Event()

    async def run() -> None:
        with suppress(StoppedError):
            await unless(stopped, wait_for_journal(plant, patient=patient))
            fit.set()
            await listener.run()

    async def stop() -> None:
        stopped.set()
        await listener.stop()

    async def reached() -> Vital:
        return Vital(well=fit.is_set(), says="reached" if fit.is_set() else "waits for the broker")

    name = listener.hearing.name
    return Part(Role.LISTEN, name, run, stop, {f"{name}.broker": reached, **_checks(listener.pulses)})


async def wait_for_journal(plant: Plant, *, patient: bool) -> None:
    """Return once the broker answers and the journal is one that nothing can be lost from.

    Raises:
        StartError: it is not, or there is no answer within the bound.
    """
    settings, clock = plant.settings, plant.clock
    until = clock.now() + settings.start_within
    while True:
        try:
            await topics.check_journal(settings.kafka, settings.journal, settings.partitions)
        except TemporaryError as away:
            if clock.now() >= until and not patient:
                raise StartError(str(away)) from away
            log.info("waiting for the broker", address=settings.kafka, error=away)
            await clock.sleep(_AGAIN)
        except topics.TopicError as unfit:
            raise StartError(str(unfit)) from unfit
        else:
            return


def _checks(pulses: Callable[[], Sequence[Pulse]]) -> Mapping[str, Check]:
    def check(name: str) -> Check:
        async def vital() -> Vital:
            (pulse,) = [one for one in pulses() if one.name == name]
            return Vital(well=not pulse.red, says=pulse.note or f"lag {pulse.lag:g}")

        return vital

    return {pulse.name: check(pulse.name) for pulse in pulses()}
