"""Routing as its callers and the journal see it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from gehoor.events.intake import Closed, ReferredElsewhere, ReportReceived
from gehoor.events.private import Private
from gehoor.events.sla import DeadlineMissed, MissReason, Watched
from gehoor.events.terms import ClockId, ClockKind, CloseBasis, Warmth, Whither
from tests.integration.routing.house import NOW, House, complaint_received, house

STORY = "De oude hypotheek staat er nog; drie keer beloofd terug te bellen."
WARM = {"desk": "front-line", "by": "st_anna", "to_desk": "back-office", "warmth": "warm", "context": STORY}
ACCEPTED = {"desk": "back-office", "by": "st_ben"}


@pytest.fixture
async def routing() -> AsyncIterator[House]:
    async with house() as running:
        yield running


@pytest.fixture
async def mortgage(routing: House) -> UUID:
    """A complaint about a mortgage, received at the front line, which keeps it."""
    id_ = uuid4()
    await routing.hear("intake", id_, complaint_received("Er staat een oude hypotheek in mijn account."))
    return id_


async def owner(routing: House, id_: UUID) -> dict[str, object]:
    answer = await routing.http.get(f"/complaints/{id_}/owner")
    assert answer.status_code == 200, answer.text
    shown: dict[str, object] = answer.json()
    return shown


def problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_sealed_complaint_is_read_classified_and_owned(routing: House) -> None:
    id_ = uuid4()
    await routing.hear("intake", id_, complaint_received("Ik heb de wedstrijd gewonnen en kreeg niets."))
    shown = await owner(routing, id_)
    assert (shown["desk"], shown["category"], shown["severity"]) == ("audience", "prize.not-delivered", "high")
    assert await routing.told(id_) == ["routing.complaint-classified.v1", "routing.owner-assigned.v1"]


async def test_the_same_record_twice_has_one_effect(routing: House, mortgage: UUID) -> None:
    routing.sequences.clear()
    await routing.hear("intake", mortgage, complaint_received("Iets over een wedstrijd."))
    assert len(await routing.told(mortgage)) == 2


async def test_a_warm_transfer_from_offer_to_acceptance(routing: House, mortgage: UUID) -> None:
    offered = await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    assert (offered.status_code, offered.json()["offer"], offered.json()["hand_off"]) == (201, 1, 1)

    waiting = (await routing.http.get("/desks/back-office/transfers")).json()["transfers"]
    assert [one["id"] for one in waiting] == [str(mortgage)]
    shown = await owner(routing, mortgage)
    assert shown["desk"] == "front-line"
    assert shown["transfer"]["context"] == STORY  # type: ignore[index]

    accepted = await routing.http.post(f"/complaints/{mortgage}/transfer/accept", json=ACCEPTED)
    assert accepted.json() == {
        "followed": ["routing.owner-accepted.v1"],
        "desk": "back-office",
        "person": "st_ben",
        "hand_off": 1,
    }
    shown = await owner(routing, mortgage)
    assert (shown["desk"], shown["person"], shown["hand_off"], shown["transfer"]) == ("back-office", "st_ben", 1, None)
    assert (await routing.http.get("/desks/back-office/transfers")).json()["transfers"] == []
    owned = (await routing.http.get("/desks/back-office/complaints")).json()["complaints"]
    assert [one["id"] for one in owned] == [str(mortgage)]


async def test_no_word_of_the_story_is_stored_in_clear(routing: House, mortgage: UUID) -> None:
    await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    assert not any(b"hypotheek" in written.body for written in routing.store.written)


async def test_of_an_erased_customer_the_transfer_stays_and_its_words_are_gone(routing: House, mortgage: UUID) -> None:
    await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    await routing.keyring.erase([mortgage], NOW)
    transfer = (await owner(routing, mortgage))["transfer"]
    assert transfer["context"] is None  # type: ignore[index]
    assert transfer["to_desk"] == "back-office"  # type: ignore[index]


async def test_a_declined_transfer_leaves_the_owner(routing: House, mortgage: UUID) -> None:
    await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    said = {"desk": "back-office", "by": "st_ben", "why": "Niet ons contract."}
    declined = await routing.http.post(f"/complaints/{mortgage}/transfer/decline", json=said)
    assert declined.json() == {"followed": ["routing.transfer-declined.v1"]}
    assert (await owner(routing, mortgage))["desk"] == "front-line"


async def test_a_transfer_whose_clock_ran_out_expires(routing: House, mortgage: UUID) -> None:
    await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    missed = DeadlineMissed(
        occurred_at=NOW,
        clock_id=ClockId(uuid4()),
        kind=ClockKind.TRANSFER,
        desk="back-office",
        due=NOW,
        reason=MissReason.DUE_PASSED,
        miss=1,
        fired_late_seconds=0,
        watches=Watched(offer=1),
    )
    await routing.hear("sla", mortgage, missed)
    assert (await routing.told(mortgage))[-1] == "routing.transfer-expired.v1"
    assert (await owner(routing, mortgage))["transfer"] is None


async def test_the_second_referral_brings_it_to_the_coordinator(routing: House, mortgage: UUID) -> None:
    referred = ReferredElsewhere(occurred_at=NOW, whither=Whither.OUTSIDE, warmth=Warmth.COLD, by="st_anna")
    await routing.hear("intake", mortgage, referred)
    assert (await owner(routing, mortgage))["desk"] == "front-line"
    await routing.hear("intake", mortgage, referred)
    shown = await owner(routing, mortgage)
    assert (shown["desk"], shown["referrals"], shown["hand_off"]) == ("coordinator", 2, 1)
    assert (await routing.told(mortgage))[-2:] == ["routing.hand-off-limit-reached.v1", "routing.owner-assigned.v1"]


async def test_a_report_goes_to_the_newsroom(routing: House) -> None:
    id_ = uuid4()
    report = ReportReceived(
        occurred_at=NOW,
        reference="ABCD-EFG1",
        desk="front-line",
        page=Private("https://example.org/nieuws/42"),
        spot="sha256:" + "0" * 64,
        text=Private("dt-fout"),
        language="nl",
    )
    await routing.hear("intake", id_, report)
    assert (await owner(routing, id_))["desk"] == "newsroom"
    assert await routing.told(id_) == ["routing.report-forwarded.v1"]


# --- who is away ---------------------------------------------------------------------------------------------------


async def hand_to_ben(routing: House, id_: UUID) -> None:
    await routing.http.post(f"/complaints/{id_}/transfer", json=WARM)
    await routing.http.post(f"/complaints/{id_}/transfer/accept", json=ACCEPTED)
    await routing.settle()


async def leave(routing: House, person: str, **more: object) -> None:
    answer = await routing.http.post(f"/persons/{person}/absence", json={"desk": "back-office", **more})
    assert answer.json()["away"] is True
    await routing.settle()


async def cover(routing: House, id_: UUID) -> tuple[object, object, object]:
    shown = await owner(routing, id_)
    return shown["person"], shown["covered"], shown["covered_by"]


async def test_what_somebody_owns_is_covered_while_they_are_away(routing: House, mortgage: UUID) -> None:
    await hand_to_ben(routing, mortgage)
    await leave(routing, "st_ben")
    assert await cover(routing, mortgage) == ("st_ben", True, None)
    await routing.http.post("/persons/st_ben/return")
    await routing.settle()
    assert await cover(routing, mortgage) == ("st_ben", False, None)


async def test_when_the_deputy_leaves_too_the_desk_covers(routing: House, mortgage: UUID) -> None:
    await hand_to_ben(routing, mortgage)
    await leave(routing, "st_ben", covered_by="st_carl")
    assert await cover(routing, mortgage) == ("st_ben", True, "st_carl")
    await leave(routing, "st_carl")
    assert await cover(routing, mortgage) == ("st_ben", True, None)


async def test_who_is_away_covers_nobody(routing: House, mortgage: UUID) -> None:
    await hand_to_ben(routing, mortgage)
    await leave(routing, "st_carl")
    await leave(routing, "st_ben", covered_by="st_carl")
    assert await cover(routing, mortgage) == ("st_ben", True, None)


async def test_accepting_for_a_colleague_who_is_away_covers_at_once(routing: House, mortgage: UUID) -> None:
    await leave(routing, "st_ben")
    await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    accept = {"desk": "back-office", "by": "st_dora", "person": "st_ben"}
    await routing.http.post(f"/complaints/{mortgage}/transfer/accept", json=accept)
    assert await cover(routing, mortgage) == ("st_ben", True, None)


async def test_an_absence_that_crosses_an_acceptance_is_found_when_it_is_heard(routing: House, mortgage: UUID) -> None:
    """The absence is recorded after the acceptance looked and before anybody heard of either."""
    await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    await routing.http.post(f"/complaints/{mortgage}/transfer/accept", json=ACCEPTED)
    await routing.http.post("/persons/st_ben/absence", json={"desk": "back-office"})
    await routing.settle()
    assert (await routing.told(mortgage)).count("routing.owner-covered.v1") == 1


async def test_who_said_until_when_is_back_then(routing: House, mortgage: UUID) -> None:
    await hand_to_ben(routing, mortgage)
    until = NOW + timedelta(days=4)
    await leave(routing, "st_ben", until=until.isoformat())
    await routing.pass_until(until - timedelta(seconds=1))
    assert await cover(routing, mortgage) == ("st_ben", True, None)
    await routing.pass_until(until)
    assert await cover(routing, mortgage) == ("st_ben", False, None)


async def test_a_longer_absence_moves_the_return(routing: House, mortgage: UUID) -> None:
    await hand_to_ben(routing, mortgage)
    await leave(routing, "st_ben", until=(NOW + timedelta(days=1)).isoformat())
    await leave(routing, "st_ben", until=(NOW + timedelta(days=9)).isoformat())
    await routing.pass_until(NOW + timedelta(days=2))
    assert await cover(routing, mortgage) == ("st_ben", True, None)


# --- what is refused -----------------------------------------------------------------------------------------------


async def test_what_the_journal_has_not_told_of_yet_is_asked_for_again(routing: House) -> None:
    for answer in (
        await routing.http.get(f"/complaints/{uuid4()}/owner"),
        await routing.http.post(f"/complaints/{uuid4()}/transfer", json=WARM),
        await routing.http.post(f"/complaints/{uuid4()}/transfer/accept", json=ACCEPTED),
    ):
        assert problem(answer) == (409, "not-yet-heard")
        assert answer.headers["Retry-After"] == "1"


async def test_what_is_heard_of_in_that_moment_is_answered(routing: House) -> None:
    id_ = uuid4()
    heard = routing.hear("intake", id_, complaint_received("Een oude hypotheek."))
    shown, _ = await asyncio.gather(owner(routing, id_), heard)
    assert shown["desk"] == "front-line"


async def test_a_wish_that_contradicts_what_happened_says_what_would_be_possible(
    routing: House, mortgage: UUID
) -> None:
    refused = await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM | {"desk": "audience"})
    assert problem(refused) == (409, "not-the-owner")
    assert refused.json()["possible"] == ["ask front-line"]


async def test_what_was_closed_is_not_handed_over(routing: House, mortgage: UUID) -> None:
    closed = Closed(occurred_at=NOW, basis=CloseBasis.ACCEPTED, hand_off=0, desk="front-line", by="st_anna")
    await routing.hear("intake", mortgage, closed)
    answer = await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM)
    assert problem(answer) == (409, "ended")
    assert (await routing.http.get("/desks/front-line/complaints")).json()["complaints"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"warmth": "tepid"}, "#/warmth"),
        ({"context": ""}, "#/context"),
        ({"context": "x" * 8001}, "#/context"),
        ({"by": "Anna"}, "#/by"),
        ({"to_desk": "BACK OFFICE"}, "#/to_desk"),
        ({"colour": "red"}, "#/colour"),
    ],
)
async def test_a_request_that_does_not_fit_names_the_field(
    routing: House, mortgage: UUID, change: dict[str, str], pointer: str
) -> None:
    answer = await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM | change)
    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_naive_return_is_no_moment(routing: House) -> None:
    answer = await routing.http.post(
        "/persons/st_ben/absence", json={"desk": "back-office", "until": "2026-04-01T08:00:00"}
    )
    assert problem(answer) == (422, "invalid")


async def test_the_same_key_twice_is_one_offer_and_the_same_answer(routing: House, mortgage: UUID) -> None:
    again = {"Idempotency-Key": "transfer-1"}
    answers = [await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM, headers=again) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = await routing.http.post(
        f"/complaints/{mortgage}/transfer", json=WARM | {"to_desk": "audience"}, headers=again
    )
    assert problem(other) == (422, "idempotency-key-reused")


async def test_a_key_that_speaks_for_one_desk_acts_for_no_other(routing: House, mortgage: UUID) -> None:
    audience = await routing.key("routing:read", "routing:write", desks=["audience"])
    refused = await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM, headers=audience)
    assert problem(refused) == (403, "forbidden")
    for desk in ("front-line", "basement"):
        absent = await routing.http.get(f"/desks/{desk}/complaints", headers=audience)
        assert problem(absent) == (404, "not-found")


async def test_a_key_to_read_does_not_write(routing: House, mortgage: UUID) -> None:
    reader = await routing.key("routing:read")
    assert problem(await routing.http.post(f"/complaints/{mortgage}/transfer", json=WARM, headers=reader)) == (
        403,
        "forbidden",
    )


# --- lists ---------------------------------------------------------------------------------------------------------


async def test_the_desks_of_the_policy_are_listed(routing: House) -> None:
    shown = (await routing.http.get("/desks")).json()
    assert shown["policy"] == "default-1"
    assert [desk["id"] for desk in shown["desks"] if desk["coordinator"]] == ["coordinator"]


async def page(routing: House, after: str | None = None) -> dict[str, Any]:
    query = {"limit": "2"} if after is None else {"limit": "2", "after": after}
    shown: dict[str, Any] = (await routing.http.get("/desks/front-line/complaints", params=query)).json()
    return shown


async def test_a_long_list_comes_in_pages(routing: House) -> None:
    ids = sorted([uuid4() for _ in range(5)], key=str)
    for id_ in ids:
        await routing.hear("intake", id_, complaint_received("Een oude hypotheek."))
    pages = [await page(routing)]
    while (after := pages[-1]["next"]) is not None:
        pages.append(await page(routing, after))
    assert [[one["id"] for one in shown["complaints"]] for shown in pages] == [
        [str(id_) for id_ in some] for some in (ids[:2], ids[2:4], ids[4:])
    ]


async def test_a_cursor_of_another_make_is_no_page(routing: House) -> None:
    answer = await routing.http.get("/desks/front-line/complaints", params={"after": "7"})
    assert problem(answer) == (422, "invalid")
