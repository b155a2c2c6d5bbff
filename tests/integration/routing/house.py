"""Routing on the memory twins, asked over HTTP, and told by the journal what intake and itself have stated."""

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
from gehoor.events.intake import ComplaintReceived
from gehoor.events.private import Private
from gehoor.events.terms import Channel, CustomerId
from gehoor.routing.main import assemble
from gehoor.routing.settings import RoutingSettings
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
from gehoor.runtime.ports import Cause, Message, Moment, Outgoing, Ports
from gehoor.runtime.sealing import seal

NOW = datetime(2026, 3, 2, 8, 3, tzinfo=UTC)
POLICY = Path(__file__).parents[3] / "deploy" / "policy" / "default.yaml"


class WillingClock(VirtualClock):
    """Whoever sleeps has slept: waiting takes turns, and no time."""

    async def sleep(self, duration: timedelta) -> None:
        """Give way once, and be that much later."""
        await super().sleep(timedelta(0))
        self.jump(duration)


@dataclass
class House:
    """Routing while it runs."""

    http: httpx2.AsyncClient
    store: MemoryStore
    keyring: MemoryKeyring
    handling: Handling
    clock: VirtualClock
    hearing: FactHearing
    outbox: MemoryOutbox
    due: MemoryDue
    keys: MemoryKeys
    sequences: dict[str, int] = field(default_factory=dict)

    async def hear(self, service: str, subject: UUID, *facts: Fact) -> None:
        """Another service's facts about a matter reach us, sealed as they do, and so does what follows from them."""
        for fact in facts:
            stream = Stream(_STREAMS.get(service, "complaint"), subject)
            source = f"/gehoor/{service}/{stream}"
            self.sequences[source] = self.sequences.get(source, 0) + 1
            id_ = uuid4()
            event = Recorded(id_, service, stream, fact, self.clock.now(), id_, id_, self.sequences[source])
            key = (await self.keyring.keys([subject], create=True))[subject]
            body = to_bytes(seal(to_json(fact), key, id_))
            await self._deliver(Outgoing(1, str(subject).encode(), to_headers(event), body, event.recorded_at))
        await self.settle()

    async def settle(self) -> None:
        """All that we stated is on the journal, and comes back to us."""
        while pending := await self.outbox.pending(100):
            for outgoing in pending:
                await self._deliver(outgoing)
            await self.outbox.sent([outgoing.position for outgoing in pending])

    async def pass_until(self, moment: datetime) -> None:
        """Time goes on until then, and what is due by then is performed."""
        self.clock.jump_to(moment)
        service = self.handling.service
        for due in await self.due.claim(service.performers, self.clock.now(), timedelta(minutes=1), 100):
            wish = await service.performers[due.kind](due, Moment(self.clock.now()))
            await self.handling.handle_all([Work(Cause.of_due(due), [wish], fired=due)])
        await self.settle()

    async def key(self, *scopes: str, **more: Any) -> dict[str, str]:
        """The header of a further key."""
        key, token = issue("another", scopes, NOW, **more)
        await self.keys.add(key)
        return {"Authorization": f"Bearer {token}"}

    async def told(self, subject: UUID) -> list[str]:
        """The types of what we stated of a matter, in order."""
        stream = Stream("complaint", subject)
        return [event.fact.type for event in (await self.store.load([stream]))[stream] if event.sequence is not None]

    async def _deliver(self, outgoing: Outgoing) -> None:
        message = Message("journal", 0, outgoing.position, outgoing.key, outgoing.value, outgoing.headers)
        if self.hearing.wanted(message) and (work := await self.hearing.work(message, self.store)) is not None:
            await self.handling.handle_all([work])


_STREAMS = {"sla": "watch"}
"""What a service calls its stream of a matter, where it is not what we call ours."""


def complaint_received(text: str, *, desk: str = "front-line", language: str = "nl") -> ComplaintReceived:
    return ComplaintReceived(
        occurred_at=NOW - timedelta(minutes=1),
        reference="ABCD-EFG1",
        channel=Channel.PHONE,
        desk=desk,
        customer_id=CustomerId(uuid4()),
        text=Private(text),
        language=language,
    )


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """Routing, with a client that holds a key for all of it."""
    store, keyring, keys, clock = MemoryStore("routing"), MemoryKeyring(), MemoryKeys(), WillingClock(NOW)
    outbox, due = MemoryOutbox(store), MemoryDue(store)
    ports = Ports(store, due, outbox, keyring, MemoryBlobs(), clock, MemoryMailer(), MemoryWebhooks())
    assembled = assemble(RoutingSettings(dsn=SecretStr("nowhere"), policy=POLICY), ports)
    handling = Handling(assembled.service, store, keyring, clock)
    app = create_app(assembled, handling, store, Gate(keys), metrics=Metrics("routing"), rates=Rates(10_000, 10_000))
    key, token = issue("tests", {"routing:read", "routing:write"}, NOW)
    await keys.add(key)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://routing/v1",
        headers={"Authorization": f"Bearer {token}"},
    ) as http:
        hearing = FactHearing(assembled.service, handling)
        yield House(http, store, keyring, handling, clock, hearing, outbox, due, keys)
