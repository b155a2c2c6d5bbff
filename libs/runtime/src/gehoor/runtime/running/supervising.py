"""Parts that live and die together: one that fails ends the process, a signal ends all of them in order, in time."""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from datetime import timedelta

from gehoor.runtime.observability import log
from gehoor.runtime.running.parts import Part

CANCEL_WITHIN = timedelta(seconds=1)
"""How long a part that did not stop in time may take to notice that it was given up."""


EXIT_WITHIN = timedelta(seconds=5)
"""How long what is left of a stopped process (threads of libraries, connections) may still keep it."""


def stop_on_signals(stop_within: timedelta) -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; the second ends the process at once, and so does the end of the bound."""
    asked = asyncio.Event()
    bound = threading.Timer((stop_within + CANCEL_WITHIN + EXIT_WITHIN).total_seconds(), os._exit, [os.EX_SOFTWARE])
    bound.daemon = True

    def heard(which: signal.Signals) -> None:
        log.info("asked to stop", signal=which.name)
        if asked.is_set():
            os._exit(128 + which)
        bound.start()
        asked.set()

    for which in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(which, heard, which)
    return asked


async def live(parts: Sequence[Part], asked: asyncio.Event, stop_within: timedelta) -> bool:
    """Run all parts until asked to stop, or until one ends by itself; says whether it was the first.

    They stop one after the other, in the order given: first what takes things in, last what sends them out.
    """
    running = {asyncio.create_task(part.run(), name=part.name): part for part in parts}
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait({*running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    well = not any(task.done() for task in running)
    for task, part in running.items():
        if task.done():
            _tell(task, part)
    await _stop(running, stop_within)
    return well


async def _stop(running: dict[asyncio.Task[None], Part], within: timedelta) -> None:
    try:
        async with asyncio.timeout(within.total_seconds()):
            for task, part in running.items():
                await part.stop()
                await asyncio.wait({task})
    except TimeoutError:
        left = [task for task in running if not task.done()]
        log.warning("did not stop in time", count=len(left), part=running[left[0]].name if left else None)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=CANCEL_WITHIN.total_seconds())


def _tell(task: "asyncio.Task[None]", part: Part) -> None:
    failed = task.exception() if not task.cancelled() else None
    log.error("a part ended", part=part.name, role=part.role, error=failed)
