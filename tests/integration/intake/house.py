"""Intake on the memory twins: asked over HTTP, told by the journal what others have stated, its mail caught."""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from pydantic import SecretStr

from gehoor.events.envelope import Recorded, Stream, to_bytes, to_headers, to_json
from gehoor.events.fact import Fact
from gehoor.intake.main import assemble
from gehoor.intake.settings import IntakeSettings
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.handling import Handling, Work
from gehoor.runtime.hearing import FactHearing, InboundHearing
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

NOW = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
POLICY = Path(__file__).parents[3] / "deploy" / "policy" / "default.yaml"
HEARD = ["let-speak", "acknowledged"]


class WillingClock(VirtualClock):
    """Whoever sleeps has slept: waiting takes turns, and no time."""

    async def sleep(self, duration: timedelta) -> None:
        """Give way once, and be that much later."""
        await super().sleep(timedelta(0))
        self.jump(duration)


@dataclass
class House:
    """Intake while it runs."""

    http: httpx2.AsyncClient
    assembled: Assembled
    ports: Ports
    store: MemoryStore
    handling: Handling
    clock: VirtualClock
    hearing: FactHearing
    mailer: MemoryMailer
    keys: MemoryKeys
    sequences: dict[str, int] = field(default_factory=dict)
    journal: list[Outgoing] = field(default_factory=list)

    async def hear(self, service: str, subject: UUID, *facts: Fact) -> None:
        """Another service's facts about a matter reach us, sealed as they do, and so does what follows from them."""
        for fact in facts:
            stream = Stream("complaint", subject)
            source = f"/gehoor/{service}/{stream}"
            self.sequences[source] = self.sequences.get(source, 0) + 1
            id_ = uuid4()
            event = Recorded(id_, service, stream, fact, self.clock.now(), id_, id_, self.sequences[source])
            key = (await self.ports.keyring.keys([subject], create=True))[subject]
            body = to_bytes(seal(to_json(fact), key, id_))
            await self._deliver(Outgoing(1, str(subject).encode(), to_headers(event), body, event.recorded_at))
        await self.settle()

    async def settle(self) -> None:
        """All that we stated is on the journal and comes back to us, and what is due now is performed."""
        service = self.assembled.service
        while True:
            pending = await self.ports.outbox.pending(100)
            for outgoing in pending:
                self.journal.append(outgoing)
                await self._deliver(outgoing)
            await self.ports.outbox.sent([outgoing.position for outgoing in pending])
            now = self.clock.now()
            claimed = await self.ports.due.claim(service.performers, now, timedelta(minutes=1), 100)
            for due in claimed:
                wish = await service.performers[due.kind](due, Moment(now))
                await self.handling.handle_all([Work(Cause.of_due(due), [wish], fired=due)])
            if not pending and not claimed:
                return

    async def send(self, value: bytes, headers: Sequence[tuple[str, bytes]]) -> None:
        """Another system's message on the topic of their own."""
        assert self.assembled.inbound is not None
        inbound = InboundHearing("intake", self.assembled.inbound, self.ports.keyring)
        work = await inbound.work(Message("complaints.inbound", 0, 0, None, value, headers), self.store)
        assert work is not None
        await self.handling.handle_all([work])
        await self.settle()

    async def post(self, path: str, status: int = 201, /, **body: Any) -> dict[str, Any]:
        """Ask for something by JSON; the answer, which has that status."""
        return await self.told(await self.http.post(path, json=body), status)

    async def told(self, answer: httpx2.Response, status: int) -> dict[str, Any]:
        """The answer's body, once all that follows from it has happened."""
        assert answer.status_code == status, answer.text
        await self.settle()
        json: dict[str, Any] = answer.json()
        return json

    async def show(self, id_: str) -> dict[str, Any]:
        """The dossier."""
        return await self.told(await self.http.get(f"/complaints/{id_}"), 200)

    async def mail(self, message: EmailMessage | bytes, status: int = 201) -> dict[str, Any]:
        """A mail reaches us."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        headers = {"Content-Type": "message/rfc822"}
        return await self.told(await self.http.post("/mails", content=raw, headers=headers), status)

    async def key(self, *scopes: str, **more: Any) -> dict[str, str]:
        """The header of a further key."""
        key, token = issue("another", scopes, NOW, **more)
        await self.keys.add(key)
        return {"Authorization": f"Bearer {token}"}

    async def stored(self) -> list[str]:
        """The types of all facts, in the order they were stored."""
        return [event.fact.type for event in await self.store.events()]

    async def facts(self, id_: str) -> list[str]:
        """The types of what we published of a matter, in order, without their service and version."""
        stream = Stream("complaint", UUID(id_))
        events = (await self.store.load([stream]))[stream]
        return [event.fact.type.split(".")[1] for event in events if event.sequence is not None]

    async def _deliver(self, outgoing: Outgoing) -> None:
        message = Message("journal", 0, outgoing.position, outgoing.key, outgoing.value, outgoing.headers)
        if self.hearing.wanted(message) and (work := await self.hearing.work(message, self.store)) is not None:
            await self.handling.handle_all([work])


def letter(text: str, **headers: str) -> EmailMessage:
    """A mail from a customer."""
    message = EmailMessage()
    for name, value in {"From": "Els Vermeulen <els@example.org>", "Subject": "Klacht", **headers}.items():
        message[name.replace("_", "-")] = value
    if "Message_ID" not in headers:
        message["Message-ID"] = f"<{uuid4()}@mail.example.org>"
    message.set_content(text)
    return message


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """Intake, with a client that holds a key for all of it."""
    store, keyring, keys, clock = MemoryStore("intake"), MemoryKeyring(), MemoryKeys(), WillingClock(NOW)
    outbox, due, mailer = MemoryOutbox(store), MemoryDue(store), MemoryMailer()
    ports = Ports(store, due, outbox, keyring, MemoryBlobs(), clock, mailer, MemoryWebhooks())
    secret = SecretStr(b64encode(bytes(32)).decode())
    assembled = assemble(IntakeSettings(dsn=SecretStr("nowhere"), policy=POLICY, installation_key=secret), ports)
    handling = Handling(assembled.service, store, keyring, clock, creates_keys=assembled.creates_keys)
    app = create_app(assembled, handling, store, Gate(keys), metrics=Metrics("intake"), rates=Rates(10_000, 10_000))
    key, token = issue("tests", {"intake:read", "intake:write", "intake:erase"}, NOW, staff="st_anna")
    await keys.add(key)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://intake/v1",
        headers={"Authorization": f"Bearer {token}"},
    ) as http:
        hearing = FactHearing(assembled.service, handling)
        yield House(http, assembled, ports, store, handling, clock, hearing, mailer, keys)
