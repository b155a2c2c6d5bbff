"""What a partner sees and says of its own tickets, and of nothing else."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from gehoor.events.terms import TicketId
from tests.integration.partner_escalation.house import ADDRESS, NAME, NEW_TICKET, House


def problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def saying(kind: str, **more: Any) -> dict[str, Any]:
    return {"update_id": str(uuid4()), "kind": kind, **more}


async def test_a_partner_sees_its_own_tickets_and_no_others(desk: House) -> None:
    complaint = await desk.prize()
    own, others = await desk.ticket(complaint), await desk.ticket(complaint, partner="rival", details={})
    sponsor = await desk.partner()
    listed = (await desk.http.get("/partner/tickets", headers=sponsor)).json()
    assert [one["ticket_id"] for one in listed["tickets"]] == [str(own)]
    assert str(complaint) not in str(listed)
    told = (await desk.http.get(f"/partner/tickets/{own}", headers=sponsor)).json()
    assert told["shared"] == {"name": NAME, "address": ADDRESS, "prize": "weekend by the lake"}
    assert told["asked"] == NEW_TICKET["asked"]
    assert "st_els" not in str(told)
    assert str(others) not in str(told)


@pytest.mark.parametrize("way", ["read", "say"])
async def test_another_partners_ticket_can_not_be_told_from_one_that_nobody_has(desk: House, way: str) -> None:
    others = await desk.ticket(await desk.prize(), partner="rival", details={})
    sponsor = await desk.partner()

    async def look(ticket: TicketId) -> httpx2.Response:
        if way == "read":
            return await desk.http.get(f"/partner/tickets/{ticket}", headers=sponsor)
        return await desk.http.post(f"/partner/tickets/{ticket}/updates", json=said, headers=sponsor)

    said = saying("resolved")
    theirs, nobodys = await look(others), await look(TicketId(uuid4()))
    assert problem(theirs) == (404, "not-found")
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert {**theirs.headers} == {**nobodys.headers}


async def test_the_partner_acknowledges_asks_is_answered_and_says_it_is_done(desk: House) -> None:
    complaint = await desk.prize()
    ticket, sponsor = await desk.ticket(complaint), await desk.partner()
    await desk.tell()
    question = saying("question", words="Which weekend?")
    for said in (
        saying("acknowledged", partner_reference="SP-44"),
        question,
        saying("progressed", words="With our courier."),
    ):
        answer = await desk.http.post(f"/partner/tickets/{ticket}/updates", json=said, headers=sponsor)
        assert answer.json() == {"ticket_id": str(ticket), "update_id": said["update_id"], "effect": "taken"}
    told = {"desk": "audience", "by": "st_els", "answer": "That of the twelfth."}
    assert (await desk.http.post(f"/tickets/{ticket}/answer", json=told)).status_code == 200
    (answered,) = await desk.tell()
    assert answered["type"] == "ticket.answered"
    assert answered["data"]["question"] == question["update_id"]
    assert answered["data"]["answer"] == "That of the twelfth."
    done = saying("resolved", words="Sent.")
    await desk.http.post(f"/partner/tickets/{ticket}/updates", json=done, headers=sponsor)
    shown = (await desk.http.get(f"/tickets/{ticket}")).json()
    assert (shown["stage"], shown["partner_reference"], shown["open_questions"]) == ("resolved", "SP-44", 0)
    assert [update["words"] for update in shown["updates"]] == [None, "Which weekend?", "With our courier.", "Sent."]
    assert (await desk.http.get(f"/partner/tickets/{ticket}", headers=sponsor)).json()["updates"] == shown["updates"]


async def test_the_same_update_twice_has_one_effect(desk: House) -> None:
    complaint = await desk.prize()
    ticket, sponsor = await desk.ticket(complaint), await desk.partner()
    done = saying("resolved", words="Sent.")
    url = f"/partner/tickets/{ticket}/updates"
    effects = [(await desk.http.post(url, json=done, headers=sponsor)).json()["effect"] for _ in range(3)]
    assert effects == ["taken", "known", "known"]
    assert [fact.type for fact in await desk.stated(complaint)].count("partner-escalation.ticket-resolved.v1") == 1
    other = await desk.http.post(url, json=done | {"words": "Sent twice."}, headers=sponsor)
    assert problem(other) == (409, "update-id-taken")


async def test_an_update_that_comes_out_of_order_is_noted_and_moves_nothing(desk: House) -> None:
    ticket, sponsor = await desk.ticket(await desk.prize()), await desk.partner()
    url = f"/partner/tickets/{ticket}/updates"
    await desk.http.post(url, json=saying("resolved"), headers=sponsor)
    late = await desk.http.post(url, json=saying("acknowledged", partner_reference="SP-44"), headers=sponsor)
    assert (late.status_code, late.json()["effect"]) == (200, "noted")
    shown = (await desk.http.get(f"/tickets/{ticket}")).json()
    assert (shown["stage"], shown["partner_reference"]) == ("resolved", "SP-44")


async def test_a_word_on_a_withdrawn_ticket_is_noted_and_shows_nothing_of_the_customer(desk: House) -> None:
    ticket, sponsor = await desk.ticket(await desk.prize()), await desk.partner()
    await desk.http.post(f"/tickets/{ticket}/withdraw", json={"desk": "audience", "why": "The winner has it."})
    told = await desk.tell()
    assert [one["type"] for one in told] == ["ticket.opened", "ticket.withdrawn"]
    assert told[0]["data"]["shared"] == {}
    late = await desk.http.post(f"/partner/tickets/{ticket}/updates", json=saying("resolved"), headers=sponsor)
    assert late.json()["effect"] == "noted"
    assert (await desk.http.get(f"/partner/tickets/{ticket}", headers=sponsor)).json()["shared"] == {}


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "closed"},
        {"kind": "question"},
        {"kind": "resolved", "partner_reference": "SP-44"},
        {"kind": "resolved", "update_id": "mine-1"},
        {"kind": "resolved", "words": ""},
        {"kind": "resolved", "owner": "us"},
    ],
)
async def test_an_update_that_does_not_fit_is_refused(desk: House, said: dict[str, str]) -> None:
    ticket, sponsor = await desk.ticket(await desk.prize()), await desk.partner()
    body = {"update_id": str(uuid4())} | said
    answer = await desk.http.post(f"/partner/tickets/{ticket}/updates", json=body, headers=sponsor)
    assert problem(answer) == (422, "invalid")


async def test_only_a_partners_key_with_its_scope_comes_in(desk: House) -> None:
    assert problem(await desk.http.get("/partner/tickets")) == (403, "forbidden")
    nobodys = await desk.key("partner-escalation:partner")
    assert problem(await desk.http.get("/partner/tickets", headers=nobodys)) == (403, "forbidden")
    unscoped = await desk.key("partner-escalation:read", partner="sponsor")
    assert problem(await desk.http.get("/partner/tickets", headers=unscoped)) == (403, "forbidden")
    revoked = await desk.partner()
    id_ = revoked["Authorization"].split("_")[1]
    await desk.keys.revoke(id_, desk.clock.now())
    assert problem(await desk.http.get("/partner/tickets", headers=revoked)) == (401, "unauthorised")
