"""Bad input over the real wire: refused with the field named, nothing stored, and the service goes on."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from gehoor.cli.asking import AnswerError, Desk
from gehoor.cli.journal import read_journal
from gehoor.events.envelope import Recorded
from gehoor.events.intake import MessageSetAside, SetAsideReason
from tests.e2e.bad import CASES, FORM, Bad
from tests.e2e.house import House
from tests.waiting import until

STORED = """
    select (select count(*) from intake.event where version = 1), (select count(*) from intake.keyring),
           (select count(*) from intake.blob), (select count(*) from intake.remembered),
           (select count(*) from intake.parked)
"""
"""What any input leaves behind that was taken in: a stream, a key, a body, an answer."""


@pytest.fixture
async def website(own: House) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody with a good key, who sends whatever it likes."""
    headers = {"Authorization": f"Bearer {own.installation.keys['website']}"}
    url = f"{own.installation.service('intake').url}/v1"
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
        yield client


@pytest.fixture
async def front(own: House) -> AsyncIterator[Desk]:
    async with Desk(own.installation, "front-line") as desk:
        yield desk


async def complain(caller: Desk, **form: Any) -> UUID:
    """A complaint to act on."""
    body = {"channel": "phone", "text": "Niemand luistert.", "label": "treatment", "by": "st_anouk", **form}
    return UUID((await caller.post("intake", "/complaints", body))["id"])


def said_of(own: House, complaint: UUID) -> int:
    """How many facts intake has published of it."""
    return own.count(f"select count(*) from intake.event where stream = 'complaint-{complaint}' and sequence > 0")  # noqa: S608


@pytest.mark.parametrize("bad", CASES, ids=str)
async def test_bad_input_is_refused_by_its_field_and_leaves_nothing_behind(
    bad: Bad, own: House, website: httpx2.AsyncClient
) -> None:
    before = own.stack.database.run(STORED)
    headers = {"Content-Type": bad.media_type, "Idempotency-Key": uuid4().hex, **bad.headers}
    answer = await website.post(bad.path, content=bad.body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (bad.status, "application/problem+json")
    problem = answer.json()
    assert problem["code"] == bad.code
    if bad.names is not None:
        pointers = [error["pointer"] for error in problem.get("errors", ())]
        said = " ".join([problem.get("detail", ""), *problem.get("possible", ())])
        assert bad.names in pointers or (not pointers and bad.names in said), problem
    assert own.stack.database.run(STORED) == before
    assert (await website.post("/complaints", json=FORM)).status_code == 201
    assert own.stack.database.run(STORED) != before


async def test_the_wrong_method_is_told_the_right_one(website: httpx2.AsyncClient) -> None:
    answer = await website.get("/complaints")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_of_a_batch_the_good_are_taken_and_the_bad_are_told(website: httpx2.AsyncClient) -> None:
    def event(**changed: Any) -> dict[str, Any]:
        event = {"specversion": "1.0", "id": uuid4().hex, "source": "/tests", "type": "gehoor.complaint.v1"}
        return {**event, "data": {"text": "Er klopt iets niet."}, **changed}

    batch = [event(), event(type="gehoor.rumour.v1"), event(data={"text": 7}), event()]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    answer = await website.post("/events", content=json.dumps(batch), headers=headers)
    assert [one["status"] for one in answer.json()["results"]] == [201, 422, 422, 201]


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"X: y\r\n" * 400 + b"\r\nhallo", "too-many-headers"),
        (b"Subject: " + b"x" * 30_000 + b"\r\n\r\nhallo", "header-too-long"),
        (
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nboundary\r\n" * 200,
            "too-many-parts",
        ),
    ],
    ids=["too many headers", "a header too long", "too many parts"],
)
async def test_a_mail_that_cant_be_read_is_kept_whole_and_set_aside_and_the_next_one_goes_on(
    raw: bytes, detail: str, own: House, website: httpx2.AsyncClient
) -> None:
    headers = {"Content-Type": "message/rfc822"}
    unreadable = (await website.post("/mails", content=raw, headers=headers)).json()
    good = EmailMessage()
    good["From"], good["Subject"] = "els@klant.example", "Klacht"
    good.set_content("Er klopt iets niet.")
    next_ = (await website.post("/mails", content=good.as_bytes(), headers=headers)).json()
    assert (unreadable["became"], next_["became"]) == ("set-aside", "complaint")
    assert own.count(f"select count(*) from intake.blob where subject = '{unreadable['id']}'") == 1  # noqa: S608

    async def aside() -> MessageSetAside | None:
        there = own.installation
        records = read_journal(there.kafka, there.journal, subject=UUID(unreadable["id"]))
        facts = [record.fact async for record in records if isinstance(record, Recorded)]
        return next((fact for fact in facts if isinstance(fact, MessageSetAside)), None)

    fact = await until(aside, within=20)
    assert fact is not None
    assert (fact.reason, fact.detail, fact.kept.size) == (SetAsideReason.UNREADABLE, detail, len(raw))


