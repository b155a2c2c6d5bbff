"""What a clock promises, and what one that is held in the hand adds."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gehoor.runtime.clock import SystemClock
from gehoor.runtime.memory.clock import START, VirtualClock
from gehoor.runtime.ports import Clock

SECOND = timedelta(seconds=1)
MOMENT = timedelta(milliseconds=20)


@pytest.fixture(params=[SystemClock, VirtualClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


async def slept(clock: Clock, duration: timedelta) -> None:
    """Sleep, on a clock that somebody moves."""
    sleeping = asyncio.ensure_future(clock.sleep(duration))
    await asyncio.sleep(0)
    if isinstance(clock, VirtualClock):
        clock.jump_to_next_due()
    await sleeping


def test_now_is_aware_and_in_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


async def test_who_slept_wakes_no_earlier_than_meant(clock: Clock) -> None:
    before = clock.now()
    await slept(clock, MOMENT)
    assert clock.now() >= before + MOMENT


@pytest.mark.parametrize("duration", [timedelta(0), -SECOND])
async def test_to_sleep_for_nothing_ends_at_once(clock: Clock, duration: timedelta) -> None:
    await asyncio.wait_for(clock.sleep(duration), 1)


async def test_sleep_can_be_cancelled(clock: Clock) -> None:
    sleeping = asyncio.ensure_future(clock.sleep(SECOND))
    await asyncio.sleep(0)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping


def test_the_systems_time_can_be_moved() -> None:
    clock = SystemClock(timedelta(hours=1))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(hours=1)) < SECOND
    clock.offset = -timedelta(hours=1)
    assert abs(clock.now() - datetime.now(UTC) + timedelta(hours=1)) < SECOND


# --- in the hand -------------------------------------------------------------------------------------------------


async def test_a_virtual_clock_stands_still() -> None:
    clock = VirtualClock()
    before = clock.now()
    await asyncio.sleep(0)
    assert clock.now() == before == START


async def test_a_jump_wakes_whose_moment_has_come_and_nobody_else() -> None:
    clock, woken = VirtualClock(), []

    async def wake(seconds: int) -> None:
        await clock.sleep(seconds * SECOND)
        woken.append((seconds, clock.now()))

    async with asyncio.TaskGroup() as tasks:
        for seconds in (3, 1, 2):
            tasks.create_task(wake(seconds))
        await asyncio.sleep(0)
        clock.jump(2 * SECOND)
        await asyncio.sleep(0)
        assert woken == [(1, START + 2 * SECOND), (2, START + 2 * SECOND)]
        assert clock.jump_to_next_due()
    assert woken[-1] == (3, START + 3 * SECOND)
    assert not clock.jump_to_next_due()


async def test_who_gave_up_sleeping_is_not_waited_for() -> None:
    clock = VirtualClock()
    sleeping = asyncio.ensure_future(clock.sleep(SECOND))
    await asyncio.sleep(0)
    sleeping.cancel()
    await asyncio.sleep(0)
    assert clock.next_due is None


async def test_only_a_fault_sets_a_clock_back() -> None:
    clock = VirtualClock()
    with pytest.raises(ValueError, match="set_back"):
        clock.jump(-SECOND)
    sleeping = asyncio.ensure_future(clock.sleep(SECOND))
    await asyncio.sleep(0)
    clock.set_back(timedelta(hours=1))
    clock.jump(SECOND)
    await asyncio.wait_for(sleeping, 1)
    assert clock.now() == START - timedelta(hours=1) + SECOND
