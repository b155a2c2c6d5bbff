"""Broker or database away: the house takes in what it can, says what is away, and resumes by itself.

The parts are killed as in a crash, and started again; the services are not touched.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx2
import pytest

from gehoor.cli.installation import SERVICES
from gehoor.cli.journal import read_journal
from gehoor.devstack.server import Server
from gehoor.devstack.stack import say_on_terminal
from gehoor.events.envelope import Recorded
from tests.e2e.house import House
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)

ANSWERED_WITHIN_SECONDS = 12
"""A service that can't reach its database says so within this time, and sooner than a caller gives up."""
WHOLE = {
    "intake.complaint-received.v1",
    "routing.complaint-classified.v1",
    "routing.owner-assigned.v1",
    "sla.deadline-set.v1",
}
"""What the journal tells of every complaint, whatever was away meanwhile."""


@contextmanager
def away(server: Server) -> Iterator[None]:
    """That part crashed, and started again afterwards."""
    server.kill()
    try:
        yield
    finally:
        server.start(say_on_terminal)


@pytest.fixture
async def website(own: House) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {own.installation.keys['website']}"}
    url = own.installation.service("intake").url
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        yield client


async def complain(website: httpx2.AsyncClient, text: str) -> httpx2.Response:
    return await website.post("/v1/complaints", json={"channel": "web", "text": text, "label": "treatment"})


async def readiness(own: House, service: str, role: str = "") -> tuple[int, Mapping[str, Any]]:
    """Whether the service says it is ready, and what it says of each role."""
    url = f"{own.installation.service(service).url}/health/ready" + (f"/{role}" if role else "")
    async with httpx2.AsyncClient(timeout=10) as client:
        answer = await client.get(url)
    return answer.status_code, json.loads(answer.content)["roles"]


async def metric(own: House, service: str, named: str) -> float:
    async with httpx2.AsyncClient(timeout=10) as client:
        shown = (await client.get(f"{own.installation.service(service).url}/metrics")).text
    return max(float(line.rsplit(" ", 1)[1]) for line in shown.splitlines() if line.startswith(named))


async def all_ready(own: House) -> bool:
    return [(await readiness(own, service))[0] for service in SERVICES] == [200] * len(SERVICES)


async def untold(own: House, complaints: Sequence[UUID]) -> Mapping[UUID, set[str]]:
    """What the journal does not tell of them yet."""
    told: dict[UUID, set[str]] = {complaint: set() for complaint in complaints}
    there = own.installation
    async for record in read_journal(there.kafka, there.journal):
        if isinstance(record, Recorded) and record.subject in told:
            told[record.subject].add(record.fact.type)
    return {complaint: WHOLE - types for complaint, types in told.items() if not types >= WHOLE}


async def test_without_the_broker_intake_goes_on_accepting_and_all_of_it_arrives_afterwards(
    own: House, website: httpx2.AsyncClient
) -> None:
    with away(own.stack.broker):
        answers = [await complain(website, f"Klacht {number}") for number in range(20)]
        assert {answer.status_code for answer in answers} == {201}

        async def waits() -> bool:
            return await metric(own, "intake", "gehoor_outbox_oldest_seconds") > 2

        assert await until(waits, within=30)

        async def relay_is_red() -> bool:
            return (await readiness(own, "intake", "relay"))[0] == 503

        assert await until(relay_is_red, within=60)
        assert (await readiness(own, "intake", "api"))[0] == 200, "an api is ready when it can store"
        assert (await readiness(own, "intake"))[0] == 503
    complaints = [UUID(answer.json()["id"]) for answer in answers]

    async def arrived() -> bool:
        return not await untold(own, complaints)

    assert await until(arrived, within=90)

    async def well() -> bool:
        return await all_ready(own) and await metric(own, "intake", "gehoor_outbox_oldest_seconds") == 0

    assert await until(well, within=60)


async def test_without_the_database_it_says_so_within_seconds_and_resumes_by_itself(
    own: House, website: httpx2.AsyncClient
) -> None:
    before = await complain(website, "Voor de storing")
    with away(own.stack.database):
        asked = asyncio.get_running_loop().time()
        refused = await complain(website, "Tijdens de storing")
        took = asyncio.get_running_loop().time() - asked
        assert (refused.status_code, refused.json()["code"]) == (503, "away")
        assert int(refused.headers["retry-after"]) >= 1
        assert took < ANSWERED_WITHIN_SECONDS
        for service in SERVICES:
            status, roles = await readiness(own, service, "api")
            assert (status, [vital["well"] for vital in roles["api"].values()].count(False)) == (503, 1), service
            async with httpx2.AsyncClient(timeout=10) as client:
                live = await client.get(f"{own.installation.service(service).url}/health/live")
            assert live.status_code == 200, "a broken database restarts nobody"

    async def accepted() -> bool:
        return (await complain(website, "Na de storing")).status_code == 201

    assert await until(accepted, within=60)
    after = await complain(website, "Erna")
    complaints = [UUID(answer.json()["id"]) for answer in (before, after)]

    async def arrived() -> bool:
        return not await untold(own, complaints)

    assert await until(arrived, within=90)

    async def well() -> bool:
        return await all_ready(own)

    assert await until(well, within=60)
    assert own.count("select count(*) from intake.event where type = 'intake.complaint-received.v1'") >= 3
