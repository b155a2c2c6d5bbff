"""Routing as a process of its own, on real PostgreSQL and Kafka."""

import asyncio
import json
import os
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer

from gehoor.events.envelope import Recorded, Stream, from_record, to_bytes, to_headers, to_json
from gehoor.events.fact import Fact
from gehoor.events.routing import OwnerAssigned
from gehoor.runtime.http.keys import issue
from gehoor.runtime.kafka.producer import KafkaProducer
from gehoor.runtime.kafka.topics import ensure, journal
from gehoor.runtime.ports import Outgoing
from gehoor.runtime.postgres.connecting import close_pool, open_pool
from gehoor.runtime.postgres.keyring import PostgresKeyring
from gehoor.runtime.postgres.keys import PostgresKeys
from gehoor.runtime.postgres.migrating import Home, migrate
from gehoor.runtime.sealing import seal
from tests.integration.routing.house import NOW, POLICY, complaint_received
from tests.waiting import until

WRAPPING = bytes(32)
PARTITIONS = 2
WITHIN = 40.0


@dataclass
class Place:
    """Where routing lives, and intake's side of the journal."""

    env: dict[str, str]
    keyring: PostgresKeyring
    producer: KafkaProducer
    bearing: dict[str, str]
    sequences: dict[UUID, int] = field(default_factory=dict)

    async def state(self, subject: UUID, fact: Fact) -> None:
        """Intake states a fact, sealed as it does."""
        self.sequences[subject] = self.sequences.get(subject, 0) + 1
        id_, stream = uuid4(), Stream("complaint", subject)
        key = (await self.keyring.keys([subject], create=True))[subject]
        event = Recorded(id_, "intake", stream, fact, NOW, id_, id_, self.sequences[subject])
        body = to_bytes(seal(to_json(fact), key, id_))
        await self.producer.send([Outgoing(1, str(subject).encode(), to_headers(event), body, NOW)])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[httpx2.AsyncClient]:
        """The service, killed at the end without a warning."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gehoor.routing.main", "all"),
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

    async def stated(self, count: int) -> list[Fact]:
        """The first so many facts of routing on the journal; one that was sent again is the same fact."""
        consumer = AIOKafkaConsumer(
            self.env["GEHOOR_JOURNAL"], bootstrap_servers=self.env["GEHOOR_KAFKA"], auto_offset_reset="earliest"
        )
        await consumer.start()
        found: dict[UUID, Fact] = {}
        try:
            async with asyncio.timeout(WITHIN):
                async for record in consumer:
                    event = from_record(record.headers, record.value)
                    found |= {event.id: event.fact} if event.service == "routing" else {}
                    if len(found) == count:
                        break
        finally:
            await consumer.stop()
        return list(found.values())


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        said = json.loads(line)
        if said["event"] == "answers":
            return f"http://{said['address']}"
    raise AssertionError("it ended before it answered")


@pytest.fixture
async def place(database: str, kafka: str) -> AsyncIterator[Place]:
    """A migrated database and a journal of its own."""
    topic, run = f"journal-{uuid4().hex}", uuid4().hex[:8]
    await ensure(kafka, [journal(topic, PARTITIONS)])
    parts = urlsplit(database)

    def dsn(service: str) -> str:
        return parts._replace(netloc=f"{service}_{run}:secret@{parts.hostname}:{parts.port}").geturl()

    await migrate(database, [Home("intake", dsn("intake"), keeps_keyring=True), Home("routing", dsn("routing"))])
    key, token = issue("tests", {"routing:read", "routing:write"}, NOW)
    pool = await open_pool(dsn("routing"), schema="routing", size=1)
    await PostgresKeys(pool).add(key)
    await close_pool(pool)
    env = {
        "GEHOOR_DSN": dsn("routing"),
        "GEHOOR_KAFKA": kafka,
        "GEHOOR_JOURNAL": topic,
        "GEHOOR_PARTITIONS": str(PARTITIONS),
        "GEHOOR_INSTALLATION_KEY": b64encode(WRAPPING).decode(),
        "GEHOOR_POLICY": str(POLICY),
    }
    pool, producer = await open_pool(dsn("intake"), schema="intake", size=1), KafkaProducer(kafka, topic)
    yield Place(env, PostgresKeyring(pool, WRAPPING), producer, {"Authorization": f"Bearer {token}"})
    await producer.stop()
    await close_pool(pool)


async def answered(ask: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """Ask again while it has not been heard of, within the bound of whoever runs it."""

    async def heard() -> httpx2.Response | None:
        answer = await ask()
        return None if answer.status_code == 409 else answer

    answer = await until(heard)
    assert answer is not None
    return answer


async def test_an_owner_is_assigned_once_although_the_process_is_killed(place: Place) -> None:
    """A second process reads what the first one acknowledged or not, and goes on where it stopped."""
    first, second = uuid4(), uuid4()
    async with place.running() as http:
        await place.state(first, complaint_received("Ik heb de wedstrijd gewonnen en kreeg niets."))
        shown = await answered(lambda: http.get(f"/v1/complaints/{first}/owner"))
        assert shown.json()["desk"] == "audience"
        assert len(await place.stated(2)) == 2
    async with place.running() as http:
        await place.state(second, complaint_received("Er staat een oude hypotheek in mijn account."))
        shown = await answered(lambda: http.get(f"/v1/complaints/{second}/owner"))
        assert (shown.json()["desk"], shown.json()["category"]) == ("front-line", "mortgage")
        stated = await place.stated(4)
    assert sorted(fact.desk for fact in stated if isinstance(fact, OwnerAssigned)) == ["audience", "front-line"]


async def test_an_absence_is_heard_by_whoever_it_covers(place: Place) -> None:
    """Our own facts come back over the journal, and what follows from them is decided then."""
    id_ = uuid4()
    warm = {"desk": "front-line", "to_desk": "back-office", "warmth": "warm", "context": "Drie keer beloofd."}
    async with place.running() as http:
        await place.state(id_, complaint_received("Er staat een oude hypotheek in mijn account."))
        offered = await answered(lambda: http.post(f"/v1/complaints/{id_}/transfer", json=warm))
        assert offered.status_code == 201, offered.text
        accept = {"desk": "back-office", "by": "st_ben"}
        assert (await http.post(f"/v1/complaints/{id_}/transfer/accept", json=accept)).status_code == 200
        assert (await http.post("/v1/persons/st_ben/absence", json={"desk": "back-office"})).status_code == 200

        async def covered() -> dict[str, Any] | None:
            shown: dict[str, Any] = (await http.get(f"/v1/complaints/{id_}/owner")).json()
            return shown if shown["covered"] else None

        shown = await until(covered)
        assert shown is not None
    assert (shown["person"], shown["covered_by"]) == ("st_ben", None)
