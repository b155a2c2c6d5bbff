"""What our staff asks of partners over HTTP."""

from uuid import uuid4

import httpx2
import pytest

from gehoor.events.intake import Closed
from gehoor.events.terms import CloseBasis
from tests.integration.partner_escalation.house import (
    ADDRESS,
    NAME,
    NEW_TICKET,
    NOW,
    House,
    classified_and_owned,
    complaint_received,
)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_the_owner_asks_and_the_partner_is_told_what_policy_lets_it_see(desk: House) -> None:
    ticket = await desk.ticket(await desk.prize())
    (told,) = await desk.tell()
    assert told["type"] == "ticket.opened"
    assert told["data"] == {
        "ticket_id": str(ticket),
        "partner": "sponsor",
        "category": "prize.not-delivered",
        "asked": NEW_TICKET["asked"],
        "shared": {"name": NAME, "address": ADDRESS, "prize": "weekend by the lake"},
        "answer_within": "5 working days",
        "wanted_by": None,
    }


async def test_another_partner_sees_another_field_of_the_same_complaint(desk: House) -> None:
    ticket, rival = await desk.ticket(await desk.prize(), partner="rival", details={}), await desk.partner("rival")
    assert (await desk.http.get(f"/partner/tickets/{ticket}", headers=rival)).json()["shared"] == {
        "reference": "ABCD-EFG1"
    }


async def test_nothing_of_the_customer_stands_in_clear_in_what_is_stored(desk: House) -> None:
    await desk.ticket(await desk.prize())
    await desk.tell()
    stored = b"".join(written.body for written in desk.store.written)
    assert b"weekend" not in stored
    assert NAME.encode() not in stored
    assert b"Lindelaan" not in stored


async def test_a_ticket_is_shown_with_its_words(desk: House) -> None:
    ticket = await desk.ticket(await desk.prize())
    shown = (await desk.http.get(f"/tickets/{ticket}")).json()
    assert shown["asked"] == NEW_TICKET["asked"]
    assert shown["shared"]["name"] == NAME
    assert (shown["stage"], shown["opened_by"], shown["told_at"]) == ("asked", "st_els", None)
    await desk.tell()
    assert (await desk.http.get(f"/tickets/{ticket}")).json()["told_at"] is not None


async def test_a_complaint_that_was_not_heard_of_is_asked_for_again_a_moment_later(desk: House) -> None:
    answer = await desk.http.post(f"/complaints/{uuid4()}/tickets", json=NEW_TICKET)
    assert problem(answer) == (409, "not-yet-heard")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_complaint_that_is_not_classified_yet_is_asked_for_again_a_moment_later(desk: House) -> None:
    id_ = uuid4()
    await desk.hear("intake", id_, complaint_received())
    answer = await desk.http.post(f"/complaints/{id_}/tickets", json=NEW_TICKET | {"desk": "front-line"})
    assert problem(answer) == (409, "not-yet-heard")


async def test_a_desk_that_is_not_the_owner_is_refused_and_told_whom_to_ask(desk: House) -> None:
    answer = await desk.http.post(f"/complaints/{await desk.prize()}/tickets", json=NEW_TICKET | {"desk": "newsroom"})
    assert problem(answer) == (409, "not-the-owner")
    assert answer.json()["possible"] == ["ask audience", "take it over first"]


async def test_a_key_of_another_desk_does_not_speak_for_the_owner(desk: House) -> None:
    newsroom = await desk.key("partner-escalation:write", desks=["newsroom"])
    answer = await desk.http.post(f"/complaints/{await desk.prize()}/tickets", json=NEW_TICKET, headers=newsroom)
    assert problem(answer) == (403, "forbidden")


async def test_the_same_request_again_under_its_key_opens_one_ticket(desk: House) -> None:
    complaint, once = await desk.prize(), {"Idempotency-Key": "ask-1"}
    first = await desk.http.post(f"/complaints/{complaint}/tickets", json=NEW_TICKET, headers=once)
    again = await desk.http.post(f"/complaints/{complaint}/tickets", json=NEW_TICKET, headers=once)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len((await desk.http.get("/tickets", params={"complaint": str(complaint)})).json()["tickets"]) == 1
    other = await desk.http.post(f"/complaints/{complaint}/tickets", json=NEW_TICKET | {"asked": "?"}, headers=once)
    assert problem(other) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"partner": "nobody"}, "#/partner"),
        ({"asked": ""}, "#/asked"),
        ({"asked": "a\x00b"}, "#/asked"),
        ({"wanted_by": "2026-04-01T12:00:00"}, "#/wanted_by"),
        ({"details": {"prize": "two\r\nlines"}}, "#/details/prize"),
        ({"details": {"Prize!": "x"}}, "#/details/Prize!"),
        ({"surprise": 1}, "#/surprise"),
    ],
)
async def test_a_request_that_does_not_fit_names_its_field(
    desk: House, change: dict[str, object], pointer: str
) -> None:
    answer = await desk.http.post(f"/complaints/{await desk.prize()}/tickets", json=NEW_TICKET | change)
    assert problem(answer)[0] == 422
    assert any(flaw["pointer"].startswith(pointer) for flaw in answer.json()["errors"]), answer.text
    assert desk.webhooks.posted == []


