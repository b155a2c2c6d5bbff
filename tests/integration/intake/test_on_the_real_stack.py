"""Intake as a process of its own, on real PostgreSQL, Kafka and SMTP, killed without a warning."""

import asyncio
import json
import os
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from gehoor.devstack import Stack
from gehoor.events.envelope import Recorded, from_record
from gehoor.runtime.http.keys import issue
from gehoor.runtime.kafka.topics import ensure, inbound, journal
from gehoor.runtime.postgres.connecting import close_pool, open_pool
from gehoor.runtime.postgres.keys import PostgresKeys
from gehoor.runtime.postgres.migrating import Home, migrate
from tests.integration.intake.house import NOW, POLICY, letter

PARTITIONS = 2
WITHIN = 60.0
FORM = {"channel": "web", "text": "Mijn pakje is zoek."}


@dataclass
class Place:
    """Where intake lives."""

    env: dict[str, str]
    bearing: dict[str, str]
    stack: Stack

    @asynccontextmanager
    async def running(self) -> AsyncIterator[httpx2.AsyncClient]:
        """The service, killed at the end without a warning."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gehoor.intake.main", "all"),
            env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | self.env,
            stdout=asyncio.subprocess.PIPE,
        )
        draining: asyncio.Task[Any] | None = None
        try:
            async with asyncio.timeout(WITHIN):
                address = await _address(process)
                draining = asyncio.create_task(process.communicate())
                async with httpx2.AsyncClient(base_url=f"{address}/v1", headers=self.bearing, trust_env=False) as http:
                    yield http
        finally:
            process.kill()
            await (process.communicate() if draining is None else draining)

    async def stated(self, wanted: dict[str, int]) -> list[Recorded]:
        """What is on the journal, once it has so many facts of each type; one that was sent again is the same fact."""
        consumer = AIOKafkaConsumer(
            self.env["GEHOOR_JOURNAL"], bootstrap_servers=self.env["GEHOOR_KAFKA"], auto_offset_reset="earliest"
        )
        await consumer.start()
        found: dict[UUID, Recorded] = {}
        try:
            async with asyncio.timeout(WITHIN):
                async for record in consumer:
                    event = from_record(record.headers, record.value)
                    found[event.id] = event
                    counts = [one.fact.type.split(".")[1] for one in found.values()]
                    if all(counts.count(name) >= count for name, count in wanted.items()):
                        return list(found.values())
        finally:
            await consumer.stop()
        raise AssertionError("the journal ended")

    async def send(self, *values: bytes) -> None:
        """Other systems' messages."""
        producer = AIOKafkaProducer(bootstrap_servers=self.env["GEHOOR_KAFKA"])
        await producer.start()
        headers = [("content-type", b"application/cloudevents+json")]
        for value in values:
            await producer.send_and_wait(self.env["GEHOOR_INBOUND"], value, headers=headers)
        await producer.stop()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        said = json.loads(line)
        if said["event"] == "answers":
            return f"http://{said['address']}"
    raise AssertionError("it ended before it answered")


@pytest.fixture
async def place(database: str, kafka: str, stack: Stack) -> Place:
    """A migrated database and topics of its own."""
    run = uuid4().hex[:8]
    await ensure(kafka, [journal(f"journal-{run}", PARTITIONS), inbound(f"inbound-{run}", PARTITIONS)])
    parts = urlsplit(database)
    dsn = parts._replace(netloc=f"intake_{run}:secret@{parts.hostname}:{parts.port}").geturl()
    await migrate(database, [Home("intake", dsn, keeps_keyring=True)])
    key, token = issue("tests", {"intake:read", "intake:write", "intake:erase"}, NOW)
    pool = await open_pool(dsn, schema="intake", size=1)
    await PostgresKeys(pool).add(key)
    await close_pool(pool)
    env = {
        "GEHOOR_DSN": dsn,
        "GEHOOR_KAFKA": kafka,
        "GEHOOR_JOURNAL": f"journal-{run}",
        "GEHOOR_INBOUND": f"inbound-{run}",
        "GEHOOR_PARTITIONS": str(PARTITIONS),
        "GEHOOR_INSTALLATION_KEY": b64encode(bytes(32)).decode(),
        "GEHOOR_POLICY": str(POLICY),
        "GEHOOR_SMTP": stack.smtp,
    }
    return Place(env, {"Authorization": f"Bearer {token}"}, stack)


def event(id_: str) -> bytes:
    """A complaint that a web shop sends."""
    said = {"specversion": "1.0", "id": id_, "source": "/shop", "type": "gehoor.complaint.v1", "data": FORM}
    return json.dumps(said).encode()


async def test_what_was_accepted_is_on_the_journal_once_although_the_process_is_killed(place: Place) -> None:
    mail = letter("Mijn pakje is er niet.", From="els@real.example.org")
    async with place.running() as http:
        keyed = {"Idempotency-Key": "one"}
        first = await http.post("/complaints", json=FORM, headers=keyed)
        posted = await http.post("/mails", content=mail.as_bytes(), headers={"Content-Type": "message/rfc822"})
        assert (first.status_code, posted.status_code) == (201, 201)
        await place.send(event("1"), b"garbage", event("2"), event("1"))
        await place.stated({"complaint-received": 4, "message-delivered": 1})
    async with place.running() as http:
        again = await http.post("/complaints", json=FORM, headers=keyed)
        assert again.json() == first.json()
        doubled = await http.post("/mails", content=mail.as_bytes(), headers={"Content-Type": "message/rfc822"})
        assert doubled.json() == posted.json()
        await place.send(event("2"), event("3"))
        told = await place.stated({"complaint-received": 5, "acknowledged": 5})
    types = [one.fact.type for one in told]
    assert types.count("intake.complaint-received.v1") == 5
    assert types.count("intake.message-delivered.v1") == 1
    delivered = [mail for mail in place.stack.drop.mails() if "els@real.example.org" in mail.recipients]
    assert len(delivered) == 1


async def test_an_erased_person_is_gone_although_the_process_is_killed_right_after(place: Place) -> None:
    body = {**FORM, "name": "Els Vermeulen", "attachments": [{"media_type": "text/plain", "base64": "UGFramU="}]}
    async with place.running() as http:
        id_ = (await http.post("/complaints", json=body)).json()["id"]
        before = (await http.get(f"/complaints/{id_}")).json()
        assert before["story"][0]["name"] == "Els Vermeulen"
        erasure = await http.post(f"/persons/{before['customer_id']}/erasure", json={"ground": "requested"})
        assert erasure.status_code == 202
    async with place.running() as http:
        await place.stated({"person-erased": 1})
        digest = before["story"][0]["attachments"][0]["digest"]
        while (after := (await http.get(f"/complaints/{id_}")).json())["story"][0]["name"] == "Els Vermeulen":
            assert after["erased"]
        assert "Vermeulen" not in str(after)
        assert (await http.get(f"/complaints/{id_}/attachments/{digest}")).status_code == 404
