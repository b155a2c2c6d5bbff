"""Partners: silent, quick, too quick, twice, out of order; and curious about what is not theirs."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from gehoor.events.terms import TicketId, UpdateId
from gehoor.partner_escalation.api.shapes import NewUpdate, SoughtOwn
from gehoor.partner_escalation.facts import UpdateKind
from gehoor.runtime.memory.webhooks import Posted
from gehoor.runtime.ports import Attempted, Result
from tests.simulation.chance import drawn_id, source
from tests.simulation.policy import HOOK, PARTNERS
from tests.simulation.world import words
from tests.simulation.world.client import Refused
from tests.simulation.world.people import People

SPEAKS = (
    (),
    (UpdateKind.RESOLVED,),
    (UpdateKind.ACKNOWLEDGED, UpdateKind.RESOLVED),
    (UpdateKind.RESOLVED, UpdateKind.ACKNOWLEDGED),
    (UpdateKind.ACKNOWLEDGED, UpdateKind.PROGRESSED, UpdateKind.PROGRESSED, UpdateKind.RESOLVED),
    (UpdateKind.QUESTION, UpdateKind.ACKNOWLEDGED, UpdateKind.RESOLVED),
)


class Partner:
    """One third party, with a receiver of its own."""

    def __init__(self, name: str, people: People) -> None:
        self.name = name
        self.told: list[tuple[str, dict[str, Any]]] = []
        """Key and body of all that it was told."""
        self.saw: list[tuple[str, Any]] = []
        """What it was shown when it asked: ticket id and answer."""
        self.spoken: dict[UUID, str] = {}
        """Of what ticket it said something, by update id."""
        self._people = people
        self._chance = source(people.house.seed, "partner", name)
        self._client = people.client(name, partner=name)
        self._taken: set[UUID] = set()
        self._known: list[str] = []

    def receive(self, posted: Posted) -> Attempted:
        """What its server makes of a webhook: a key that it knows is taken again, and done nothing about."""
        body = json.loads(posted.body)
        self.told.append((str(posted.key), body))
        drawn = self._chance.random()
        if drawn < 0.08:
            return Attempted(Result.FAILED, "http-503", 503)
        if drawn < 0.12:
            return Attempted(Result.UNKNOWN, "timed-out")
        if drawn < 0.13:
            return Attempted(Result.REFUSED, "http-410", 410)
        if posted.key not in self._taken and not self._people.times.ended:
            self._taken.add(posted.key)
            self._people.begin(self._speak(body["data"]["ticket_id"]))
        if drawn < 0.18:
            return Attempted(Result.UNKNOWN, "reset")  # after having acted
        return Attempted(Result.TAKEN, "http-200", 200)

    async def _speak(self, ticket: str) -> None:
        self._known.append(ticket)
        said = list(self._chance.choice(SPEAKS))
        if self._chance.random() < 0.2:
            self._chance.shuffle(said)
        for kind in said:
            await self._people.times.sleep(timedelta(hours=15) * self._chance.expovariate(1.0))
            number = next(self._people.numbers)
            body = NewUpdate(
                update_id=UpdateId(drawn_id(self._chance)),
                kind=kind,
                partner_reference=f"P{number}" if kind is UpdateKind.ACKNOWLEDGED else None,
                words=words.note("Ok.", number),
            )
            self.spoken[body.update_id] = ticket
            for _ in range(self._chance.choice((1, 1, 2))):
                answer = await self._client.wish(
                    "partner-escalation", "take_update", id=TicketId(UUID(ticket)), body=body
                )
                self.saw.append((ticket, answer))

    async def look(self) -> None:
        """Look at what is its own, and try what is another's."""
        while True:
            await self._people.times.sleep(timedelta(hours=10) * self._chance.expovariate(1.0))
            own = await self._client.read("partner-escalation", "list_own", sought=SoughtOwn())
            if not isinstance(own, Refused):
                self.saw += [(str(ticket.ticket_id), ticket) for ticket in own.tickets]
            if self._people.tickets:
                ticket = self._chance.choice(self._people.tickets)
                id_ = TicketId(UUID(ticket))
                if self._chance.random() < 0.5:
                    self.saw.append((ticket, await self._client.read("partner-escalation", "show_own", id=id_)))
                else:
                    body = NewUpdate(update_id=UpdateId(drawn_id(self._chance)), kind=UpdateKind.RESOLVED)
                    self.spoken[body.update_id] = ticket
                    answer = await self._client.wish("partner-escalation", "take_update", id=id_, body=body)
                    self.saw.append((ticket, answer))


def partners(people: People) -> dict[str, Partner]:
    """All partners, listening where the policy sends their webhooks."""
    all_ = {name: Partner(name, people) for name in PARTNERS}
    chance = source(people.house.seed, "managers")

    def receive(posted: Posted) -> Attempted:
        if posted.to.url == HOOK:
            return chance.choice((Attempted(Result.TAKEN, "http-200", 200), Attempted(Result.FAILED, "http-500", 500)))
        (name,) = [name for name in PARTNERS if posted.to.url == f"https://{name}.example/hook"]
        return all_[name].receive(posted)

    people.house.webhooks.answer = receive
    return all_
