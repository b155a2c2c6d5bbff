"""What operators do while it runs: start anew, rebuild, publish again, and see to what is parked."""

from collections.abc import Collection
from contextlib import suppress

from gehoor.runtime.draining import Draining
from gehoor.runtime.hearing import FactHearing
from gehoor.runtime.memory.journal import MemoryProducer
from gehoor.runtime.parking import Place
from gehoor.runtime.ports import StaleError, TemporaryError
from gehoor.runtime.rebuilding import Folding, rebuild_due, rebuild_view
from gehoor.runtime.relaying import republish
from tests.simulation.house import House
from tests.simulation.process import JOURNAL, GoneError, Process

_IN_VAIN = (TemporaryError, StaleError, GoneError)


async def start_anew(process: Process) -> None:
    """End it in order, as a release does; another is started in its place."""
    await process.stop()


async def rebuild(process: Process, which: float) -> None:
    """Make one view or one kind of due rows again."""

    async def rebuilding() -> None:
        folding = Folding(process.handling)
        await folding.catch_up()
        kinds = sorted(process.assembled.service.performers)
        named = [*sorted(folding.views()), *kinds]
        name = named[int(which * len(named))]
        if name in kinds:
            await rebuild_due(process.handling, process.ports.due, name)
        else:
            await rebuild_view(process.handling, name)

    with suppress(*_IN_VAIN):
        await process.ask(rebuilding())


async def publish_again(house: House, process: Process, where: float) -> None:
    """Put what a service stated since a position on the journal once more."""
    kept = house.kept[process.service]
    producer = process.line.to(MemoryProducer(house.journal, JOURNAL), "producer")
    after = int(where * len(kept.store.written))
    with suppress(*_IN_VAIN):
        await process.ask(republish(process.line.to(kept.outbox, "outbox"), producer, after))


async def see_to_parked(process: Process, garbled: Collection[Place]) -> None:
    """Do without what nobody can read, and try again what waits behind it."""
    hearing = FactHearing(process.assembled.service, process.handling)
    draining = Draining(hearing, process.handling, process.parking, process.clock)

    async def seeing() -> None:
        for parked in await process.parking.listed():
            if parked.place in garbled:
                await draining.drop(parked.place, by="ops", because="garbled")
        waiting = [one.subject for one in await process.parking.listed() if one.place.topic == JOURNAL]
        for subject in dict.fromkeys(waiting):
            if not any(one.place in garbled for one in await process.parking.listed(subject)):
                await draining.retry(subject)

    with suppress(*_IN_VAIN):
        await process.ask(seeing())
