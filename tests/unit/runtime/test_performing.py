"""What is due is performed once, at its time, whatever fails beside it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from gehoor.runtime.catching_up import CatchingUp
from gehoor.runtime.handling import Handling
from gehoor.runtime.memory.clock import VirtualClock
from gehoor.runtime.memory.due import MemoryDue
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.observability import Metrics
from gehoor.runtime.performing import LEASE, DueWorker
from gehoor.runtime.ports import Cause, Commit, Due, Moment, Partition, Performer, TemporaryError, Wish
from tests.ledger import NOON, SEALED, Open, Pay, Remind, account

DAY = timedelta(days=1)
AT: Partition = ("complaints.journal", 0)


@dataclass
class Shop:
    """The ledger with a clock in the hand, and a journal that reaches as far as it is told."""

    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))
    store: MemoryStore = field(default_factory=lambda: MemoryStore("ledger"))
    moments: list[Moment] = field(default_factory=list)
    performed: list[Due] = field(default_factory=list)
    awaits: bool = False
    ends: dict[Partition, int] = field(default_factory=lambda: {AT: 0})
    away: bool = False
    perform: Performer | None = None

    def __post_init__(self) -> None:
        self.due = MemoryDue(self.store)
        kinds = frozenset({"reminder"}) if self.awaits else frozenset()
        self.service = replace(SEALED, performers={"reminder": self.perform or self.remind}, awaits_journal=kinds)
        self.handling = Handling(self.service, self.store, MemoryKeyring(), self.clock, creates_keys=True)

    async def remind(self, due: Due, moment: Moment) -> Wish:
        self.moments.append(moment)
        self.performed.append(due)
        return Wish(due.stream, Remind(due.arming, moment.now))

    async def reach(self) -> Mapping[Partition, int]:
        if self.away:
            raise TemporaryError("the broker is away")
        return dict(self.ends)

    async def open(self, count: int = 1) -> list[Due]:
        """Open accounts that stay empty: each is due a reminder after a day, and another a day later."""
        streams = [account() for _ in range(count)]
        for stream in streams:
            await self.handling.handle(Wish(stream, Open(self.clock.now())), Cause(stream.id, stream.id))
        return [due for due in await self.due.standing("reminder") if due.stream in streams]

    async def read(self, offset: int) -> None:
        """The listener got that far."""
        await self.store.commit(Commit(self.clock.now(), progress={AT: offset}))

    def worker(self) -> DueWorker:
        catching_up = CatchingUp(self.store, self.reach, self.clock)
        return DueWorker(
            self.due,
            self.handling,
            catching_up,
            clock=self.clock,
            metrics=Metrics("ledger"),
            poll=timedelta(hours=6),
            draw=lambda: 1.0,
        )

    async def reminded(self, due: Due) -> list[datetime]:
        """When the holder of that account was reminded."""
        events = (await self.store.load([due.stream]))[due.stream]
        return [event.recorded_at for event in events if event.fact.type == "ledger.reminded.v1"]

    async def pass_time(self, until: datetime) -> None:
        """Let everything happen that happens until then, each at its own time."""
        while True:
            await settle()
            next_due = self.clock.next_due
            if next_due is None or next_due > until:
                break
            self.clock.jump_to_next_due()
        self.clock.jump_to(until)
        await settle()


async def settle() -> None:
    """Let all who can go on do so, until they wait for time."""
    for _ in range(60):
        await asyncio.sleep(0)


@asynccontextmanager
async def working(shop: Shop) -> AsyncIterator[DueWorker]:
    worker = shop.worker()
    running = asyncio.create_task(worker.run())
    await settle()
    try:
        yield worker
        await worker.stop()
        await asyncio.wait_for(running, 10)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_timer_fires_at_its_moment_and_never_early() -> None:
    shop = Shop()
    async with working(shop):
        (due,) = await shop.open()
        await shop.pass_time(NOON + DAY - timedelta(seconds=1))
        assert await shop.reminded(due) == []
        await shop.pass_time(NOON + DAY + timedelta(seconds=1))
        (fired,) = await shop.reminded(due)
    assert NOON + DAY <= fired <= NOON + DAY + timedelta(milliseconds=200)


async def test_each_arming_fires_once() -> None:
    shop = Shop()
    async with working(shop):
        dues = await shop.open(20)
        await shop.pass_time(NOON + 5 * DAY)
        for due in dues:
            assert len(await shop.reminded(due)) == 2
    assert await shop.due.standing("reminder") == []


async def test_two_workers_fire_it_once() -> None:
    shop = Shop()
    async with working(shop), working(shop):
        dues = await shop.open(20)
        await shop.pass_time(NOON + DAY + timedelta(minutes=5))
        for due in dues:
            assert len(await shop.reminded(due)) == 1


async def test_what_was_disarmed_does_not_fire() -> None:
    shop = Shop()
    async with working(shop):
        (due,) = await shop.open()
        await shop.handling.handle(Wish(due.stream, Pay(5)), Cause(due.key, due.key))
        await shop.pass_time(NOON + 3 * DAY)
        assert await shop.reminded(due) == []


async def test_after_downtime_all_fire_in_the_order_in_which_they_were_due() -> None:
    shop = Shop()
    dues: list[Due] = []
    for _ in range(5):
        dues += await shop.open()
        shop.clock.jump(timedelta(hours=1))
    shop.clock.jump(DAY)
    async with working(shop):
        await shop.pass_time(shop.clock.now() + timedelta(seconds=1))
    assert [due.stream for due in shop.performed] == [due.stream for due in dues]


async def test_one_that_has_a_defect_holds_up_no_other_and_is_never_lost() -> None:
    shop = Shop()
    broken: list[Due] = []

    async def perform(due: Due, moment: Moment) -> Wish:
        if due in broken:
            raise ZeroDivisionError
        return Wish(due.stream, Remind(due.arming, moment.now))

    shop.perform = perform
    shop.__post_init__()
    async with working(shop) as worker:
        dues = await shop.open(5)
        broken.append(dues[2])
        await shop.pass_time(NOON + DAY + timedelta(minutes=5))
        assert [len(await shop.reminded(due)) for due in dues] == [1, 1, 0, 1, 1]
        assert worker.pulses()[1].note == "1 can't be performed"
        broken.clear()
        await shop.pass_time(NOON + DAY + timedelta(hours=3))
        assert len(await shop.reminded(dues[2])) >= 1


async def test_the_oftener_it_fails_the_longer_it_is_left_alone() -> None:
    tries: list[datetime] = []
    shop = Shop()

    async def perform(_due: Due, moment: Moment) -> Wish:
        tries.append(moment.now)
        raise ZeroDivisionError

    shop.perform = perform
    shop.__post_init__()
    async with working(shop):
        await shop.open()
        await shop.pass_time(NOON + DAY + timedelta(hours=1))
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert 4 <= len(pauses) <= 8
    assert pauses == sorted(pauses)
    assert pauses[0] >= LEASE


async def test_what_is_away_is_tried_again_soon() -> None:
    tries = 0
    shop = Shop()

    async def perform(due: Due, moment: Moment) -> Wish:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise TemporaryError("the partner's key can't be read now")
        return Wish(due.stream, Remind(due.arming, moment.now))

    shop.perform = perform
    shop.__post_init__()
    async with working(shop):
        (due,) = await shop.open()
        await shop.pass_time(NOON + DAY + timedelta(seconds=3))
        assert len(await shop.reminded(due)) == 1


async def test_nothing_is_performed_before_what_was_there_at_start_has_been_read() -> None:
    shop = Shop(ends={AT: 3})
    (due,) = await shop.open()
    shop.clock.jump(DAY)
    async with working(shop) as worker:
        await shop.pass_time(shop.clock.now() + timedelta(hours=1))
        assert await shop.reminded(due) == []
        assert worker.pulses()[0].red
        assert worker.pulses()[0].note == "3 records to read before anything is performed"
        await shop.read(3)
        await shop.pass_time(shop.clock.now() + timedelta(seconds=5))
        assert len(await shop.reminded(due)) == 1
        assert not worker.pulses()[0].red


async def test_a_timer_waits_until_what_was_published_by_its_moment_has_been_read() -> None:
    shop = Shop(awaits=True)
    async with working(shop):
        (due,) = await shop.open()
        await shop.pass_time(NOON + DAY - timedelta(seconds=1))
        shop.ends[AT] = 7
        await shop.pass_time(NOON + DAY + timedelta(seconds=2))
        assert await shop.reminded(due) == []
        await shop.read(7)
        await shop.pass_time(NOON + DAY + timedelta(seconds=3))
        assert len(await shop.reminded(due)) == 1
    assert [moment.caught_up for moment in shop.moments] == [True]


async def test_a_timer_waits_only_so_long_and_says_so() -> None:
    shop = Shop(awaits=True)
    async with working(shop):
        (due,) = await shop.open()
        await shop.pass_time(NOON + DAY - timedelta(seconds=1))
        shop.ends[AT] = 7
        await shop.pass_time(NOON + DAY + timedelta(seconds=12))
        (fired,) = await shop.reminded(due)
    assert fired - NOON - DAY >= timedelta(seconds=10)
    assert [moment.caught_up for moment in shop.moments] == [False]


async def test_while_the_broker_is_away_a_timer_fires_after_the_bound_and_says_so() -> None:
    shop = Shop(awaits=True)
    async with working(shop):
        (due,) = await shop.open()
        shop.away = True
        await shop.pass_time(NOON + DAY + timedelta(seconds=12))
        assert len(await shop.reminded(due)) == 1
    assert [moment.caught_up for moment in shop.moments] == [False]


async def test_what_is_being_performed_at_a_stop_may_end() -> None:
    began, may_end = asyncio.Event(), asyncio.Event()
    shop = Shop()

    async def perform(due: Due, moment: Moment) -> Wish:
        began.set()
        await may_end.wait()
        return Wish(due.stream, Remind(due.arming, moment.now))

    shop.perform = perform
    shop.__post_init__()
    (due,) = await shop.open()
    shop.clock.jump(DAY)
    worker = shop.worker()
    running = asyncio.create_task(worker.run())
    await began.wait()
    await worker.stop()
    may_end.set()
    await asyncio.wait_for(running, 10)
    assert len(await shop.reminded(due)) == 1
