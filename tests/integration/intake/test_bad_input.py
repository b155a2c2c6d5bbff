"""What is wrong is refused by name, nothing is stored, and the service goes on."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.intake.house import House

GOOD = {"channel": "web", "text": "Nog niets gekregen."}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": ({"mood": "bad"}, "#/mood"),
    "a wrong type": ({"text": 7}, "#/text"),
    "nothing said": ({"text": ""}, "#/text"),
    "a naive time": ({"occurred_at": "2026-03-02T08:00:00"}, "#/occurred_at"),
    "a channel that is none": ({"channel": "pigeon"}, "#/channel"),
    "a line end in the subject": ({"subject": "a\r\nBcc: b@example.org"}, "#/subject"),
    "a line end in the name": ({"name": "a\nb"}, "#/name"),
    "a label that is an address": ({"label": "els@example.org"}, "#/label"),
    "too much said": ({"text": "a" * 20_001}, "#/text"),
    "a NUL": ({"text": "a\x00b"}, "#/text"),
}


async def codes(intake: House, path: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = await intake.http.post(path, json=body)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("case", BAD)
async def test_a_form_that_does_not_fit_is_refused_by_the_name_of_its_field(intake: House, case: str) -> None:
    changed, pointer = BAD[case]
    answer = await intake.http.post("/complaints", json={**GOOD, **changed})
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert await intake.stored() == []


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"desk": "nowhere"}, "invalid-desk", "#/desk"),
        (
            {"contact_points": [{"kind": "email", "address": "nobody"}]},
            "invalid-contact-point",
            "#/contact_points/0/address",
        ),
        (
            {"contact_points": [{"kind": "phone", "address": "12"}]},
            "invalid-contact-point",
            "#/contact_points/0/address",
        ),
        (
            {"attachments": [{"media_type": "image/png", "base64": "!"}]},
            "invalid-attachment",
            "#/attachments/0/base64",
        ),
        ({"occurred_at": "2027-01-01T00:00:00Z"}, "invalid-moment", "#/occurred_at"),
        ({"occurred_at": "2025-01-01T00:00:00Z"}, "invalid-moment", "#/occurred_at"),
    ],
)
async def test_what_policy_does_not_allow_is_refused_by_the_name_of_its_field(
    intake: House, changed: dict[str, Any], code: str, pointer: str
) -> None:
    answer = await intake.http.post("/complaints", json={**GOOD, **changed})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await intake.stored() == []


async def test_half_of_a_surrogate_pair_is_refused(intake: House) -> None:
    body = b'{"channel": "web", "text": "\\ud800"}'
    answer = await intake.http.post("/complaints", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert await intake.stored() == []


async def test_a_number_that_is_too_long_to_read_is_refused(intake: House) -> None:
    body = b'{"channel": "web", "text": ' + b"1" * 10_000 + b"}"
    answer = await intake.http.post("/complaints", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert await intake.stored() == []


async def test_ten_thousand_deep_is_refused(intake: House) -> None:
    body = b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    answer = await intake.http.post("/complaints", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


async def test_a_misheard_reference_is_nobodys(intake: House) -> None:
    reference = (await intake.post("/complaints", **GOOD))["reference"]
    swapped = reference[1] + reference[0] + reference[2:] if reference[0] != reference[1] else "0000-0001"
    assert (await intake.http.get(f"/complaints/{swapped}")).status_code == 404
    assert (await intake.http.get(f"/complaints/{reference.lower().replace('-', ' ')}")).status_code == 200
    assert (await intake.http.get(f"/complaints/{uuid4()}")).status_code == 404


async def test_refusals_say_what_would_be_possible(intake: House) -> None:
    one, other = [(await intake.post("/complaints", **GOOD))["id"] for _ in range(2)]
    promise = {"kind": "call-back", "what": "We bellen.", "until": "2026-03-01T08:00:00Z"}
    assert await codes(intake, f"/complaints/{one}/promises", promise) == (409, "promise-in-the-past")
    backwards = {**promise, "starts": "2026-03-05T08:00:00Z", "until": "2026-03-04T08:00:00Z"}
    assert await codes(intake, f"/complaints/{one}/promises", backwards) == (422, "invalid-window")
    assert await codes(intake, f"/complaints/{one}/closure", {"basis": "accepted"}) == (409, "no-such-ground")
    await intake.post(f"/complaints/{one}/merge", 200, into=other)
    answer = await intake.http.post(f"/complaints/{one}/contacts", json={"direction": "in", "channel": "phone"})
    assert (answer.status_code, answer.json()["code"]) == (409, "merged")
    assert other in answer.json()["possible"][0]


async def test_a_merged_complaint_takes_its_promises_along(intake: House) -> None:
    one, other = [(await intake.post("/complaints", **GOOD))["id"] for _ in range(2)]
    promise = {"kind": "answer", "what": "U hoort het.", "until": "2026-03-05T08:00:00Z"}
    await intake.post(f"/complaints/{one}/promises", **promise)
    await intake.post(f"/complaints/{one}/merge", 200, into=other)
    (owed,) = (await intake.show(other))["promises"]
    assert (owed["standing"], owed["what"]) == ("owed", "U hoort het.")


async def test_a_key_that_speaks_for_another_desk_can_not_close_for_this_one(intake: House) -> None:
    id_ = (await intake.post("/complaints", **GOOD))["id"]
    headers = await intake.key("intake:write", desks=["audience"])
    closing = {"basis": "withdrawn", "desk": "front-line"}
    answer = await intake.http.post(f"/complaints/{id_}/closure", json=closing, headers=headers)
    assert answer.status_code == 403


async def test_a_closing_on_a_hand_off_nobody_has_heard_of_waits_and_then_says_when_to_come_back(
    intake: House,
) -> None:
    id_ = (await intake.post("/complaints", **GOOD))["id"]
    answer = await intake.http.post(f"/complaints/{id_}/closure", json={"basis": "accepted", "hand_off": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-yet-heard")
    assert "retry-after" in answer.headers


async def test_the_same_request_under_the_same_key_is_one_complaint(intake: House) -> None:
    body = {**GOOD, "attachments": [{"media_type": "image/png", "base64": "aGFsbG8="}]}
    headers = {"Idempotency-Key": "one"}
    answers = [await intake.http.post("/complaints", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert {answer.status_code for answer in answers} == {201}
    other = await intake.http.post("/complaints", json=GOOD, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert (await intake.stored()).count("intake.complaint-received.v1") == 1


async def test_reading_and_writing_need_their_scopes(intake: House) -> None:
    id_ = (await intake.post("/complaints", **GOOD))["id"]
    reads, writes = await intake.key("intake:read"), await intake.key("intake:write")
    assert (await intake.http.get(f"/complaints/{id_}", headers=writes)).status_code == 403
    assert (await intake.http.post("/complaints", json=GOOD, headers=reads)).status_code == 403
    assert (await intake.http.get(f"/complaints/{id_}", headers={"Authorization": "Bearer no"})).status_code == 401


async def test_a_key_of_one_person_does_not_act_for_another(intake: House) -> None:
    body = {**GOOD, "channel": "phone", "by": "st_bert"}
    assert (await intake.http.post("/complaints", json=body)).status_code == 403


async def test_a_remark_is_kept_and_may_become_a_complaint(intake: House) -> None:
    remark = await intake.post("/remarks", kind="question", **GOOD)
    turned = await intake.post(
        f"/complaints/{remark['id']}/reclassification", 200, kind="complaint", why="Het is een klacht."
    )
    assert turned["followed"] == ["intake.reclassified.v1"]
    assert (await intake.show(remark["reference"]))["kind"] == "complaint"
