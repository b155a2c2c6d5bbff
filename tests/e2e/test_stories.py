"""The stories through HTTP, mail and Kafka with all services running: what the journal tells, and what is known after.

S9 and S1 are those of the demonstration; S3, S8 and S6 stand in `stories/`.
"""

import json
from collections.abc import Sequence
from typing import TypeVar

import httpx2
import pytest

from gehoor.cli.asking import Desk
from gehoor.cli.servers import PartnerServer
from gehoor.cli.stories import mortgage, prize
from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Acknowledged,
    Closed,
    ComplaintReceived,
    ContactRecorded,
    FinalResponseSent,
    PromiseMade,
    ReporterThanked,
    ReportHandled,
    ReportReceived,
)
from gehoor.events.routing import OwnerAccepted, OwnerAssigned
from gehoor.events.sla import DeadlineMet, DeadlineMissed, DeadlineSet, EscalationDelivered, EscalationRaised
from gehoor.events.terms import ClockKind, Direction, Judgement, Step
from tests.e2e import tables
from tests.e2e.house import House
from tests.e2e.playing import Journal, Played
from tests.e2e.stories import pen, typo
from tests.e2e.told import Cell, missing

F = TypeVar("F", bound=Fact)

pytestmark = pytest.mark.timeout(300)
"""The stories take a minute, and whoever asks first waits for them."""


def facts(events: Sequence[Recorded], type_: type[F]) -> list[F]:
    return [event.fact for event in events if isinstance(event.fact, type_)]


def owners(events: Sequence[Recorded]) -> list[str]:
    """Who was accountable, one after the other."""
    owned = ComplaintReceived | OwnerAssigned | OwnerAccepted
    return [event.fact.desk for event in events if isinstance(event.fact, owned)]


@pytest.mark.parametrize(
    ("story", "table"),
    [
        ("mortgage", tables.MORTGAGE),
        ("prize", tables.PRIZE),
        ("counter", tables.COUNTER),
        ("pen", tables.PEN),
    ],
)
def test_the_journal_tells_the_story_as_its_table_does(
    story: str, table: Sequence[Cell], played: Played, journal: Journal
) -> None:
    assert missing(journal[getattr(played, story)], table) is None


def test_the_journal_tells_of_the_report_that_is_handled_as_its_table_does(played: Played, journal: Journal) -> None:
    assert missing(journal[played.typo[0]], tables.TYPO) is None


# --- S9 · The call that never came -----------------------------------------------------------------------------------


async def test_the_mortgage_took_four_contacts_and_three_promises_of_which_none_was_kept(
    house: House, played: Played, journal: Journal
) -> None:
    async with Desk(house.installation, "front-line") as desk:
        dossier = await desk.get("intake", f"/complaints/{played.mortgage}")
    contacts = facts(journal[played.mortgage], ContactRecorded)
    assert sum(contact.direction is Direction.IN for contact in contacts) == 4
    assert [(promise["standing"], promise["missed"]) for promise in dossier["promises"]] == [("released", True)] * 3
    assert Step.FIXED not in contacts[0].steps, "what was fixed was not fixed in the first contact"
    assert dossier["cause"] == "old contracts are not unlinked"


async def test_the_mortgage_is_never_without_an_owner_and_is_handed_over_once_and_warm(
    house: House, played: Played, journal: Journal
) -> None:
    assert owners(journal[played.mortgage]) == ["front-line", "front-line", "back-office"]
    async with Desk(house.installation, "back-office") as desk:
        owner = await desk.get("routing", f"/complaints/{played.mortgage}/owner")
    assert (owner["desk"], owner["person"], owner["hand_off"], owner["referrals"]) == ("back-office", "st_esra", 1, 0)


def test_each_missed_call_is_escalated_one_level_higher_than_the_one_before(played: Played, journal: Journal) -> None:
    misses = facts(journal[played.mortgage], DeadlineMissed)
    first_asked: dict[object, int] = {}
    for raised in facts(journal[played.mortgage], EscalationRaised):
        first_asked.setdefault(raised.clock_id, raised.level)
    assert [first_asked[miss.clock_id] for miss in misses] == [1, 2, 3]


