"""Sla as a process of its own on real PostgreSQL, Kafka and SMTP, killed while a clock runs."""

import asyncio
import json
import os
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer

from gehoor.devstack import Stack
from gehoor.devstack.mail import MailDrop
from gehoor.events.envelope import Recorded, Stream, from_record, to_bytes, to_headers, to_json
from gehoor.events.fact import Fact
from gehoor.events.intake import ComplaintReceived, PromiseKept, PromiseMade
from gehoor.events.private import Private
from gehoor.events.sla import DeadlineMissed, DeadlineSet, EscalationDelivered, EscalationEnded, EscalationRaised
from gehoor.events.terms import Channel, ClockKind, CustomerId, PromiseId, PromiseKind, Window
from gehoor.runtime.http.keys import issue
from gehoor.runtime.kafka.producer import KafkaProducer
from gehoor.runtime.kafka.topics import ensure, journal
from gehoor.runtime.ports import Outgoing
from gehoor.runtime.postgres.connecting import close_pool, open_pool
from gehoor.runtime.postgres.keyring import PostgresKeyring
from gehoor.runtime.postgres.keys import PostgresKeys
from gehoor.runtime.postgres.migrating import Home, migrate
from gehoor.runtime.sealing import seal

DEMO = Path(__file__).parents[3] / "deploy" / "policy" / "demo.yaml"
WRAPPING = bytes(32)
PARTITIONS = 2
WITHIN = 60.0
PROMISE = PromiseId(uuid4())


@dataclass
class Place:
    """Where sla lives, and intake's side of the journal."""

    env: dict[str, str]
    keyring: PostgresKeyring
    producer: KafkaProducer
    bearing: dict[str, str]
    sequences: dict[UUID, int] = field(default_factory=dict)

    async def state(self, subject: UUID, fact: Fact) -> None:
        """Intake states a fact, sealed as it does."""
        self.sequences[subject] = self.sequences.get(subject, 0) + 1
        id_, stream, now = uuid4(), Stream("complaint", subject), datetime.now(UTC)
        key = (await self.keyring.keys([subject], create=True))[subject]
        event = Recorded(id_, "intake", stream, fact, now, id_, id_, self.sequences[subject])
        body = to_bytes(seal(to_json(fact), key, id_))
        await self.producer.send([Outgoing(1, str(subject).encode(), to_headers(event), body, now)])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[httpx2.AsyncClient]:
        """The service, killed at the end without a warning."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gehoor.sla.main", "all"),
            env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | self.env,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            async with (
                asyncio.timeout(WITHIN),
                httpx2.AsyncClient(base_url=await _address(process), headers=self.bearing, trust_env=False) as http,
            ):
                draining = asyncio.create_task(process.communicate())
                yield http
        finally:
            process.kill()
            await draining

    async def stated(self, last: type[Fact]) -> list[Fact]:
        """What sla has stated on the journal, up to the first fact of that type."""
        consumer = AIOKafkaConsumer(
            self.env["GEHOOR_JOURNAL"], bootstrap_servers=self.env["GEHOOR_KAFKA"], auto_offset_reset="earliest"
        )
        await consumer.start()
        found: list[Fact] = []
        try:
            async with asyncio.timeout(WITHIN):
                async for record in consumer:
                    event = from_record(record.headers, record.value)
                    found += [event.fact] if event.service == "sla" else []
                    if isinstance(event.fact, last):
                        return found
        finally:
            await consumer.stop()
        return found


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        said = json.loads(line)
        if said["event"] == "answers":
            return f"http://{said['address']}"
    raise AssertionError("it ended before it answered")


@pytest.fixture
async def place(database: str, stack: Stack) -> AsyncIterator[Place]:
    """A migrated database and a journal of its own, and the demonstration's policy."""
    topic, run = f"journal-{uuid4().hex}", uuid4().hex[:8]
    await ensure(stack.kafka, [journal(topic, PARTITIONS)])
    parts = urlsplit(database)

    def dsn(service: str) -> str:
        return parts._replace(netloc=f"{service}_{run}:secret@{parts.hostname}:{parts.port}").geturl()

    await migrate(database, [Home("intake", dsn("intake"), keeps_keyring=True), Home("sla", dsn("sla"))])
    key, token = issue("tests", {"sla:read", "sla:write"}, datetime.now(UTC))
    pool = await open_pool(dsn("sla"), schema="sla", size=1)
    await PostgresKeys(pool).add(key)
    await close_pool(pool)
    env = {
        "GEHOOR_DSN": dsn("sla"),
        "GEHOOR_KAFKA": stack.kafka,
        "GEHOOR_JOURNAL": topic,
        "GEHOOR_PARTITIONS": str(PARTITIONS),
        "GEHOOR_INSTALLATION_KEY": b64encode(WRAPPING).decode(),
        "GEHOOR_POLICY": str(DEMO),
        "GEHOOR_SMTP": stack.smtp,
    }
    pool, producer = await open_pool(dsn("intake"), schema="intake", size=1), KafkaProducer(stack.kafka, topic)
    yield Place(env, PostgresKeyring(pool, WRAPPING), producer, {"Authorization": f"Bearer {token}"})
    await producer.stop()
    await close_pool(pool)


def received(reference: str) -> ComplaintReceived:
    return ComplaintReceived(
        occurred_at=datetime.now(UTC),
        reference=reference,
        channel=Channel.PHONE,
        desk="front-line",
        customer_id=CustomerId(uuid4()),
        text=Private("There is an old mortgage in my portal."),
        language="en",
    )


def promised(within: timedelta) -> PromiseMade:
    now = datetime.now(UTC)
    return PromiseMade(
        occurred_at=now,
        promise_id=PROMISE,
        kind=PromiseKind.CALL_BACK,
        what=Private("We call you back."),
        due=Window(until=now + within),
        promised_by="st_ann",
    )


async def test_a_clock_that_came_due_while_the_process_was_dead_fires_once_and_somebody_is_told(
    place: Place, stack: Stack
) -> None:
    id_ = uuid4()
    reference = f"{uuid4().hex[:4].upper()}-{uuid4().hex[:4].upper()}"
    async with place.running():
        await place.state(id_, received(reference))
        await place.state(id_, promised(timedelta(seconds=1.5)))
        armed = await place.stated(DeadlineSet)
        assert armed
    async with place.running() as http:
        stated = await place.stated(EscalationDelivered)
        missed = [fact for fact in stated if isinstance(fact, DeadlineMissed) and fact.kind is ClockKind.PROMISE]
        assert [(fact.miss, fact.caught_up) for fact in missed] == [(1, True)]
        assert missed[0].occurred_at == missed[0].due
        raised = next(fact for fact in stated if isinstance(fact, EscalationRaised))
        assert raised.occurred_at >= missed[0].due
        assert raised.answer_by > raised.occurred_at
        told = [mail for mail in stack_mails(stack) if reference in mail]
        assert len(told) == 1
        await place.state(id_, PromiseKept(occurred_at=datetime.now(UTC), promise_id=PROMISE, by="st_ann"))
        ended = (await place.stated(EscalationEnded))[-1]
        assert isinstance(ended, EscalationEnded)
        assert (ended.reason, ended.escalation_id) == ("kept-late", raised.escalation_id)
        shown = (await http.get(f"/v1/complaints/{id_}/clocks")).json()
    assert {clock["kind"]: clock["state"] for clock in shown["clocks"]}["promise"] == "missed"


def stack_mails(stack: Stack) -> list[str]:
    """The subjects of all that came into the mail drop."""
    return [mail.subject for drop in stack.servers if isinstance(drop, MailDrop) for mail in drop.mails()]
