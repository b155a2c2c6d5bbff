"""Garbage on either topic: parked with its reason, consumption goes on, and the operator can mend it."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from gehoor.cli.asking import Desk
from gehoor.cli.watching import Watch
from gehoor.events.intake import ComplaintReceived, ContactRecorded, Withdrawn
from gehoor.events.routing import OwnerAssigned
from gehoor.runtime.ports import Message
from tests.e2e.house import House
from tests.e2e.sending import Sender
from tests.waiting import until, until_true

Headers = Sequence[tuple[str, bytes]]
LISTENING = ("intake", "routing", "sla", "partner-escalation")
MEGABYTE = b"x" * 1_000_000


@dataclass(frozen=True)
class Site:
    """Where garbage is thrown: somebody who writes to Kafka, staff, and the journal to see what follows."""

    sender: Sender
    desk: Desk
    watch: Watch

    async def complaint(self) -> UUID:
        """A good complaint, with an owner."""
        form = {"channel": "phone", "text": "Niemand luistert.", "label": "treatment", "by": "st_anouk"}
        complaint = UUID((await self.desk.post("intake", "/complaints", form))["id"])
        await self.watch.fact(complaint, OwnerAssigned)
        return complaint


@pytest.fixture
async def site(own: House) -> AsyncIterator[Site]:
    there = own.installation
    async with AsyncExitStack() as open_:
        watch = await open_.enter_async_context(Watch(there))
        sender = await open_.enter_async_context(Sender(there, watch))
        yield Site(sender, await open_.enter_async_context(Desk(there, "front-line")), watch)


def headers(subject: UUID, type_: str, **changed: str) -> Headers:
    """The headers of a fact of that type about that subject, as intake would write them."""
    service = type_.partition(".")[0]
    named = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": f"/gehoor/{service}/complaint-{subject}",
        "type": type_,
        "subject": str(subject),
        "time": "2026-01-05T10:00:00+00:00",
        "recordedtime": "2026-01-05T10:00:00+00:00",
        "sequence": "1",
        "partitionkey": str(subject),
        "causationid": str(uuid4()),
        "correlationid": str(uuid4()),
        **changed,
    }
    return [(f"ce_{name}", value.encode()) for name, value in named.items()]


def listed(own: House) -> Sequence[Mapping[str, Any]]:
    """What `gehoor parked list` shows."""
    shown: Sequence[Mapping[str, Any]] = json.loads(own.gehoor("parked", "list", "--json").stdout)
    return shown


async def read_past(own: House, service: str, message: Message) -> None:
    """Wait until the service has read on from there."""
    schema = service.replace("-", "_")
    sql = f"""select count(*) from {schema}.progress
              where topic = '{message.topic}' and partition = {message.partition} and next_offset > {message.offset}"""  # noqa: S608
    await until_true(lambda: own.count(sql) == 1, within=30)


def where(message: Message) -> str:
    return f"{message.topic}/{message.partition}/{message.offset}"


async def test_garbage_on_the_journal_is_parked_by_who_listens_with_its_reason_and_the_rest_goes_on(
    own: House, site: Site
) -> None:
    """An unknown type is skipped: nobody here listens to it. A newer version of what is listened to is parked."""
    journal, received = own.installation.journal, ComplaintReceived.type
    lost, wrong, newer, foreign = uuid4(), uuid4(), uuid4(), uuid4()
    garbage = {
        "missing": await site.sender.send(journal, b"{}", key=b"nonsense"),
        "malformed": await site.sender.send(journal, MEGABYTE, key=str(lost).encode(), headers=headers(lost, received)),
        "key": await site.sender.send(
            journal, b'{"occurred_at": "2026-01-05T10:00:00Z"}', key=b"else", headers=headers(wrong, Withdrawn.type)
        ),
        "not known": await site.sender.send(
            journal, b"{}", key=str(newer).encode(), headers=headers(newer, "intake.complaint-received.v2")
        ),
        "source": await site.sender.send(
            journal,
            b"{}",
            key=str(foreign).encode(),
            headers=headers(foreign, received, source=f"/gehoor/routing/complaint-{foreign}"),
        ),
    }
    skipped = await site.sender.send(
        journal, MEGABYTE, key=str(uuid4()).encode(), headers=headers(uuid4(), "insights.lesson-learnt.v1")
    )
    for service in LISTENING:
        for message in (*garbage.values(), skipped):
            await read_past(own, service, message)
    await site.complaint()

    parked = listed(own)
    for service in ("routing", "sla", "partner-escalation"):
        reasons = {one["place"]: one["reason"] for one in parked if one["service"] == service}
        for part, message in garbage.items():
            assert part in reasons[where(message)], (service, part)
        assert where(skipped) not in reasons
    ours = {where(message) for message in garbage.values()}
    assert {one["why"] for one in parked if one["place"] in ours} == {"unreadable"}


async def test_what_follows_a_parked_fact_waits_for_it_and_is_drained_in_order(own: House, site: Site) -> None:
    complaint = await site.complaint()
    head = await site.sender.send(
        own.installation.journal,
        b"no JSON",
        key=str(complaint).encode(),
        headers=headers(complaint, ContactRecorded.type),
    )
    await read_past(own, "sla", head)
    promise = {"kind": "call-back", "what": "Wij bellen u.", "until": "2030-01-01T10:00:00Z", "by": "st_anouk"}
    await site.desk.post("intake", f"/complaints/{complaint}/promises", promise)

    held = f"select count(*) from sla.parked where subject = '{complaint}' and why = 'waiting'"  # noqa: S608
    await until_true(lambda: own.count(held) == 1, within=30)
    shown = json.loads(own.gehoor("parked", "show", "sla", where(head), "--json").stdout)
    assert (shown["waiting behind it"], shown["bytes"]) == (1, len(b"no JSON"))

    vain = own.gehoor("parked", "retry", "sla", str(complaint))
    assert (vain.returncode, "0 handled, 2 left" in vain.stdout) == (1, True)
    dropped = own.gehoor("parked", "drop", "sla", where(head), "--because", "a test", "--by", "st_ops", "--yes")
    assert dropped.returncode == 0
    drained = own.gehoor("parked", "retry", "sla", str(complaint))
    assert (drained.returncode, "1 handled" in drained.stdout) == (0, True)

    async def armed() -> bool:
        clocks = await site.desk.get("sla", f"/complaints/{complaint}/clocks")
        return "promise" in [clock["kind"] for clock in clocks["clocks"]]

    assert await until(armed, within=20)


async def test_garbage_from_other_systems_is_parked_sealed_and_the_next_complaint_comes_in(
    own: House, site: Site
) -> None:
    inbound, word = own.installation.inbound, "Wilhelmina-van-de-Velde"

    def event(**changed: str) -> Headers:
        named = {"specversion": "1.0", "id": uuid4().hex, "source": "/tests", "type": "gehoor.complaint.v1", **changed}
        return [(f"ce_{name}", value.encode()) for name, value in named.items()]

    good = json.dumps({"text": word}).encode()
    unknown = json.dumps({"reference": "0000-0000", "direction": "in", "channel": "phone"}).encode()
    garbage = [
        await site.sender.send(inbound, good, partition=0),
        await site.sender.send(inbound, word.encode(), partition=0, headers=event()),
        await site.sender.send(inbound, MEGABYTE, partition=0, headers=event()),
        await site.sender.send(inbound, good, partition=0, headers=event(type="gehoor.rumour.v1")),
        await site.sender.send(inbound, good, partition=0, headers=[*event(), ("ce_id", b"\xff")]),
        await site.sender.send(inbound, unknown, partition=0, headers=event(type="gehoor.contact.v1")),
        await site.sender.send(inbound, None, key=b"nobody", partition=0, headers=event()),
    ]
    id_ = await site.sender.complaint(channel="desk", text="Niemand luistert.", language="nl")
    await site.sender.received(id_)
    for message in garbage:
        await read_past(own, "intake", message)

    parked = {one["place"]: one for one in listed(own) if one["place"].startswith(inbound)}
    assert set(parked) == {where(message) for message in garbage}
    assert {one["why"] for one in parked.values()} == {"unreadable", "refused"}
    assert word not in json.dumps(list(parked.values()))
    shown = own.gehoor("parked", "show", "intake", where(garbage[1]), "--json")
    assert json.loads(shown.stdout)["bytes"] == len(word)
    assert word not in shown.stdout
    assert own.count(f"select count(*) from intake.parked where encode(body, 'escape') like '%{word}%'") == 0  # noqa: S608
    assert own.gehoor("parked", "drop", "intake", where(garbage[0]), "--because", "a test", "--yes").returncode == 0
    assert where(garbage[0]) not in {one["place"] for one in listed(own)}
