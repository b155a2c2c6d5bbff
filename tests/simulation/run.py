"""One run: a seed, some days, some customers; what happened, and which invariants did not hold."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact
from gehoor.events.partner import TicketOpened
from gehoor.runtime.memory.loop import VirtualLoop
from gehoor.runtime.memory.mailer import TAKEN
from gehoor.runtime.ports import Attempted, Commit, Mail, Message, Result
from tests.simulation.chance import source
from tests.simulation.house import NAMES, House
from tests.simulation.process import INBOUND, JOURNAL, belonging
from tests.simulation.trouble import Trouble
from tests.simulation.world.customers import crowd
from tests.simulation.world.office import answer_escalations, come_and_go, forget_persons
from tests.simulation.world.partners import Partner, partners
from tests.simulation.world.people import People
from tests.simulation.world.staff import Colleague
from tests.simulation.world.times import Times

CUSTOMERS = 5
SETTLES_WITHIN = timedelta(hours=3)
"""After the last trouble, by when all that was said must have been heard, and all that was due be done."""
LOOK = timedelta(minutes=5)
STORIES_MAX = 3


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that did not hold."""

    invariant: str
    says: str
    subject: UUID | None = None
    """The matter it did not hold of."""

    def __str__(self) -> str:
        return f"{self.invariant}: {self.says}" + (f" ({self.subject})" if self.subject else "")


@dataclass(frozen=True, slots=True)
class Committed:
    """One fact at the moment it was stored."""

    event: Recorded
    at: datetime
    """By the time of people, whatever the clock of the process said."""


@dataclass
class Run:
    """What a run left."""

    seed: int
    days: int
    customers: int
    house: House
    people: People
    partners: dict[str, Partner]
    trouble: Trouble
    story: list[Committed] = field(default_factory=list)
    """All facts of all services, in the order in which they were stored."""
    log: list[str] = field(default_factory=list)
    """Every line of the log, as text."""
    broken: list[Broken] = field(default_factory=list)
    told: dict[UUID, list[str]] = field(default_factory=dict)
    """The story of each matter of which something did not hold, in sentences."""

    @property
    def matter_days(self) -> float:
        """The days that matters lived, together."""
        ends = self.people.times.ends
        received = [one for one in self.story if one.event.stream.id in self.people.matters and one.event.version == 1]
        return sum((ends - one.at) / timedelta(days=1) for one in received if one.event.service == "intake")

    @property
    def subjects(self) -> Sequence[UUID]:
        """The matters of which something did not hold, the first first."""
        return list(dict.fromkeys(one.subject for one in self.broken if one.subject is not None))

    @property
    def journal(self) -> Sequence[Message]:
        """All records of the journal, as bytes."""
        return self.house.journal.records(JOURNAL)

    def of(self, service: str) -> list[Recorded]:
        """A service's facts, in the order of its store."""
        return [one.event for one in self.story if one.event.service == service]

    def breaks(self, invariant: str, says: str, subject: UUID | None = None) -> None:
        """Note that one did not hold."""
        self.broken.append(Broken(invariant, says, subject))


def simulate(seed: int, days: int = 7, customers: int = CUSTOMERS) -> Run:
    """Let it happen, and check all invariants."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_simulate(seed, days, customers))


async def _simulate(seed: int, days: int, customers: int) -> Run:
    from tests.simulation.invariants import after, meanwhile  # noqa: PLC0415 - they speak of runs
    from tests.simulation.story import tell_story  # noqa: PLC0415 - so does it

    asyncio.get_running_loop().set_task_factory(belonging)  # type: ignore[arg-type]
    witnesses = [one() for one in meanwhile()]

    def seen(service: str, commit: Commit, recorded: Sequence[Recorded]) -> None:
        for event in recorded:
            run.story.append(Committed(event, people.times.now()))
            _tell(people, service, event)
        for witness in witnesses:
            witness.see(run, service, commit, recorded)

    house = House(seed, seen, lambda says: run.breaks("no-defects", says))
    people = People(house, Times(timedelta(days=days)))
    run = Run(seed, days, customers, house, people, partners(people), Trouble(house, people.times))
    _listen_to_log(run)
    house.mailer.answer = _postman(people)
    for name in NAMES:
        house.start(name)
    crowd(people, customers)
    for doing in (answer_escalations(people), come_and_go(people), forget_persons(people)):
        people.begin(doing)
    for partner in run.partners.values():
        people.begin(partner.look())
    run.trouble.begin()
    await people.times.clock.sleep(timedelta(days=days))
    people.times.end()
    await run.trouble.end()
    for task in people.tasks:
        await task
    await _settle(run)
    for check in after():
        await check(run)
    run.told = {subject: await tell_story(run, subject) for subject in run.subjects[:STORIES_MAX]}
    house.wanted = dict.fromkeys(NAMES, 0)
    for process in house.all_processes:
        process.crash()
    return run


def _tell(people: People, service: str, event: Recorded) -> None:
    """People see what comes in."""
    fact: Fact = event.fact
    if service == "partner-escalation" and isinstance(fact, TicketOpened):
        people.tickets.append(str(fact.ticket_id))
    if service == "intake" and (matter := people.heard(event.subject, fact)) is not None and not people.times.ended:
        people.begin(Colleague(people, matter).deal())


def _postman(people: People) -> Any:
    chance = source(people.house.seed, "post")

    def carry(mail: Mail) -> Attempted:
        drawn = chance.random()
        if drawn < 0.05:
            return Attempted(Result.FAILED, "smtp-451", 451)
        if drawn < 0.06:
            return Attempted(Result.REFUSED, "smtp-550", 550)
        people.inboxes.setdefault(mail.to, []).append(mail)
        return Attempted(Result.UNKNOWN, "no-answer") if drawn < 0.1 else TAKEN

    return carry


def _listen_to_log(run: Run) -> None:
    def listen(_logger: Any, level: str, event: Any) -> Any:
        run.log.append(f"{level} {event!r}")
        if level in {"error", "critical"}:
            run.breaks("no-defects", f"{event.get('event')}: {event!r}")
        raise structlog.DropEvent

    structlog.configure(processors=[listen])


async def _settle(run: Run) -> None:
    """Wait until nothing is left to be read, sent or done."""
    clock, until = run.people.times.clock, run.people.times.now() + SETTLES_WITHIN
    while (left := _left(run)) and clock.now() < until:
        await clock.sleep(LOOK)
        await run.trouble.see_to_parked()
    if left:
        run.breaks("settles", "; ".join(left))


def _left(run: Run) -> list[str]:
    house, now = run.house, run.people.times.now()
    left = []
    for name, kept in house.kept.items():
        topics = {f"gehoor-{name}": JOURNAL} | ({"gehoor-intake-inbound": INBOUND} if name == "intake" else {})
        for group, topic in topics.items():
            read, ends = house.journal.read(group, [topic]), house.journal.ends([topic])
            if behind := sum(end - read.get(at, 0) for at, end in ends.items()):
                left.append(f"{group} has {behind} records to read")
        if kept.store.outbox:
            left.append(f"{name} has {len(kept.store.outbox)} records to send")
        if parked := sum(one.place.topic == JOURNAL for one in kept.parking._parked.values()):
            left.append(f"{name} has {parked} records parked")
        left += [f"{name} has {due.kind} {due.key} due since {due.at}" for due in kept.standing() if due.at <= now]
        if len(house.processes[name]) < house.wanted[name]:
            left.append(f"{name} is not up")
    return left
