"""A service as a process of its own, on real PostgreSQL and Kafka: how it starts, works, and ends."""

import asyncio
import json
import os
import signal
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import create_server
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import httpx2
import pytest
import stamina

from gehoor.runtime.http.keys import issue
from gehoor.runtime.kafka.topics import ensure, journal
from gehoor.runtime.postgres.connecting import close_pool, open_pool
from gehoor.runtime.postgres.keys import PostgresKeys
from gehoor.runtime.postgres.migrating import Home, migrate
from tests.integration.http.serving import NOW

PARTITIONS = 2
ABSENT = "/v1/notes/0192f0c1-0000-7000-8000-000000000000"
WITHIN = 20.0


@dataclass
class Notes:
    """Where the service lives, and what it is told."""

    dsn: str
    env: dict[str, str]
    token: str
    started: list["Process"] = field(default_factory=list)

    async def start(self, role: str, **told: str) -> "Process":
        process = Process(await _spawn(role, self.env | told), self.token)
        self.started.append(process)
        return process

    async def outbox(self) -> int:
        linked = await asyncpg.connect(self.dsn)
        try:
            waiting: int = await linked.fetchval("select count(*) from notes.outbox")
            return waiting
        finally:
            await linked.close()


@dataclass
class Process:
    """One process of it."""

    process: asyncio.subprocess.Process
    token: str
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def address(self) -> str:
        """Where it answers, as its log says."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN):
            async for line in self.process.stdout:
                self.lines.append(json.loads(line))
                if self.lines[-1]["event"] == "answers":
                    return f"http://{self.lines[-1]['address']}"
        raise AssertionError(self.lines)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx2.AsyncClient]:
        bearing = {"Authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(base_url=await self.address(), headers=bearing, trust_env=False) as http:
            yield http

    async def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code and what it said on stderr."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await self.ended()

    async def ended(self) -> tuple[int, str]:
        async with asyncio.timeout(WITHIN):
            out, said = await self.process.communicate()
        self.lines += [json.loads(line) for line in out.splitlines()]
        assert self.process.returncode is not None
        return self.process.returncode, said.decode()


@pytest.fixture
async def notes(database: str, kafka: str) -> AsyncIterator[Notes]:
    """A migrated database and a journal of its own."""
    topic = f"journal-{uuid4().hex}"
    await ensure(kafka, [journal(topic, PARTITIONS)])
    role = f"notes_{uuid4().hex[:8]}"
    parts = urlsplit(database)
    dsn = urlunsplit(parts._replace(netloc=f"{role}:secret@{parts.hostname}:{parts.port}"))
    await migrate(database, [Home("notes", dsn, keeps_keyring=True)])
    key, token = issue("tests", {"notes:read", "notes:write"}, NOW)
    pool = await open_pool(dsn, schema="notes", size=1)
    await PostgresKeys(pool).add(key)
    await close_pool(pool)
    env = {
        "GEHOOR_DSN": dsn,
        "GEHOOR_KAFKA": kafka,
        "GEHOOR_JOURNAL": topic,
        "GEHOOR_PARTITIONS": str(PARTITIONS),
        "GEHOOR_KEYRING_SCHEMA": "notes",
        "GEHOOR_INSTALLATION_KEY": b64encode(bytes(32)).decode(),
    }
    notes = Notes(dsn, env, token)
    yield notes
    for one in notes.started:
        print(await one.end(signal.SIGKILL), one.lines)  # noqa: T201 - shown where the test fails


async def _spawn(role: str, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.running.notes",
        role,
        env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | dict(env),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


class NotYetError(Exception):
    """What is waited for is not there."""


async def seen(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so, within a bound."""
    async for attempt in stamina.retry_context(
        NotYetError, attempts=None, timeout=WITHIN, wait_initial=0.05, wait_max=0.2
    ):
        with attempt:
            if not await look():
                raise NotYetError


async def ready(http: httpx2.AsyncClient, path: str = "/health/ready", status: int = 200) -> None:
    async def so() -> bool:
        return (await http.get(path)).status_code == status

    await seen(so)