@pytest.mark.parametrize("story", ["mortgage", "prize"])
def test_every_escalation_arrives_in_its_addressees_mailbox(
    story: str, house: House, played: Played, journal: Journal
) -> None:
    told = journal[getattr(played, story)]
    (reference,) = [received.reference for received in facts(told, ComplaintReceived)]
    delivered = {fact.delivery_id for fact in facts(told, EscalationDelivered)}
    arrived = 0
    for raised in facts(told, EscalationRaised):
        address = "deputies" if raised.addressee == "deputy" else raised.addressee
        mails = [house.stack.drop.message(mail) for mail in house.mails(f"{address}@complaints.example")]
        assert any(mail["X-Gehoor-Reference"] == reference for mail in mails), raised
        arrived += 1
    assert arrived
    assert len(delivered) == arrived


async def test_whoever_picks_up_the_mortgage_sees_what_was_said_before(house: House, played: Played) -> None:
    async with Desk(house.installation, "back-office") as desk:
        dossier = await desk.get("intake", f"/complaints/{played.mortgage}")
    said = json.dumps(dossier, ensure_ascii=False)
    assert mortgage.TEXT in said
    assert mortgage.AGAIN in said
    assert mortgage.ADDRESS in said
    assert [fact["type"] for fact in dossier["story"]][-1] == "intake.cause-recorded.v1"


# --- S1 · The prize that never came ----------------------------------------------------------------------------------


def test_the_prize_is_never_anybody_elses_to_answer_for(played: Played, journal: Journal) -> None:
    assert owners(journal[played.prize]) == ["front-line", "audience"]
    assert [closed.by for closed in facts(journal[played.prize], Closed)] == ["st_farid"]


def test_the_sponsor_sees_name_address_and_prize_and_nothing_else_of_the_winner(house: House, played: Played) -> None:
    came = httpx2.get(f"{PartnerServer(house.folder, '').url}/received").json()
    words = json.dumps(came["received"], ensure_ascii=False)
    assert came["refused"] == 0
    assert prize.NAME in words
    assert prize.HOME in words
    assert prize.PRIZE in words
    assert prize.ADDRESS not in words
    assert prize.TEXT not in words
    assert str(played.prize) not in words
    assert all(message["times"] == 1 for message in came["received"])


async def test_the_sponsors_record_is_one_ticket_late_disputed_and_reminded_twice(house: House, played: Played) -> None:
    async with Desk(house.installation, "audience") as desk:
        tickets = await desk.get("partner-escalation", "/tickets", complaint=str(played.prize))
    (ticket,) = tickets["tickets"]
    assert (ticket["stage"], ticket["late"], ticket["disputes"], ticket["reminders"]) == ("accepted", True, 1, 2)
    kept = {name: played.record[name] for name in ("tickets", "late", "disputed", "reminders", "accepted", "open")}
    assert kept == {"tickets": 1, "late": 1, "disputed": 1, "reminders": 2, "accepted": 1, "open": 0}


async def test_the_sponsor_reads_its_ticket_but_not_the_winner_once_it_is_over(house: House, played: Played) -> None:
    async with Desk(house.installation, "audience") as desk:
        (ours,) = (await desk.get("partner-escalation", "/tickets", complaint=str(played.prize)))["tickets"]
    async with Desk(house.installation, "sponsor") as sponsor:
        told = await sponsor.get("partner-escalation", f"/partner/tickets/{ours['ticket_id']}")
    assert str(played.prize) not in json.dumps(told)
    assert told["shared"] == {}
    assert [update["words"] for update in told["updates"]] == [None, prize.FIRST_WORD, prize.SECOND_WORD]


# --- S3 · The typo ---------------------------------------------------------------------------------------------------


