"""Nothing personal stands anywhere in clear; and of an erased person nothing can be read any more."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from gehoor.cli.asking import Desk
from gehoor.cli.prepare import PARTITIONS
from gehoor.cli.stories import mortgage, prize
from gehoor.cli.stories.stage import Stage
from gehoor.cli.watching import Watch
from gehoor.events.intake import Acknowledged, ContactRecorded, MessageDelivered
from gehoor.events.partner import TicketDelivered, TicketResolved
from gehoor.events.routing import OwnerAssigned
from tests.e2e.house import DAY, House
from tests.e2e.playing import Journal, Played
from tests.e2e.searching import found
from tests.e2e.stories import counter, pen, typo
from tests.waiting import until

pytestmark = pytest.mark.timeout(300)

SAID = (
    *(mortgage.NAME, mortgage.ADDRESS, "+3292252525", mortgage.PHONE, mortgage.TEXT, mortgage.AGAIN, mortgage.CONTEXT),
    *(prize.NAME, prize.ADDRESS, prize.HOME, prize.TEXT, prize.ASKED, prize.FIRST_WORD, prize.SECOND_WORD),
    *(typo.NAME, typo.address(0), typo.TEXT, typo.SELECTION, typo.NOTE),
    *(counter.NAME, counter.ADDRESS, counter.TEXT, counter.CRECHE, counter.TOWN_HALL),
    *(pen.NAME, pen.ADDRESS, pen.SUBJECT, pen.TEXT.strip(), pen.VAGUE, pen.PROMISE, pen.NO, pen.SORRY),
    mortgage.MAIL.partition("\n")[0],
)
"""What customers, staff and the sponsor were called and said in the stories."""


def test_no_word_of_the_stories_stands_in_kafka_the_databases_or_the_logs(
    house: House, played: Played, journal: Journal
) -> None:
    assert found(house, SAID) == {}
    known = found(house, [str(played.mortgage), "owner-assigned"])
    assert {"kafka", "database", "dump"} <= set(known), "what is not sealed is found by the same search"
    assert "logs" in found(house, [house.installation.keys["website"].split("_")[1]])
    assert journal[played.prize][0].fact.model_dump()["name"]


async def test_what_other_systems_sent_in_clear_is_purged_once_it_was_taken_in(house: House, played: Played) -> None:
    """The broker says so of its records; their words leave its disk with the segment they stand in."""
    assert played.subjects
    consumer = AIOKafkaConsumer(bootstrap_servers=house.installation.kafka)
    await consumer.start()
    try:
        partitions = [TopicPartition(house.installation.inbound, number) for number in range(PARTITIONS)]

        async def purged() -> bool:
            ends = await consumer.end_offsets(partitions)
            return any(ends.values()) and await consumer.beginning_offsets(partitions) == ends

        assert await until(purged, within=90)
    finally:
        await consumer.stop()


# --- one person, erased ----------------------------------------------------------------------------------------------

MARK = "Zoetemelk"
"""Stands in every word of this person's story, and nowhere else."""


@dataclass(frozen=True)
class Erasing:
    """Those who act, and the complaint."""

    stage: Stage
    complaint: UUID
    ticket: UUID
    reference: str

    async def seen(self) -> dict[str, Any]:
        """All that the APIs tell of it, by who asks."""
        desks = self.stage.desks
        return {
            "dossier": await desks["audience"].get("intake", f"/complaints/{self.complaint}"),
            "owner": await desks["audience"].get("routing", f"/complaints/{self.complaint}/owner"),
            "ticket": await desks["audience"].get("partner-escalation", f"/tickets/{self.ticket}"),
            "partner": await desks["sponsor"].get("partner-escalation", f"/partner/tickets/{self.ticket}"),
        }


def address(person: str) -> str:
    return f"{MARK.lower()}.{person}@klant.example"


@pytest.fixture
async def erasing(house: House, played: Played) -> AsyncIterator[Erasing]:
    """A person of whom every private field of a complaint's life says something."""
    assert played.subjects
    there, person = house.installation, uuid4().hex[:8]
    async with AsyncExitStack() as open_:
        watch = await open_.enter_async_context(Watch(there))
        desks = {holder: await open_.enter_async_context(Desk(there, holder)) for holder in there.keys}
        stage = Stage(desks, watch, DAY, house.stack.drop)
        yield await _lived(stage, person)


