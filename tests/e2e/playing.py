"""The stories, all played at once on one house through the public APIs; each test then asks what came of them."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from gehoor.cli.asking import Desk
from gehoor.cli.journal import read_journal
from gehoor.cli.stories import mortgage, prize
from gehoor.cli.stories.stage import Stage
from gehoor.cli.watching import Watch
from gehoor.events.envelope import Recorded
from gehoor.events.sla import EscalationEnded
from gehoor.events.terms import ClockKind
from tests.e2e.house import DAY, House
from tests.e2e.sending import Sender
from tests.e2e.stories import counter, pen, typo

Journal = Mapping[UUID, Sequence[Recorded]]
"""The facts of each subject, in the journal's order."""


@dataclass(frozen=True)
class Played:
    """The subjects of the stories."""

    mortgage: UUID
    prize: UUID
    typo: Sequence[UUID]
    """The reports, the one that was handled first."""
    counter: UUID
    pen: UUID
    caught: Mapping[str, Any]
    """The problem that the writer of the vague promise was told, its status with it."""
    record: Mapping[str, Any]
    """The sponsor's, right after the stories."""

    @property
    def subjects(self) -> Collection[UUID]:
        """All of them."""
        return {self.mortgage, self.prize, *self.typo, self.counter, self.pen}


async def play(house: House) -> Played:
    """Play all of them, each to its end."""
    there = house.installation
    async with AsyncExitStack() as open_:
        watch = await open_.enter_async_context(Watch(there))
        sender = await open_.enter_async_context(Sender(there, watch))
        desks = {holder: await open_.enter_async_context(Desk(there, holder)) for holder in there.keys}
        stage = Stage(desks, watch, DAY, house.stack.drop)
        called, won, reported, sent_on, written = await asyncio.gather(
            mortgage.play(stage), prize.play(stage), typo.play(stage), counter.play(stage, sender), pen.play(stage)
        )
        await stage.met(called, ClockKind.RESOLUTION)
        await stage.met(won, ClockKind.RESOLUTION)
        await watch.fact(called, EscalationEnded, nth=3)
        record = await desks["audience"].get("partner-escalation", "/partners/sponsor/record")
    caught = {**written.caught.problem, "status": written.caught.status}
    return Played(called, won, reported, sent_on, written.complaint, caught, record)


async def told(house: House, subjects: Collection[UUID]) -> Journal:
    """What the journal tells of each of them."""
    there = house.installation
    journal: dict[UUID, list[Recorded]] = defaultdict(list)
    async for record in read_journal(there.kafka, there.journal):
        if isinstance(record, Recorded) and record.subject in subjects:
            journal[record.subject].append(record)
    return journal


_PLAYED = TypeAdapter(Played)


def written(played: Played) -> bytes:
    """As it is handed to other workers."""
    return _PLAYED.dump_json(played)


def read(file: Path) -> Played | None:
    """What another worker wrote; None where nobody played yet."""
    return _PLAYED.validate_json(file.read_bytes()) if file.exists() else None
