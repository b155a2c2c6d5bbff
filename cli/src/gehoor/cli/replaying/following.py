"""What became of complaints, as the journal tells it: who owns each, which clocks run, what was missed."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gehoor.cli.journal import Placed, Unread, read_placed
from gehoor.events import intake, routing, sla
from gehoor.events.fact import Fact
from gehoor.events.terms import Category, ClockId, ClockKind, DeskId, ResponseKind

_OF_CLOCKS = (
    sla.DeadlineMoved,
    sla.DeadlineMet,
    sla.DeadlineMissed,
    sla.MissCorrected,
    sla.DeadlineCancelled,
)


@dataclass(slots=True)
class Clock:
    """One clock of a complaint."""

    kind: ClockKind
    due: datetime
    met: bool = False
    missed: bool = False
    over: bool = False
    """Met, missed or cancelled: nothing more is to come of it by itself."""


@dataclass(slots=True)
class Told:
    """What the journal has told of one complaint."""

    received: int = 0
    """How many times it was received: once, or something is badly wrong."""
    received_at: datetime | None = None
    place: tuple[int, int] | None = None
    """Where on the journal it was first received: partition and offset."""
    category: Category | None = None
    owner: DeskId | None = None
    owners: int = 0
    """How many times a desk was made accountable after the first."""
    answers: bool = False
    """Whether it was answered for good, so that the journal is to tell of that."""
    answered_at: datetime | None = None
    clocks: dict[ClockId, Clock] = field(default_factory=dict)

    def settled(self, now: datetime) -> bool:
        """Whether routing and sla have answered: an owner, clocks, and a word on each clock that is due."""
        return (
            self.owner is not None
            and (self.answered_at is not None or not self.answers)
            and any(clock.kind is ClockKind.RESOLUTION for clock in self.clocks.values())
            and all(self._told(clock, now) for clock in self.clocks.values())
        )

    def _told(self, clock: Clock, now: datetime) -> bool:
        """Whether the last word on a clock was said: a miss that the answer shows to be none is to be corrected."""
        in_time = self.answered_at is not None and self.answered_at <= clock.due
        if clock.kind is ClockKind.RESOLUTION and in_time:
            return clock.met
        return clock.over or clock.due > now


def hear(told: Told, fact: Fact) -> None:
    """Take in one fact of that complaint."""
    match fact:
        case intake.ComplaintReceived():
            told.received += 1
            told.received_at = fact.occurred_at
        case intake.FinalResponseSent() if fact.kind is not ResponseKind.HOLDING:
            told.answered_at = told.answered_at or fact.occurred_at
        case routing.ComplaintClassified():
            told.category = fact.category
        case routing.OwnerAssigned() | routing.OwnerAccepted():
            told.owner = fact.desk
            told.owners += 1
        case sla.DeadlineSet():
            told.clocks[fact.clock_id] = Clock(fact.kind, fact.deadline.due)
        case _:
            _hear_clock(told, fact)


def _hear_clock(told: Told, fact: Fact) -> None:
    clock = told.clocks.get(fact.clock_id) if isinstance(fact, _OF_CLOCKS) else None
    if clock is None:
        return
    match fact:
        case sla.DeadlineMoved():
            clock.due, clock.over = fact.deadline.due, False
        case sla.DeadlineMet():
            clock.met = clock.over = True
        case sla.DeadlineMissed():
            clock.missed = clock.over = True
        case sla.MissCorrected():
            clock.met, clock.missed = True, False
        case _:
            clock.over = True


async def follow(
    kafka: str,
    journal: str,
    complaints: Mapping[UUID, bool],
    *,
    patience: timedelta,
    noticed: Callable[[int], None] = lambda _settled: None,
) -> Mapping[UUID, Told]:
    """What the journal tells of those complaints, read until all are settled.

    Args:
        kafka: Bootstrap servers.
        journal: The topic.
        complaints: Whose story is wanted, and whether an answer belongs to it.
        patience: How long to wait while nothing new is told of any of them.
        noticed: Told, now and then, how many are settled.
    """
    stories = {id_: Told(answers=answers) for id_, answers in complaints.items()}
    waiting = set(stories)
    if not waiting:
        return stories
    passed = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(patience.total_seconds()) as limit:
            async for record in read_placed(kafka, journal, follow=True):
                if isinstance(record, Unread) or record.event.subject not in stories:
                    continue
                limit.reschedule(passed() + patience.total_seconds())
                _take_in(stories, waiting, record)
                noticed(len(stories) - len(waiting))
                if not waiting:
                    break
    except TimeoutError:
        pass  # what is still missing shows in the summary
    return stories


def _take_in(stories: Mapping[UUID, Told], waiting: set[UUID], record: Placed) -> None:
    subject = record.event.subject
    story = stories[subject]
    hear(story, record.event.fact)
    if story.received and story.place is None:
        story.place = (record.partition, record.offset)
    if story.settled(datetime.now(UTC)):
        waiting.discard(subject)
    else:
        waiting.add(subject)
