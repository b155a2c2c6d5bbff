"""Sla on the memory twins: told by the journal what others have stated, performing what is due, asked over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from pydantic import SecretStr

from gehoor.events.envelope import Recorded, Stream, to_bytes, to_headers, to_json
from gehoor.events.fact import Fact
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
from gehoor.sla.main import assemble
from gehoor.sla.settings import SlaSettings

LEASE = timedelta(minutes=1)


class WillingClock(VirtualClock):
    """Whoever sleeps has slept: waiting takes turns, and no time."""

    async def sleep(self, duration: timedelta) -> None:
        """Give way once, and be that much later."""
        await super().sleep(timedelta(0))
        self.jump(duration)


@dataclass
class House:
    """Sla while it runs."""

    http: httpx2.AsyncClient
    store: MemoryStore
    keyring: MemoryKeyring
    handling: Handling
    clock: WillingClock
    hearing: FactHearing
    due: MemoryDue
    mailer: MemoryMailer
    webhooks: MemoryWebhooks
    keys: MemoryKeys
    sequences: dict[str, int] = field(default_factory=dict)

    async def hear(self, subject: UUID, *facts: Fact) -> None:
        """Others' facts about a matter reach us, sealed as they do; it is as late as the last of them happened."""
        for fact in facts:
            stream = Stream("complaint", subject)
            source = f"/gehoor/{fact.service()}/{stream}"
            self.sequences[source] = self.sequences.get(source, 0) + 1
            if fact.occurred_at > self.clock.now():
                await self.pass_until(fact.occurred_at)
            id_ = uuid4()
            event = Recorded(id_, fact.service(), stream, fact, self.clock.now(), id_, id_, self.sequences[source])
            key = (await self.keyring.keys([subject], create=True))[subject]
            outgoing = Outgoing(
                1, str(subject).encode(), to_headers(event), to_bytes(seal(to_json(fact), key, id_)), self.clock.now()
            )
            message = Message("journal", 0, 1, outgoing.key, outgoing.value, outgoing.headers)
            if self.hearing.wanted(message) and (work := await self.hearing.work(message, self.store)) is not None:
                await self.handling.handle_all([work])

    async def pass_until(self, moment: datetime) -> None:
        """Time goes on until then; all that is due by then is performed at its moment."""
        kinds = self.handling.service.performers
        while (next_at := await self.due.next_at(kinds)) is not None and next_at <= moment:
            self.clock.jump_to(max(next_at, self.clock.now()))
            await self.perform()
        self.clock.jump_to(moment)

    async def perform(self) -> None:
        """What is due by now is performed once."""
        service = self.handling.service
        for due in await self.due.claim(service.performers, self.clock.now(), LEASE, 100):
            wish = await service.performers[due.kind](due, Moment(self.clock.now()))
            await self.handling.handle_all([Work(Cause.of_due(due), [wish], fired=due)])

    async def key(self, *scopes: str, **more: Any) -> dict[str, str]:
        """The header of a further key."""
        key, token = issue("another", scopes, self.clock.now(), **more)
        await self.keys.add(key)
        return {"Authorization": f"Bearer {token}"}

    async def stated(self, subject: UUID) -> list[Fact]:
        """What we stated of a matter, in order, without our own notes."""
        stream = Stream("watch", subject)
        return [event.fact for event in (await self.store.load([stream]))[stream] if event.sequence is not None]


@asynccontextmanager
async def house(now: datetime, policy: Path) -> AsyncIterator[House]:
    """Sla, with a client that holds a key for all of it."""
    store, keyring, keys, clock = MemoryStore("sla"), MemoryKeyring(), MemoryKeys(), WillingClock(now)
    outbox, due, mailer, webhooks = MemoryOutbox(store), MemoryDue(store), MemoryMailer(), MemoryWebhooks()
    ports = Ports(store, due, outbox, keyring, MemoryBlobs(), clock, mailer, webhooks)
    settings = SlaSettings(
        dsn=SecretStr("nowhere"),
        policy=policy,
        webhook_secrets={"managers": SecretStr("whsec_managers")},
        answer_at="https://ours.example/escalations/{id}",
    )
    assembled = assemble(settings, ports)
    handling = Handling(assembled.service, store, keyring, clock)
    app = create_app(assembled, handling, store, Gate(keys), metrics=Metrics("sla"), rates=Rates(10_000, 10_000))
    key, token = issue("tests", {"sla:read", "sla:write"}, now)
    await keys.add(key)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://sla/v1",
        headers={"Authorization": f"Bearer {token}"},
    ) as http:
        hearing = FactHearing(assembled.service, handling)
        yield House(http, store, keyring, handling, clock, hearing, due, mailer, webhooks, keys)
