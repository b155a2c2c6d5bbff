"""Parts that live and die together."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import structlog

from gehoor.runtime.running.parts import Part, Role
from gehoor.runtime.running.supervising import live


class Recorder:
    """Makes parts that note when they are stopped and when they end."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.asked = asyncio.Event()

    def part(self, name: str, *, fails: bool = False, deaf: bool = False) -> Part:
        stopped = asyncio.Event()

        async def run() -> None:
            if fails:
                raise RuntimeError
            try:
                await stopped.wait()
                self.story.append(f"{name} ended")
            except asyncio.CancelledError:
                self.story.append(f"{name} given up")
                raise

        async def stop() -> None:
            self.story.append(f"{name} stopped")
            if not deaf:
                stopped.set()

        return Part(Role.API, name, run, stop)


@pytest.fixture(autouse=True)
def told() -> Iterator[StringIO]:
    out = StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(out))
    yield out
    structlog.reset_defaults()


async def test_parts_end_one_after_the_other_in_their_order() -> None:
    recorder = Recorder()
    living = asyncio.create_task(
        live([recorder.part(name) for name in ("http", "journal", "relay")], recorder.asked, timedelta(seconds=5))
    )
    recorder.asked.set()
    assert await living is True
    assert recorder.story == [
        "http stopped", "http ended", "journal stopped", "journal ended", "relay stopped", "relay ended",
    ]  # fmt: skip


async def test_a_part_that_fails_ends_the_others_and_is_told(told: StringIO) -> None:
    recorder = Recorder()
    parts = [recorder.part("http"), recorder.part("journal", fails=True)]
    assert await live(parts, recorder.asked, timedelta(seconds=5)) is False
    assert "http ended" in recorder.story
    assert "RuntimeError" in told.getvalue()


async def test_a_part_that_does_not_hear_is_given_up_in_time_and_the_others_with_it(told: StringIO) -> None:
    recorder = Recorder()
    parts = [recorder.part("http", deaf=True), recorder.part("relay")]
    recorder.asked.set()
    await live(parts, recorder.asked, timedelta(milliseconds=50))
    assert sorted(recorder.story) == ["http given up", "http stopped", "relay given up"]
    assert "did not stop in time" in told.getvalue()
