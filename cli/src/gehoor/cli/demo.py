"""`gehoor demo`: everything started here, and two stories played through the public APIs."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import yaml

from gehoor.cli.asking import Desk
from gehoor.cli.installation import FOLDER, Installation
from gehoor.cli.showing import as_line, console
from gehoor.cli.stories import mortgage, prize
from gehoor.cli.stories.stage import Stage
from gehoor.cli.unsealing import in_clear
from gehoor.cli.up import bring_up, checkout, take_down
from gehoor.cli.watching import Watch
from gehoor.devstack import Stack
from gehoor.events.envelope import Recorded
from gehoor.events.routing import OwnerAssigned

STORIES: dict[str, Callable[[Stage], Awaitable[UUID]]] = {"mortgage": mortgage.play, "prize": prize.play}
POLICY = Path("deploy/policy/demo.yaml")
_QUIET = frozenset({"sla.escalation-delivered.v1", "intake.message-delivered.v1"})


async def demo(folder: Path = Path(FOLDER), *, stay: bool = False, began: float | None = None) -> None:
    """Start, play both stories at once, show them as they unfold, and say where everything is.

    Args:
        folder: Where everything is kept.
        stay: Stay until Ctrl-C, and then stop everything; else leave it running.
        began: When the command was started, on the monotonic clock.

    Raises:
        StackError: a part is missing or broken.
        NeverCameError: a story did not go on as it should.
        AnswerError: a service said no.
    """
    out = console()
    started = began or time.monotonic()
    if not stay:
        await _start_and_play(folder, started)
        return
    asked = _asked_to_stop()
    try:
        await _start_and_play(folder, started)
        out.print("\nEverything stays up. [bold]Ctrl-C[/bold] stops it.")
        await asked.wait()
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
    finally:
        out.print("\n[dim]stopping what was started here …[/dim]")
        await take_down(folder)


def _asked_to_stop() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM, which end whatever is being done; a second one ends the command at once."""
    asked = asyncio.Event()
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        for which in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(which)
        asked.set()
        if task is not None:
            task.cancel()

    for which in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(which, stop)
    return asked


async def _start_and_play(folder: Path, started: float) -> None:
    out = console()
    installation = await bring_up(folder, policy=checkout() / POLICY, partner=True)
    out.print(f"[dim]up after {time.monotonic() - started:.1f} s; a working day lasts {_day(installation)}[/dim]\n")
    await _play(installation, folder, started)
    _say_where(installation)


async def _play(installation: Installation, folder: Path, started: float) -> None:
    out = console()
    async with AsyncExitStack() as open_:
        watch = await open_.enter_async_context(Watch(installation))
        desks = {holder: await open_.enter_async_context(Desk(installation, holder)) for holder in installation.keys}
        stage = Stage(desks, watch, _day(installation), Stack.read(folder).drop)
        shown = asyncio.create_task(_show(installation, stage, started))
        try:
            await _all(play(stage) for play in STORIES.values())
        finally:
            await watch.end()
            await shown
        for story, complaint in stage.played:
            out.print(f"\nThe {story} story again: [bold]gehoor timeline {complaint}[/bold]")


async def _all(stories: Iterable[Awaitable[UUID]]) -> None:
    """Play them at once; where one fails the others end too, and its error is told."""
    playing = [asyncio.ensure_future(story) for story in stories]
    try:
        await asyncio.gather(*playing)
    finally:
        for one in playing:
            one.cancel()


async def _show(installation: Installation, stage: Stage, started: float) -> None:
    """Print each fact of the stories as it comes, in clear, as whoever runs this may read it."""
    out = console()
    first = True
    unnamed: dict[UUID, list[Recorded]] = {}
    async for latest in stage.watch.events():
        # The journal may be faster than the answer that names a complaint: its first facts wait for the next.
        unnamed.setdefault(latest.subject, []).append(latest)
        for story, complaint in stage.played:
            for event in await in_clear(installation, unnamed.pop(complaint, [])):
                if event.fact.type in _QUIET:
                    continue
                out.print(as_line(event, label=story))
                if first and isinstance(event.fact, OwnerAssigned):
                    first = False
                    out.print(f"[dim]first owner assigned {time.monotonic() - started:.1f} s after the start[/dim]")


def _say_where(installation: Installation) -> None:
    out = console()
    out.print("\n[bold]Where it is[/bold]")
    for name, access in installation.services.items():
        out.print(f"  {name:<20} {access.url}/docs")
    out.print(f"  {'kafka':<20} {installation.kafka}, topic {installation.journal}")
    out.print(f"  {'mail that was sent':<20} {installation.mailbox}")
    out.print("\n[bold]API keys of this installation[/bold]  (Authorization: Bearer …)")
    for holder, token in installation.keys.items():
        out.print(f"  {holder:<20} {token}")


def _day(installation: Installation) -> timedelta:
    """How long a working day of the demonstration's policy lasts."""
    policy = yaml.safe_load(Path(installation.policy or POLICY).read_text())
    pace: str = policy["sla"]["calendars"]["demo"]["pace"]
    return timedelta(seconds=float(pace.removeprefix("PT").removesuffix("S")))