async def emptied(notes: Notes) -> None:
    async def so() -> bool:
        return await notes.outbox() == 0

    await seen(so)


async def test_all_of_it_takes_in_relays_and_stops_in_order(notes: Notes) -> None:
    process = await notes.start("all")
    async with process.client() as http:
        await ready(http)
        answer = await http.post("/v1/notes", json={"label": "a"})
        assert answer.status_code == 201
        shown = await http.get(f"/v1/notes/{answer.json()['id']}")
        assert shown.json() == ["a"]
        told = (await http.get("/metrics")).text
        assert 'gehoor_facts_recorded_total{type="notes.note-kept.v1"} 1.0' in told
    code, said = await process.end()
    assert (code, said) == (0, "")
    assert await notes.outbox() == 0
    assert {"event": "asked to stop", "signal": "SIGTERM"}.items() <= process.lines[-1].items()


async def test_an_api_takes_in_while_the_broker_is_away_and_says_so(notes: Notes) -> None:
    away = await notes.start("all", GEHOOR_KAFKA="127.0.0.1:1")
    async with away.client() as http:
        await ready(http, "/health/ready/api")
        assert (await http.post("/v1/notes", json={"label": "a"})).status_code == 201
        await ready(http, status=503)
        assert (await http.get("/health/ready/api")).status_code == 200
    assert (await away.end())[0] == 0
    assert await notes.outbox() == 1
    back = await notes.start("relay")
    await back.address()
    await emptied(notes)


async def test_roles_apart_do_the_same(notes: Notes) -> None:
    api, relay = await notes.start("api"), await notes.start("relay")
    async with api.client() as http, relay.client() as health:
        await ready(http)
        assert (await http.post("/v1/notes", json={"label": "a"})).status_code == 201
        await emptied(notes)
        assert (await health.get("/health/live")).status_code == 200
        assert (await health.post("/v1/notes", json={"label": "a"})).status_code == 404


async def test_a_request_under_way_is_answered_before_it_ends(notes: Notes) -> None:
    process = await notes.start("api")
    address = urlsplit(await process.address())
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    # Waits half a second for a note that nobody has heard of, and is asked to stop meanwhile.
    writer.write(f"GET {ABSENT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {notes.token}\r\n\r\n".encode())
    await writer.drain()
    ending = asyncio.create_task(process.end())
    assert b" 409 " in await reader.readline()
    writer.close()
    assert (await ending)[0] == 0


async def test_what_it_was_not_told_is_named() -> None:
    process = Process(await _spawn("api", {"GEHOOR_PORT": "many"}), "")
    code, said = await process.ended()
    assert code == 2
    assert "GEHOOR_DSN: Field required" in said
    assert "GEHOOR_PORT" in said
    assert "many" not in said


async def test_a_database_that_is_not_there_is_named(notes: Notes) -> None:
    dsn = "postgresql://notes:secret@127.0.0.1:1/notes"
    process = await notes.start("api", GEHOOR_DSN=dsn, GEHOOR_START_WITHIN="PT1S")
    code, said = await process.ended()
    assert code == 1
    assert said.startswith("gehoor-notes: no answer from the database at 127.0.0.1:1")
    assert "secret" not in said
    assert "waiting for the database" in {line["event"] for line in process.lines}


async def test_a_database_without_tables_says_what_to_do(database: str, notes: Notes) -> None:
    linked = await asyncpg.connect(database)
    await linked.execute("drop schema notes cascade")
    await linked.close()
    code, said = await (await notes.start("api")).ended()
    assert code == 1
    assert "run `gehoor prepare`" in said


async def test_a_port_that_is_taken_is_named(notes: Notes) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = await (await notes.start("api", GEHOOR_PORT=str(port))).ended()
    assert (code, said) == (1, f"gehoor-notes: can't listen on 127.0.0.1:{port}: Address already in use\n")


async def test_help_tells_the_roles_and_the_settings() -> None:
    process = Process(await _spawn("--help", {}), "")
    assert process.process.stdout is not None
    out, _ = await process.process.communicate()
    assert process.process.returncode == 0
    assert b"relay" in out
    assert b"GEHOOR_INSTALLATION_KEY" in out
