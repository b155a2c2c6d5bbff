"""What goes wrong from outside: processes killed, a service down for a day, clocks that jump, records late or again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from gehoor.runtime.parking import Place
from tests.simulation import operating
from tests.simulation.chance import source
from tests.simulation.house import NAMES, House
from tests.simulation.line import CALM, Rates
from tests.simulation.process import JOURNAL
from tests.simulation.world.times import OverError, Times

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Trouble:
    """Makes it, and makes an end of it."""

    def __init__(self, house: House, times: Times) -> None:
        self._house = house
        self._times = times
        self._chance = source(house.seed, "trouble")
        self.faults: dict[str, int] = {}
        """How many of which kind."""
        self.garbled: list[Place] = []
        """What was written to the journal and can't be read."""
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Let it come."""
        self._house.rate(Rates.drawn(self._chance))
        every: tuple[tuple[timedelta, Callable[[], Awaitable[None]]], ...] = (
            (timedelta(hours=14), self._kill),
            (timedelta(hours=60), self._down),
            (timedelta(hours=30), self._broker_away),
            (timedelta(hours=20), self._jump),
            (timedelta(hours=7), self._late),
            (timedelta(hours=8), self._again),
            (timedelta(hours=30), self._lose_sole),
            (timedelta(hours=20), self._start_anew),
            (timedelta(hours=40), self._rebuild),
            (timedelta(hours=60), self._publish_again),
            (timedelta(hours=20), self._garble),
        )
        for mean, make in every:
            if self._chance.random() < 0.7:
                self._tasks.append(asyncio.get_running_loop().create_task(self._make(mean, make)))

    async def end(self) -> None:
        """All is well again: the services run, the broker answers, the clocks are right."""
        await asyncio.gather(*self._tasks)
        self._house.rate(CALM)
        self._house.journal.late.clear()
        self._house.journal.away = False
        for name in NAMES:
            self._house.set_clock(name, timedelta(0))
            self._house.restore(name)

    async def _make(self, mean: timedelta, make: Callable[[], Awaitable[None]]) -> None:
        with suppress(OverError):
            while True:
                await self._times.sleep(mean * self._chance.expovariate(1.0))
                self.faults[make.__name__] = self.faults.get(make.__name__, 0) + 1
                await make()

    async def _kill(self) -> None:
        if running := self._house.all_processes:
            self._chance.choice(running).crash()

    async def _down(self) -> None:
        name = self._chance.choice(NAMES)
        self._house.stop(name)
        try:
            await self._times.sleep(self._chance.choice((HOUR, 6 * HOUR, 24 * HOUR)))
        finally:
            self._house.restore(name)

    async def _broker_away(self) -> None:
        self._house.journal.away = True
        try:
            await self._times.sleep(self._chance.choice((5 * SECOND, MINUTE, 20 * MINUTE)))
        finally:
            self._house.journal.away = False

    async def _jump(self) -> None:
        name = self._chance.choice(NAMES)
        self._house.set_clock(name, self._chance.choice((-HOUR, -MINUTE, -SECOND, SECOND, MINUTE, HOUR)))
        try:
            await self._times.sleep(5 * HOUR * self._chance.random())
        finally:
            self._house.set_clock(name, timedelta(0))

    async def _late(self) -> None:
        """Some services hear of some, or of all, a while after the others."""
        journal = self._house.journal
        for name in self._chance.sample(NAMES, 2):
            partitions = self._chance.sample(range(journal.partitions), self._chance.randint(1, journal.partitions))
            self._house.hear_late(name, partitions, self._chance.choice((SECOND, MINUTE, HOUR, 4 * HOUR)))

    async def _again(self) -> None:
        if groups := self._house.journal.groups:
            self._house.journal.read_again(*self._chance.choice(groups), self._chance.randint(1, 40))

    async def _start_anew(self) -> None:
        if running := self._house.all_processes:
            await operating.start_anew(self._chance.choice(running))

    async def _rebuild(self) -> None:
        if running := self._house.all_processes:
            await operating.rebuild(self._chance.choice(running), self._chance.random())

    async def _publish_again(self) -> None:
        if running := self._house.all_processes:
            await operating.publish_again(self._house, self._chance.choice(running), self._chance.random())

    async def _garble(self) -> None:
        """Somebody wrote to the journal what nobody can read, under the key of a matter; later ops sees to it."""
        journal = self._house.journal
        if records := journal.records(JOURNAL):
            like = self._chance.choice(records)
            record = journal.append(JOURNAL, like.key, b"{", like.headers)
            self.garbled.append(Place.of(record))
        await self._times.sleep(self._chance.choice((MINUTE, HOUR / 2)))
        await self.see_to_parked()

    async def see_to_parked(self) -> None:
        """Ops looks after what is parked."""
        for name in NAMES:
            if running := self._house.processes[name]:
                await operating.see_to_parked(self._chance.choice(running), self.garbled)

    async def _lose_sole(self) -> None:
        self._house.kept[self._chance.choice(NAMES)].sole.lose()
