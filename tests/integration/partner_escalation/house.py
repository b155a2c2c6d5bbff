"""Partner-escalation on the memory twins: asked over HTTP, told by the journal, telling a partner that can be moody."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from pydantic import SecretStr

from gehoor.events.envelope import Recorded, Stream, to_bytes, to_headers, to_json
from gehoor.events.fact import Fact
from gehoor.events.intake import ComplaintReceived, ContactPoint, PointKind
from gehoor.events.private import Private
from gehoor.events.routing import AssignReason, Because, ComplaintClassified, OwnerAssigned
from gehoor.events.sla import DeadlineApproaching, DeadlineMissed, MissReason, Watched
from gehoor.events.terms import Channel, ClockId, ClockKind, CustomerId, Severity, TicketId
from gehoor.partner_escalation.main import assemble
from gehoor.partner_escalation.settings import PartnerSettings
from gehoor.runtime.handling import Handling, Work
from gehoor.runtime.hearing import FactHearing
from gehoor.runtime.http.app import create_app
from gehoor.runtime.http.keys import Gate, issue
from gehoor.runtime.http.knowing import Rates
from gehoor.runtime.memory.blobs import MemoryBlobs
from gehoor.runtime.memory.clock import VirtualClock
from gehoor.runtime.memory.due import MemoryDue
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.keys import MemoryKeys
from gehoor.runtime.memory.mailer import MemoryMailer
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.memory.webhooks import MemoryWebhooks
from gehoor.runtime.observability import Metrics
from gehoor.runtime.ports import Cause, Message, Moment, Ports
from gehoor.runtime.sealing import seal

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = Path(__file__).parents[3] / "deploy" / "policy" / "default.yaml"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBzcG9uc29yIGluIHRlc3Rz"
NAME, ADDRESS, MAIL = "Noor Claes", "Lindelaan 4, 9000 Gent", "noor@mail.example"
WORDS = "In augustus gewonnen, en nog steeds niets in de bus."
RIVALS = """
  rival:
    name: Another one
    webhook: {url: "https://rival.example/hooks", secret: rival}
    calendar: brussels-office
    answer_within: 5 working days
    categories:
      prize.not-delivered: {shares: [reference]}
"""


class WillingClock(VirtualClock):
    """Whoever sleeps has slept: waiting takes turns, and no time."""

    async def sleep(self, duration: timedelta) -> None:
        """Give way once, and be that much later."""
        await super().sleep(timedelta(0))
        self.jump(duration)


@dataclass
class House:
    """Partner-escalation while it runs."""

    http: httpx2.AsyncClient
    store: MemoryStore
    keyring: MemoryKeyring
    handling: Handling
    clock: VirtualClock
    hearing: FactHearing
    due: MemoryDue
    outbox: MemoryOutbox
    keys: MemoryKeys
    webhooks: MemoryWebhooks
    sequences: dict[str, int] = field(default_factory=dict)

    async def hear(self, service: str, subject: UUID, *facts: Fact) -> None:
        """Another service's facts about a complaint reach us, sealed as they do."""
        for fact in facts:
            stream = Stream("complaint", subject)
            source = f"/gehoor/{service}/{stream}"
            self.sequences[source] = self.sequences.get(source, 0) + 1
            id_ = uuid4()
            event = Recorded(id_, service, stream, fact, self.clock.now(), id_, id_, self.sequences[source])
            key = (await self.keyring.keys([subject], create=True))[subject]
            body = to_bytes(seal(to_json(fact), key, id_))
            message = Message("journal", 0, 1, str(subject).encode(), body, to_headers(event))
            assert self.hearing.wanted(message), fact.type
            work = await self.hearing.work(message, self.store)
            assert work is not None
            await self.handling.handle_all([work])

    async def prize(self) -> UUID:
        """A complaint about a prize, owned by the audience desk."""
        id_ = uuid4()
        await self.hear("intake", id_, complaint_received())
        await self.hear("routing", id_, *classified_and_owned())
        return id_

    async def ticket(self, complaint: UUID, **changes: Any) -> TicketId:
        """A ticket that the owner opened."""
        answer = await self.http.post(f"/complaints/{complaint}/tickets", json=NEW_TICKET | changes)
        assert answer.status_code == 201, answer.text
        return TicketId(UUID(answer.json()["ticket_id"]))

    async def tell(self) -> list[Any]:
        """All that is due to be told by now is attempted; gives what partners' servers got, oldest first."""
        before = len(self.webhooks.posted)
        performers = self.handling.service.performers
        while claimed := await self.due.claim(performers, self.clock.now(), timedelta(minutes=1), 100):
            for due in claimed:
                wish = await performers[due.kind](due, Moment(self.clock.now()))
                await self.handling.handle_all([Work(Cause.of_due(due), [wish], fired=due)])
        return [json.loads(posted.body) for posted in self.webhooks.posted[before:]]

    async def key(self, *scopes: str, **more: Any) -> dict[str, str]:
        """The header of a further key."""
        key, token = issue("another", scopes, NOW, **more)
        await self.keys.add(key)
        return {"Authorization": f"Bearer {token}"}

    async def partner(self, partner: str = "sponsor") -> dict[str, str]:
        """The header of a partner's key."""
        return await self.key("partner-escalation:partner", partner=partner)

    async def stated(self, complaint: UUID) -> list[Fact]:
        """What we published of a complaint, in order."""
        stream = Stream("tickets", complaint)
        return [event.fact for event in (await self.store.load([stream]))[stream] if event.sequence is not None]