async def test_the_same_key_and_body_have_one_effect_and_the_same_key_with_another_body_is_refused(
    own: House, website: httpx2.AsyncClient
) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = await website.post("/complaints", json=FORM, headers=key)
    stored = own.stack.database.run(STORED)
    again = await website.post("/complaints", json=FORM, headers=key)
    other = await website.post("/complaints", json={**FORM, "text": "Iets anders."}, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert own.stack.database.run(STORED) == stored


# --- wishes that contradict what has happened ------------------------------------------------------------------------


async def test_what_contradicts_what_happened_is_refused_and_told_what_would_be_possible(
    own: House, front: Desk
) -> None:
    now = datetime.now(UTC)
    complaint, other = await complain(front), await complain(front)
    promise = {"kind": "call-back", "what": "Wij bellen u.", "by": "st_anouk"}
    at = {
        name: (now + timedelta(hours=hours)).isoformat() for name, hours in {"past": -1, "soon": 1, "late": 2}.items()
    }
    before = said_of(own, complaint)
    refused = [
        ("/promises", {**promise, "until": at["past"]}, 409, "promise-in-the-past"),
        ("/promises", {**promise, "starts": at["late"], "until": at["soon"]}, 422, "invalid-window"),
        ("/closure", {"basis": "accepted", "by": "st_anouk"}, 409, "no-such-ground"),
        ("/customer-response", {"accepted": True, "by": "st_anouk"}, 409, "no-final-response"),
    ]
    for path, body, status, code in refused:
        with pytest.raises(AnswerError) as told:
            await front.post("intake", f"/complaints/{complaint}{path}", body)
        assert (told.value.status, told.value.code) == (status, code)
        assert told.value.problem["possible"], code
    with pytest.raises(AnswerError) as naive:
        await front.post("intake", f"/complaints/{complaint}/promises", {**promise, "until": "2030-01-01T10:00:00"})
    assert [error["pointer"] for error in naive.value.problem["errors"]] == ["#/until"]
    assert said_of(own, complaint) == before

    await front.post("intake", f"/complaints/{complaint}/merge", {"into": str(other), "by": "st_anouk"})
    with pytest.raises(AnswerError) as merged:
        await front.post(
            "intake", f"/complaints/{complaint}/contacts", {"direction": "in", "channel": "phone", "by": "st_anouk"}
        )
    assert (merged.value.status, merged.value.code) == (409, "merged")
    assert any(str(other) in possible for possible in merged.value.problem["possible"])


async def test_only_the_owner_closes_and_only_once(own: House, front: Desk) -> None:
    complaint = await complain(front)
    response = {"judgement": "founded", "solved": "fully", "explanation": "Het was fout.", "by": "st_anouk"}
    await front.post("intake", f"/complaints/{complaint}/final-response", response)
    await front.post("intake", f"/complaints/{complaint}/customer-response", {"accepted": True, "by": "st_anouk"})
    async with Desk(own.installation, "newsroom") as newsroom:
        with pytest.raises(AnswerError) as foreign:
            await newsroom.post("intake", f"/complaints/{complaint}/closure", {"basis": "accepted", "by": "st_noor"})
    assert (foreign.value.status, foreign.value.code) == (409, "not-the-owner")
    assert foreign.value.problem["possible"] == ["closing by front-line"]
    await front.post("intake", f"/complaints/{complaint}/closure", {"basis": "accepted", "by": "st_anouk"})
    with pytest.raises(AnswerError) as second:
        await front.post("intake", f"/complaints/{complaint}/closure", {"basis": "accepted", "by": "st_anouk"})
    assert (second.value.status, second.value.code) == (409, "already-closed")
    assert second.value.problem["possible"] == ["reopen it"]


# --- who asks ---------------------------------------------------------------------------------------------------------


async def test_a_wrong_key_is_nobodys_and_a_narrow_one_may_not(own: House) -> None:
    intake = own.installation.service("intake").url
    key_id = own.installation.keys["website"].split("_")[1]
    wrong = ["nobody", "gk_0123456789ab_" + "x" * 43, f"gk_{key_id}_" + "x" * 43, own.installation.keys["website"][:-1]]
    told = []
    async with httpx2.AsyncClient(base_url=f"{intake}/v1", timeout=20) as client:
        for token in wrong:
            answer = await client.post("/complaints", json=FORM, headers={"Authorization": f"Bearer {token}"})
            told.append((answer.status_code, answer.headers["www-authenticate"], answer.content))
        for holder, status in {"website": 403, "front-line": 404}.items():
            headers = {"Authorization": f"Bearer {own.installation.keys[holder]}"}
            assert (await client.get(f"/complaints/{uuid4()}", headers=headers)).status_code == status
    assert len(set(told)) == 1, "nobody is told what is wrong with the key"
    assert told[0][0] == 401


async def test_a_revoked_key_is_nobodys_within_seconds(own: House) -> None:
    made = json.loads(own.gehoor("keys", "create", "shop", "--as", "system", "--json").stdout)
    url = f"{own.installation.service('intake').url}/v1/complaints"
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {made['token']}"}, timeout=20) as client:
        assert (await client.post(url, json=FORM)).status_code == 201
        assert own.gehoor("keys", "revoke", made["id"], "--yes").returncode == 0

        async def shut_out() -> bool:
            return (await client.post(url, json=FORM)).status_code == 401

        assert await until(shut_out, within=20)


async def test_anothers_ticket_looks_like_none_at_all(own: House) -> None:
    made = own.gehoor("keys", "create", "rival", "--as", "partner", "--partner", "rival", "--json")
    async with Desk(own.installation, "audience") as audience:
        complaint = await complain(audience, label="prijs", desk="audience")
        ask = {"desk": "audience", "by": "st_farid", "partner": "sponsor", "asked": "Lever de fiets."}
        ticket = (await audience.post("partner-escalation", f"/complaints/{complaint}/tickets", ask))["ticket_id"]
    update = {"update_id": str(uuid4()), "kind": "resolved"}
    partners = f"{own.installation.service('partner-escalation').url}/v1/partner"
    async with httpx2.AsyncClient(base_url=partners, timeout=20) as client:

        async def told(token: str, id_: str) -> list[tuple[int, bytes]]:
            headers = {"Authorization": f"Bearer {token}"}
            read = await client.get(f"/tickets/{id_}", headers=headers)
            said = await client.post(f"/tickets/{id_}/updates", json=update, headers=headers)
            listed = await client.get("/tickets", headers=headers)
            return [(answer.status_code, answer.content) for answer in (read, said, listed)]

        rival = json.loads(made.stdout)["token"]
        assert await told(rival, ticket) == await told(rival, str(uuid4()))
        assert [status for status, _ in await told(rival, ticket)] == [404, 404, 200]
        assert [status for status, _ in await told(own.installation.keys["sponsor"], ticket)] == [200, 200, 200]
