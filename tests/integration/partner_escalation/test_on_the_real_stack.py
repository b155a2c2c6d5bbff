"""Partner-escalation as a process of its own, on real PostgreSQL and Kafka, telling a partner over real sockets."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest
import stamina
from aiokafka import AIOKafkaConsumer

from gehoor.cli.demo_partner import Answer, DemoPartner
from gehoor.events.envelope import Recorded, Stream, from_record, to_bytes, to_headers, to_json
from gehoor.events.fact import Fact
from gehoor.events.partner import DeliveryUnknown, TicketDelivered, TicketOpened
from gehoor.runtime.http.keys import issue
from gehoor.runtime.kafka.producer import KafkaProducer
from gehoor.runtime.kafka.topics import ensure, journal
from gehoor.runtime.ports import Outgoing
from gehoor.runtime.postgres.connecting import close_pool, open_pool, reached
from gehoor.runtime.postgres.keyring import PostgresKeyring
from gehoor.runtime.postgres.keys import PostgresKeys
from gehoor.runtime.postgres.migrating import Home, migrate
from gehoor.runtime.sealing import seal
from tests.integration.partner_escalation.house import (
    ADDRESS,
    NAME,
    NEW_TICKET,
    NOW,
    POLICY,
    SECRET,
    classified_and_owned,
    complaint_received,
)

WRAPPING = bytes(32)
PARTITIONS = 2
WITHIN = 90.0
"""What a killed process had claimed stays claimed for half a minute."""
LOOK_EVERY = 0.05
SCHEMA = "partner_escalation"


@dataclass
class Place:
    """Where the service lives, the others' side of the journal, and keys for our staff and two partners."""

    env: dict[str, str]
    keyring: PostgresKeyring
    producer: KafkaProducer
    bearing: dict[str, dict[str, str]]
    outside: str
    sequences: dict[str, int] = field(default_factory=dict)

    async def state(self, service: str, subject: UUID, *facts: Fact) -> None:
        """Another service states facts, sealed as it does."""
        for fact in facts:
            id_, stream = uuid4(), Stream("complaint", subject)
            source = f"{service}/{stream}"
            self.sequences[source] = self.sequences.get(source, 0) + 1
            key = (await self.keyring.keys([subject], create=True))[subject]
            event = Recorded(id_, service, stream, fact, NOW, id_, id_, self.sequences[source])
            body = to_bytes(seal(to_json(fact), key, id_))
            await self.producer.send([Outgoing(1, str(subject).encode(), to_headers(event), body, NOW)])

    async def prize(self) -> UUID:
        """A complaint about a prize, owned by the audience desk."""
        id_ = uuid4()
        await self.state("intake", id_, complaint_received())
        await self.state("routing", id_, *classified_and_owned())
        return id_

    @asynccontextmanager
    async def running(self) -> AsyncIterator[httpx2.AsyncClient]:
        """The service, killed at the end without a warning."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gehoor.partner_escalation.main", "all"),
            env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | self.env,
            stdout=PIPE,
        )
        draining: asyncio.Task[Any] | None = None
        try:
            async with (
                asyncio.timeout(WITHIN),
                httpx2.AsyncClient(base_url=await _address(process), trust_env=False, timeout=10) as http,
            ):
                draining = asyncio.create_task(process.communicate())
                yield http
        finally:
            process.kill()
            await (process.wait() if draining is None else draining)

    async def stated(self, until: type[Fact]) -> list[Fact]:
        """What the service put on the journal, up to the first fact of that type."""
        consumer = AIOKafkaConsumer(
            self.env["GEHOOR_JOURNAL"], bootstrap_servers=self.env["GEHOOR_KAFKA"], auto_offset_reset="earliest"
        )
        await consumer.start()
        found: dict[UUID, Fact] = {}
        try:
            async with asyncio.timeout(WITHIN):
                async for record in consumer:
                    event = from_record(record.headers, record.value)
                    found |= {event.id: event.fact} if event.service == "partner-escalation" else {}
                    if any(isinstance(fact, until) for fact in found.values()):
                        break
        finally:
            await consumer.stop()
        return list(found.values())


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        said = json.loads(line)
        if said["event"] == "answers":
            return f"http://{said['address']}/v1"
    raise AssertionError("it ended before it answered")


@pytest.fixture
def sponsor() -> Iterator[DemoPartner]:
    with DemoPartner(SECRET) as running:
        yield running


@pytest.fixture
async def place(database: str, kafka: str, sponsor: DemoPartner) -> AsyncIterator[Place]:
    """A migrated database, a journal of its own, and a partner to tell."""
    topic, run = f"journal-{uuid4().hex}", uuid4().hex[:8]
    await ensure(kafka, [journal(topic, PARTITIONS)])
    parts = urlsplit(database)

    def dsn(role: str) -> str:
        return parts._replace(netloc=f"{role}_{run}:secret@{parts.hostname}:{parts.port}").geturl()

    homes = [
        Home("intake", dsn("intake"), keeps_keyring=True),
        Home(SCHEMA, dsn(SCHEMA), outside=dsn("outside")),
    ]
    await migrate(database, homes)
    held = {
        "staff": issue("staff", {"partner-escalation:read", "partner-escalation:write"}, NOW),
        "sponsor": issue("sponsor", {"partner-escalation:partner"}, NOW, partner="sponsor"),
        "rival": issue("rival", {"partner-escalation:partner"}, NOW, partner="rival"),
    }
    pool = await open_pool(dsn(SCHEMA), schema=SCHEMA, size=1)
    for key, _ in held.values():
        await PostgresKeys(pool).add(key)
    await close_pool(pool)
    env = {
        "GEHOOR_DSN": dsn(SCHEMA),
        "GEHOOR_OUTSIDE_DSN": dsn("outside"),
        "GEHOOR_KAFKA": kafka,
        "GEHOOR_JOURNAL": topic,
        "GEHOOR_PARTITIONS": str(PARTITIONS),
        "GEHOOR_INSTALLATION_KEY": b64encode(WRAPPING).decode(),
        "GEHOOR_POLICY": str(POLICY),
        "GEHOOR_ALLOW_PRIVATE_ADDRESSES": "true",
        "GEHOOR_PARTNER_SECRETS": json.dumps({"sponsor": SECRET}),
        "GEHOOR_PARTNER_URLS": json.dumps({"sponsor": sponsor.url}),
        "GEHOOR_RETRY_WAIT_FIRST": "PT0.1S",
    }
    pool, producer = await open_pool(dsn("intake"), schema="intake", size=1), KafkaProducer(kafka, topic)
    bearing = {name: {"Authorization": f"Bearer {token}"} for name, (_, token) in held.items()}
    yield Place(env, PostgresKeyring(pool, WRAPPING), producer, bearing, dsn("outside"))
    await producer.stop()
    await close_pool(pool)


class NotYetError(Exception):
    """Another process has still to make it so."""


def until_so() -> AsyncIterator[stamina.Attempt]:
    """Try again until it does not raise `NotYetError`, within the bound."""
    return stamina.retry_context(
        NotYetError, attempts=None, timeout=WITHIN, wait_initial=LOOK_EVERY, wait_max=LOOK_EVERY, wait_jitter=0
    )


async def opened(http: httpx2.AsyncClient, place: Place, complaint: UUID) -> str:
    """A ticket, as soon as the complaint was heard of."""
    url, staff = f"/complaints/{complaint}/tickets", place.bearing["staff"]
    ticket = ""
    async for attempt in until_so():
        with attempt:
            answer = await http.post(url, json=NEW_TICKET, headers=staff)
            if answer.status_code == 409:
                raise NotYetError
            assert answer.status_code == 201, answer.text
            ticket = answer.json()["ticket_id"]
    return ticket


async def test_a_process_that_dies_while_the_partner_is_silent_tells_it_again_under_the_same_key(
    place: Place, sponsor: DemoPartner
) -> None:
    """The partner acted and never said so; the process dies before it knows. What follows is the same message."""
    complaint = await place.prize()
    sponsor.behave(Answer.HANG, times=1)

    async with place.running() as http:
        await opened(http, place, complaint)
        async for attempt in until_so():
            with attempt:
                if not sponsor.received:
                    raise NotYetError
    async with place.running():
        stated = await place.stated(TicketDelivered)
    (message,) = sponsor.received
    assert message.times >= 2
    assert message.message["data"]["shared"] == {"name": NAME, "address": ADDRESS, "prize": "weekend by the lake"}
    assert [type(fact) for fact in stated if not isinstance(fact, DeliveryUnknown)] == [TicketOpened, TicketDelivered]
    assert str(next(fact.delivery_id for fact in stated if isinstance(fact, TicketDelivered))) == message.id
    assert sponsor.refused == 0


async def test_the_database_shows_a_partner_its_own_tickets_and_nothing_else(place: Place) -> None:
    async with place.running() as http:
        ticket = await opened(http, place, await place.prize())
        own = await http.get(f"/partner/tickets/{ticket}", headers=place.bearing["sponsor"])
        assert (own.status_code, own.json()["shared"]["name"]) == (200, NAME)
        for look in ("/partner/tickets/{}", "/partner/tickets/{}/updates"):
            said = {"update_id": str(uuid4()), "kind": "resolved"}
            method = "POST" if look.endswith("updates") else "GET"
            answers = [
                await http.request(
                    method,
                    look.format(id_),
                    json=said if method == "POST" else None,
                    headers=place.bearing["rival"],
                )
                for id_ in (ticket, uuid4())
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
        assert (await http.get("/partner/tickets", headers=place.bearing["rival"])).json()["tickets"] == []
        outside = await open_pool(place.outside, schema=SCHEMA, size=1)
        try:
            for audience, count in (("sponsor", 1), ("rival", 0)):
                async with reached(outside, atomic=True) as connection:
                    await connection.execute("select set_config('gehoor.audience', $1, true)", audience)
                    assert await connection.fetchval("select count(*) from view_row") == count
        finally:
            await close_pool(outside)