async def test_a_field_that_policy_does_not_share_is_refused(desk: House) -> None:
    asked = NEW_TICKET | {"details": {"email": "noor@mail.example"}}
    answer = await desk.http.post(f"/complaints/{await desk.prize()}/tickets", json=asked)
    assert problem(answer) == (409, "field-not-shared")
    assert "noor" not in answer.text


async def test_a_category_that_was_not_agreed_on_is_refused(desk: House) -> None:
    id_ = uuid4()
    await desk.hear("intake", id_, complaint_received())
    await desk.hear("routing", id_, *classified_and_owned("mortgage"))
    assert problem(await desk.http.post(f"/complaints/{id_}/tickets", json=NEW_TICKET)) == (409, "not-agreed")


async def test_closing_withdraws_and_tells_the_partner_unless_the_owner_kept_the_ticket_open(desk: House) -> None:
    complaint = await desk.prize()
    ticket, kept = await desk.ticket(complaint), await desk.ticket(complaint)
    keep = await desk.http.post(f"/tickets/{kept}/keep", json={"desk": "audience", "by": "st_els"})
    assert keep.json()["followed"] == ["partner-escalation.ticket-kept-open.v1"]
    await desk.tell()
    closed = Closed(occurred_at=NOW, basis=CloseBasis.ACCEPTED, hand_off=0, desk="audience", by="st_els")
    await desk.hear("intake", complaint, closed)
    (told,) = await desk.tell()
    assert (told["type"], told["data"]["ticket_id"]) == ("ticket.withdrawn", str(ticket))
    open_ = (await desk.http.get("/tickets", params={"stage": "asked"})).json()["tickets"]
    assert [one["ticket_id"] for one in open_] == [str(kept)]
    late = await desk.http.post(f"/complaints/{complaint}/tickets", json=NEW_TICKET)
    assert problem(late) == (409, "complaint-over")


@pytest.mark.parametrize("wish", ["accept", "dispute", "answer", "withdraw", "keep"])
async def test_a_ticket_that_nobody_opened_is_absent(desk: House, wish: str) -> None:
    more = {"dispute": {"why": "No."}, "answer": {"answer": "Yes."}}.get(wish, {})
    answer = await desk.http.post(f"/tickets/{uuid4()}/{wish}", json={"desk": "audience"} | more)
    assert problem(answer) == (404, "not-found")


async def test_what_the_partner_does_not_call_done_is_not_accepted(desk: House) -> None:
    ticket = await desk.ticket(await desk.prize())
    answer = await desk.http.post(f"/tickets/{ticket}/accept", json={"desk": "audience"})
    assert problem(answer) == (409, "not-resolved")
    assert answer.json()["possible"] == ["wait for its word", "withdraw the ticket"]


async def test_tickets_come_in_pages_oldest_first(desk: House) -> None:
    complaint = await desk.prize()
    opened = [str(await desk.ticket(complaint)) for _ in range(5)]
    first = (await desk.http.get("/tickets", params={"limit": 3})).json()
    rest = (await desk.http.get("/tickets", params={"limit": 3, "after": first["next"]})).json()
    assert sorted(one["ticket_id"] for one in first["tickets"] + rest["tickets"]) == sorted(opened)
    assert rest["next"] is None
    assert problem(await desk.http.get("/tickets", params={"after": "nowhere"}))[0] == 422
    assert problem(await desk.http.get("/tickets", params={"stages": "asked"}))[0] == 422


async def test_no_key_no_scope_and_a_partners_key_get_no_further(desk: House) -> None:
    reader = await desk.key("partner-escalation:read")
    assert problem(await desk.http.get("/tickets", headers={"Authorization": "Bearer gk_x_y"})) == (401, "unauthorised")
    answer = await desk.http.post(f"/complaints/{uuid4()}/tickets", json=NEW_TICKET, headers=reader)
    assert problem(answer) == (403, "forbidden")
    overscoped = await desk.key("partner-escalation:read", "partner-escalation:write", partner="sponsor")
    assert problem(await desk.http.get("/tickets", headers=overscoped)) == (403, "forbidden")


async def test_a_partner_nobody_knows_has_no_record(desk: House) -> None:
    assert problem(await desk.http.get("/partners/nobody/record")) == (404, "not-found")
    empty = (await desk.http.get("/partners/sponsor/record")).json()
    assert (empty["name"], empty["tickets"], empty["median_answer_seconds"]) == ("The sponsor", 0, None)
