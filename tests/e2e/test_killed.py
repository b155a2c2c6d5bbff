"""Each service killed in the middle of the stream: whatever was acknowledged is there once, owned, and watched."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from uuid import UUID

import httpx2
import pytest

from gehoor.cli.installation import SERVICES
from gehoor.cli.journal import read_journal
from gehoor.devstack.stack import say_on_terminal
from gehoor.events.envelope import Recorded
from gehoor.events.intake import ComplaintReceived
from gehoor.events.routing import OwnerAssigned
from gehoor.events.sla import DeadlineSet
from gehoor.events.terms import ClockKind
from tests.e2e.house import House
from tests.waiting import until

pytestmark = pytest.mark.timeout(300)

SENDERS = 4
BETWEEN = 25
"""Complaints acknowledged between one kill and the next."""
CLOCKS = {ClockKind.ACKNOWLEDGEMENT, ClockKind.FIRST_ANSWER, ClockKind.RESOLUTION}


class Stream:
    """Somebody who goes on complaining, each time until it is acknowledged."""

    def __init__(self, own: House) -> None:
        self._own = own
        self._numbers = count()
        self._stopped = False
        self.acknowledged: dict[str, UUID] = {}
        """The complaints, by the key they were sent under."""

    async def run(self) -> None:
        """Send until `stop`, several at once."""
        headers = {"Authorization": f"Bearer {self._own.installation.keys['website']}"}
        url = f"{self._own.installation.service('intake').url}/v1"
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
            await asyncio.gather(*(self._send(client) for _ in range(SENDERS)))

    def stop(self) -> None:
        """Send no more."""
        self._stopped = True

    async def acknowledge(self, more: int) -> None:
        """Wait until that many more are acknowledged."""
        wanted = len(self.acknowledged) + more

        async def there() -> bool:
            return len(self.acknowledged) >= wanted

        await until(there, within=90)

    async def _send(self, client: httpx2.AsyncClient) -> None:
        while not self._stopped:
            key = f"killed-{next(self._numbers)}"
            form = {"channel": "system", "text": f"Klacht {key}", "label": "treatment", "channel_id": key}
            self.acknowledged[key] = await self._until_taken(client, key, form)

    async def _until_taken(self, client: httpx2.AsyncClient, key: str, form: Mapping[str, str]) -> UUID:
        async def taken() -> UUID | None:
            try:
                answer = await client.post("/complaints", json=form, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                return None
            return UUID(answer.json()["id"]) if answer.status_code == 201 else None

        complaint = await until(taken, within=90)
        assert complaint is not None
        return complaint


async def told(own: House, complaints: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
    """What the journal tells of them; a record that came twice is one."""
    events: dict[UUID, dict[UUID, Recorded]] = {complaint: {} for complaint in complaints}
    there = own.installation
    async for record in read_journal(there.kafka, there.journal):
        if isinstance(record, Recorded) and record.subject in events:
            events[record.subject][record.id] = record
    return {complaint: list(by_id.values()) for complaint, by_id in events.items()}


async def test_what_was_acknowledged_while_each_service_is_killed_is_there_once_owned_and_watched(own: House) -> None:
    stream = Stream(own)
    sending = asyncio.create_task(stream.run())
    try:
        for service in SERVICES:
            await stream.acknowledge(BETWEEN)
            server = own.server(service)
            await asyncio.to_thread(server.kill)
            if service != "intake":
                await stream.acknowledge(BETWEEN)
            await asyncio.to_thread(server.start, say_on_terminal)
        await stream.acknowledge(BETWEEN)
    finally:
        stream.stop()
        await sending
    complaints = list(stream.acknowledged.values())
    assert len(set(complaints)) == len(complaints) > len(SERVICES) * BETWEEN

    async def whole() -> Mapping[UUID, Sequence[Recorded]] | None:
        events = await told(own, complaints)
        unwatched = [
            complaint
            for complaint, story in events.items()
            if {event.fact.kind for event in story if isinstance(event.fact, DeadlineSet)} != CLOCKS
            or not any(isinstance(event.fact, OwnerAssigned) for event in story)
        ]
        return None if unwatched else events

    events = await until(whole, within=120)
    assert events is not None
    for complaint, story in events.items():
        facts = Counter(type(event.fact) for event in story)
        assert (facts[ComplaintReceived], facts[OwnerAssigned], facts[DeadlineSet]) == (1, 1, len(CLOCKS)), complaint
    received = "select count(*) from intake.event where type = 'intake.complaint-received.v1'"
    assert own.count(received) == len(complaints), "nothing that was not acknowledged is there either"
    audited = own.gehoor("audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert own.gehoor("parked", "list").returncode == 0
