"""What customers, staff and partners share: the times, the house they talk to, and what became of what they said."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from gehoor.events.fact import Fact
from gehoor.events.intake import ComplaintReceived, RemarkReceived, ReportReceived
from gehoor.events.terms import MatterKind
from gehoor.runtime.ports import Mail
from tests.simulation.chance import source
from tests.simulation.house import House
from tests.simulation.world.client import Client, NoAnswerError
from tests.simulation.world.times import OverError, Times

Received = ComplaintReceived | RemarkReceived | ReportReceived


@dataclass(frozen=True, slots=True)
class Input:
    """Something that came in, and what must have become of it: exactly one fact that holds it."""

    said: str
    """What tells it from all others: a channel's id, or a message id's digest; else the id it was given."""
    how: str
    accepted: bool


@dataclass
class Matter:
    """A matter as the people who deal with it know it."""

    id: UUID
    kind: MatterKind
    channel_id: str | None
    over: bool = False


@dataclass
class People:
    """All of them, and what they have in common."""

    house: House
    times: Times
    inputs: list[Input] = field(default_factory=list)
    unreadable: int = 0
    """Messages that were sent and mean nothing."""
    matters: dict[UUID, Matter] = field(default_factory=dict)
    arrived: dict[str, UUID] = field(default_factory=dict)
    """By channel id."""
    inboxes: dict[str, list[Mail]] = field(default_factory=dict)
    """By address: what the customers were sent."""
    tickets: list[str] = field(default_factory=list)
    """All that were opened, whichever partner's."""
    phones: set[str] = field(default_factory=set)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    clients: int = 0

    def client(self, name: str, *, partner: str | None = None) -> Client:
        """Somebody who can ask."""
        self.clients += 1
        chance = source(self.house.seed, "client", name, self.clients)
        return Client(self.house, chance, f"{name}-{self.clients}", partner=partner)

    def begin(self, doing: Coroutine[Any, Any, None]) -> None:
        """Let somebody do something, until the days are over; whichever process it was heard from may end before."""

        async def done() -> None:
            try:
                await doing
            except (OverError, NoAnswerError):
                return

        self.tasks.append(asyncio.get_running_loop().create_task(done(), context=Context()))

    async def found(self, channel_id: str) -> UUID:
        """The matter that this became.

        Raises:
            OverError: the days were over first.
        """
        while channel_id not in self.arrived:
            await self.times.sleep(timedelta(minutes=30))
        return self.arrived[channel_id]

    def heard(self, id_: UUID, fact: Fact) -> Matter | None:
        """Intake has received something; the matter, where it is new."""
        if not isinstance(fact, Received) or id_ in self.matters:
            return None
        kinds = {ComplaintReceived: MatterKind.COMPLAINT, RemarkReceived: MatterKind.REMARK}
        channel_id = None if isinstance(fact, ReportReceived) else fact.channel_id
        matter = self.matters[id_] = Matter(id_, kinds.get(type(fact), MatterKind.REPORT), channel_id)
        if channel_id is not None:
            self.arrived[channel_id] = id_
        return matter