async def _lived(stage: Stage, person: str) -> Erasing:
    attachment = {"name": f"{MARK}.txt", "media_type": "text/plain", "base64": b64encode(MARK.encode()).decode()}
    complaint = await stage.complain(
        "website",
        "erased",
        channel="web",
        subject=f"{MARK} schrijft",
        text=f"{MARK} won de hoofdprijs.",
        name=f"Joop {MARK}",
        remedy=f"De fiets van {MARK}",
        contact_points=[
            {"kind": "email", "address": address(person)},
            {"kind": "post", "address": f"{MARK}straat 1, 9000 Gent"},
        ],
        label="prijs",
        attachments=[attachment],
    )
    await stage.watch.fact(complaint, OwnerAssigned, lambda owner: owner.desk == "audience")
    await stage.watch.fact(complaint, MessageDelivered)
    await _answered(stage, complaint, person)
    audience = stage.desks["audience"]
    ours = {"desk": "audience", "by": "st_farid"}
    ask = {**ours, "partner": "sponsor", "asked": f"Vraag van {MARK}", "details": {"prize": f"fiets {MARK}"}}
    ticket = UUID((await audience.post("partner-escalation", f"/complaints/{complaint}/tickets", ask))["ticket_id"])
    await stage.watch.fact(complaint, TicketDelivered)
    update = {"update_id": str(uuid4()), "kind": "resolved", "words": f"Gebracht bij {MARK}"}
    await stage.desks["sponsor"].post("partner-escalation", f"/partner/tickets/{ticket}/updates", update)
    await stage.watch.fact(complaint, TicketResolved)
    dispute = {**ours, "why": f"{MARK} heeft niets"}
    await audience.post("partner-escalation", f"/tickets/{ticket}/dispute", dispute)
    told = {"direction": "in", "channel": "phone", "note": f"{MARK} belde", "by": "st_farid"}
    promised = {"kind": "answer", "what": f"Wij bellen {MARK}", "until": "2030-01-01T10:00:00Z"}
    await stage.contact("audience", complaint, **told, promises=[promised])
    referral = {"whither": "inside", "warmth": "cold", "to": f"De neef van {MARK}", "by": "st_farid"}
    await audience.post("intake", f"/complaints/{complaint}/referral", referral)
    transfer = {**ours, "to_desk": "back-office", "warmth": "warm", "context": f"{MARK} is boos"}
    await audience.post("routing", f"/complaints/{complaint}/transfer", transfer)
    feedback = {"rating": 2, "words": f"{MARK} is niet tevreden", "by": "st_farid"}
    await audience.post("intake", f"/complaints/{complaint}/feedback", feedback)
    dossier = await audience.get("intake", f"/complaints/{complaint}")
    return Erasing(stage, complaint, ticket, dossier["reference"])


async def _answered(stage: Stage, complaint: UUID, person: str) -> None:
    """A mail of the person's, in the thread of our acknowledgement."""
    await stage.watch.fact(complaint, Acknowledged)
    dossier = await stage.desks["audience"].get("intake", f"/complaints/{complaint}")
    ours = await stage.mail_to(address(person), about=dossier["reference"])
    mail = _reply(ours, person)
    told = await stage.desks["website"].send("intake", "/mails", mail.as_bytes(), "message/rfc822")
    assert (told["id"], told["became"]) == (str(complaint), "contact")
    await stage.watch.fact(complaint, ContactRecorded)


def _reply(to: EmailMessage, person: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Joop {MARK} <{address(person)}>"
    mail["Subject"] = f"Re: {to['Subject']}"
    mail["Message-ID"] = f"<{uuid4().hex}@klant.example>"
    mail["In-Reply-To"] = to["Message-ID"]
    mail.set_content(f"{MARK} wacht nog altijd.\n")
    return mail


async def test_of_an_erased_person_no_view_dossier_or_timeline_says_a_word_any_more(
    house: House, erasing: Erasing
) -> None:
    before = await erasing.seen()
    assert [who for who, told in before.items() if MARK in json.dumps(told)] == list(before)
    assert MARK in house.gehoor("timeline", str(erasing.complaint)).stdout
    (attachment,) = before["dossier"]["story"][0]["attachments"]
    intake, path = erasing.stage.desks["audience"], f"/complaints/{erasing.complaint}"
    points = before["dossier"]["contact_points"]
    (email,) = [point["address"] for point in points if point["kind"] == "email"]
    looked_up = {"kind": "email", "address": email}
    assert (await intake.post("intake", "/candidates", looked_up))["candidates"]

    erased = house.gehoor("erase", erasing.reference, "--yes", "--json")
    assert erased.returncode == 0, erased.stderr
    assert json.loads(erased.stdout)["waiting_for"] == []
    assert found(house, [MARK, MARK.lower()]) == {}

    after = await erasing.seen()
    assert [who for who, told in after.items() if MARK.lower() in json.dumps(told).lower()] == []
    assert "erased" in after["dossier"]["story"][0]["text"]
    assert after["dossier"]["erased"]
    assert after["owner"]["desk"] == before["owner"]["desk"], "who answers for it stays"
    assert [fact["type"] for fact in before["dossier"]["story"]] == [
        fact["type"] for fact in after["dossier"]["story"][: len(before["dossier"]["story"])]
    ]
    timeline = house.gehoor("timeline", str(erasing.complaint)).stdout
    assert MARK.lower() not in timeline.lower()
    assert "[erased]" in timeline
    assert (await intake.post("intake", "/candidates", looked_up))["candidates"] == []
    kept = house.count(f"select count(*) from intake.blob where subject = '{erasing.complaint}'")  # noqa: S608
    assert kept == 0, attachment
    assert (await erasing.seen())["dossier"] == after["dossier"], f"{path} says the same a second time"
    again = house.gehoor("erase", erasing.reference, "--yes", "--json")
    assert again.returncode == 0, again.stderr