NEW_TICKET: dict[str, Any] = {
    "desk": "audience",
    "by": "st_els",
    "partner": "sponsor",
    "asked": "Please send the weekend that was won in August.",
    "details": {"prize": "weekend by the lake"},
}


def complaint_received(**changes: Any) -> ComplaintReceived:
    points = [(PointKind.EMAIL, MAIL), (PointKind.POST, ADDRESS)]
    fields: dict[str, Any] = {
        "occurred_at": NOW,
        "reference": "ABCD-EFG1",
        "channel": Channel.WEB,
        "desk": "front-line",
        "customer_id": CustomerId(uuid4()),
        "name": Private(NAME),
        "contact_points": tuple(ContactPoint(kind=kind, address=Private(address)) for kind, address in points),
        "text": Private(WORDS),
        "language": "nl",
    }
    return ComplaintReceived(**fields | changes)


def classified_and_owned(category: str = "prize.not-delivered", desk: str = "audience") -> tuple[Fact, Fact]:
    classified = ComplaintClassified(
        occurred_at=NOW,
        category=category,
        severity=Severity.HIGH,
        rule="words-prize",
        because=Because.KEYWORD,
        confidence=0.7,
        policy="default-1",
    )
    return classified, OwnerAssigned(occurred_at=NOW, desk=desk, why=AssignReason.CLASSIFIED, hand_off=0)


def approaching(ticket: TicketId, clock: UUID) -> DeadlineApproaching:
    return DeadlineApproaching(
        occurred_at=NOW + timedelta(days=4),
        clock_id=ClockId(clock),
        kind=ClockKind.PARTNER_ANSWER,
        desk="audience",
        due=NOW + timedelta(days=7),
        watches=Watched(ticket_id=ticket, partner="sponsor"),
    )


def missed(ticket: TicketId, clock: UUID) -> DeadlineMissed:
    return DeadlineMissed(
        occurred_at=NOW + timedelta(days=7),
        clock_id=ClockId(clock),
        kind=ClockKind.PARTNER_ANSWER,
        desk="audience",
        due=NOW + timedelta(days=7),
        reason=MissReason.DUE_PASSED,
        miss=1,
        fired_late_seconds=0,
        watches=Watched(ticket_id=ticket, partner="sponsor"),
    )


@asynccontextmanager
async def house(policy: Path) -> AsyncIterator[House]:
    """Partner-escalation, with a client that holds a key for all that staff may do."""
    store, keyring, keys, clock = MemoryStore("partner-escalation"), MemoryKeyring(), MemoryKeys(), WillingClock(NOW)
    outbox, due, webhooks = MemoryOutbox(store), MemoryDue(store), MemoryWebhooks()
    ports = Ports(store, due, outbox, keyring, MemoryBlobs(), clock, MemoryMailer(), webhooks)
    settings = PartnerSettings(
        dsn=SecretStr("nowhere"),
        outside_dsn=SecretStr("nowhere"),
        policy=policy,
        partner_secrets={"sponsor": SecretStr(SECRET)},
        attempts_max=3,
    )
    assembled = assemble(settings, ports)
    handling = Handling(assembled.service, store, keyring, clock)
    metrics = Metrics("partner-escalation")
    app = create_app(assembled, handling, store, Gate(keys), metrics=metrics, rates=Rates(10_000, 10_000))
    key, token = issue("tests", {"partner-escalation:read", "partner-escalation:write"}, NOW)
    await keys.add(key)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://partner-escalation/v1",
        headers={"Authorization": f"Bearer {token}"},
    ) as http:
        hearing = FactHearing(assembled.service, handling)
        yield House(http, store, keyring, handling, clock, hearing, due, outbox, keys, webhooks)