def test_twenty_readers_of_one_line_are_one_report_to_handle_and_twenty_thanked(
    house: House, played: Played, journal: Journal
) -> None:
    first, *others = played.typo
    assert len(others) == typo.READERS - 1
    assert {report.same_as for one in others for report in facts(journal[one], ReportReceived)} == {first}
    assert {report.handled_with for one in others for report in facts(journal[one], ReportHandled)} == {first}
    assert all(len(facts(journal[one], ReportHandled)) == 1 for one in played.typo)
    assert all(len(facts(journal[one], ReporterThanked)) == 1 for one in played.typo)
    assert [len(house.mails(typo.address(reader))) for reader in range(typo.READERS)] == [1] * typo.READERS


def test_reports_of_one_line_are_no_complaint_and_have_one_clock_together(played: Played, journal: Journal) -> None:
    told = [event for report in played.typo for event in journal[report]]
    assert not facts(told, ComplaintReceived)
    assert not facts(told, Acknowledged)
    assert [clock.kind for clock in facts(told, DeadlineSet)] == [ClockKind.REPORT]
    assert not facts(told, DeadlineMissed)


# --- S8 · The other counter ------------------------------------------------------------------------------------------


async def test_who_is_sent_to_another_counter_is_still_ours_to_answer(
    house: House, played: Played, journal: Journal
) -> None:
    assert owners(journal[played.counter]) == ["front-line", "front-line", "coordinator"]
    assert not facts(journal[played.counter], Closed)
    async with Desk(house.installation, "operator") as operator:
        dossier = await operator.get("intake", f"/complaints/{played.counter}")
        owner = await operator.get("routing", f"/complaints/{played.counter}/owner")
        clocks = await operator.get("sla", f"/complaints/{played.counter}/clocks")
    assert (dossier["status"], owner["desk"], owner["referrals"], owner["stage"]) == ("open", "coordinator", 2, "open")
    (resolution,) = [clock for clock in clocks["clocks"] if clock["kind"] == "resolution"]
    assert resolution["over_at"] is None


# --- S6 · The pen ----------------------------------------------------------------------------------------------------


def test_a_vague_promise_is_caught_before_it_goes_out_and_its_writer_told_what_would_be_possible(
    house: House, played: Played, journal: Journal
) -> None:
    assert (played.caught["status"], played.caught["code"]) == (409, "vague-promise")
    assert [possible.split()[0] for possible in played.caught["possible"]] == ["say", "say"]
    assert pen.VAGUE not in json.dumps(played.caught, ensure_ascii=False)
    assert len(facts(journal[played.pen], ContactRecorded)) == 3
    assert not any(pen.VAGUE in str(house.stack.drop.message(mail)) for mail in house.mails(pen.ADDRESS))


def test_sorry_changes_no_judgement_and_a_clear_no_keeps_the_promise_of_an_answer(
    played: Played, journal: Journal
) -> None:
    told = journal[played.pen]
    assert [contact.out_of_order for contact in facts(told, ContactRecorded)] == [True, False, False]
    assert any(Step.APOLOGISED in contact.steps for contact in facts(told, ContactRecorded))
    assert [response.judgement for response in facts(told, FinalResponseSent)] == [Judgement.UNFOUNDED]
    assert len(facts(told, PromiseMade)) == 1
    assert ClockKind.PROMISE in {clock.kind for clock in facts(told, DeadlineMet)}
    assert not facts(told, EscalationRaised)


@pytest.mark.usefixtures("played")
def test_who_complained_by_mail_is_acknowledged_by_mail_without_repeating_a_word(house: House) -> None:
    (acknowledgement,) = [house.stack.drop.message(mail) for mail in house.mails(pen.ADDRESS)]
    assert acknowledgement["Auto-Submitted"] == "auto-generated"
    assert acknowledgement["Subject"].startswith("We hebben uw klacht [")
    assert pen.TEXT.strip() not in acknowledgement.get_content()
