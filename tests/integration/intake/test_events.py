"""Other systems' events: by whichever way they come, once, and one bad one never loses the rest."""

import json
from typing import Any

import pytest

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import UnreadableError
from tests.integration.intake.house import House

COMPLAINT = {"channel": "system", "text": "My line is down.", "language": "en"}
RECEIVED = "intake.complaint-received.v1"


def event(id_: str = "1", **changed: Any) -> dict[str, Any]:
    """A complaint that a web shop sends."""
    fields: dict[str, Any] = {
        "specversion": "1.0",
        "id": id_,
        "source": "/shop",
        "type": "gehoor.complaint.v1",
        "data": COMPLAINT,
    }
    return {**fields, **changed}


async def send(intake: House, body: Any, status: int = 201, media_type: str = "application/cloudevents+json") -> Any:
    answer = await intake.http.post("/events", content=json.dumps(body), headers={"Content-Type": media_type})
    return await intake.told(answer, status)


async def test_a_structured_event_is_a_complaint(intake: House) -> None:
    came = await send(intake, event())
    dossier = await intake.show(came["reference"])
    assert (dossier["kind"], dossier["channel"], dossier["owner"]["desk"]) == ("complaint", "system", "front-line")
    assert dossier["acknowledged"]


async def test_a_binary_event_is_the_same(intake: House) -> None:
    headers = {
        "Content-Type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "%2Fshop",
        "ce-type": "gehoor.complaint.v1",
    }
    binary = await intake.http.post("/events", content=json.dumps(COMPLAINT), headers=headers)
    assert await intake.told(binary, 201) == await send(intake, event())
    assert await intake.stored() == [RECEIVED, "intake.acknowledged.v1"]


async def test_the_same_event_over_http_and_kafka_has_one_effect(intake: House) -> None:
    await send(intake, event())
    await intake.send(json.dumps(event()).encode(), [("content-type", b"application/cloudevents+json")])
    binary = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/shop"), ("ce_type", b"gehoor.complaint.v1")]
    await intake.send(json.dumps(COMPLAINT).encode(), [*binary, ("content-type", b"application/json")])
    assert (await intake.stored()).count(RECEIVED) == 1
    await intake.send(json.dumps(event("2")).encode(), [("content-type", b"application/cloudevents+json")])
    assert (await intake.stored()).count(RECEIVED) == 2


async def test_an_event_says_when_it_happened(intake: House) -> None:
    came = await send(intake, event(time="2025-06-18T07:47:34.63123+00:00"))
    assert (await intake.show(came["id"]))["received_at"].startswith("2025-06-18T07:47:34")


async def test_remarks_reports_and_contacts_come_as_events_too(intake: House) -> None:
    complaint = await send(intake, event())
    remark = await send(intake, event("2", type="gehoor.remark.v1", data={"kind": "wish", "text": "More series!"}))
    report = await send(intake, event("3", type="gehoor.report.v1", data={"page": "https://a", "text": "typo"}))
    data = {"reference": complaint["reference"].lower(), "direction": "in", "channel": "phone"}
    contact = await send(intake, event("4", type="gehoor.contact.v1", data=data))
    became = [one["became"] for one in (complaint, remark, report, contact)]
    assert became == ["complaint", "remark", "report", "contact"]
    assert contact["id"] == complaint["id"]


BAD = {
    "an unknown type": event("2", type="shop.order.v1"),
    "a field too many": event("2", data={**COMPLAINT, "mood": "bad"}),
    "no data": event("2", data=None),
    "no id": {name: value for name, value in event("2").items() if name != "id"},
    "another version": event("2", specversion="0.3"),
    "a naive time": event("2", time="2026-03-02T08:00:00"),
    "no object": 7,
    "a desk that is none": event("2", data={**COMPLAINT, "desk": "nowhere"}),
    "an address that is none": event("2", data={**COMPLAINT, "contact_points": [{"kind": "email", "address": "x"}]}),
    "a contact of nobody": event(
        "2", type="gehoor.contact.v1", data={"reference": "0000-0000", "direction": "in", "channel": "phone"}
    ),
    "the future": event("2", time="2027-03-02T08:00:00Z"),
    "data that is no base64": event("2", data_base64="!"),
}


@pytest.mark.parametrize("case", BAD)
async def test_one_bad_event_never_loses_the_rest(intake: House, case: str) -> None:
    batch = [event("1"), BAD[case], event("3")]
    told = await send(intake, batch, 200, "application/cloudevents-batch+json")
    first, bad, last = told["results"]
    assert (first["status"], last["status"]) == (201, 201)
    assert bad["status"] in {409, 422}
    assert (await intake.stored()).count(RECEIVED) == 2
    again = await send(intake, batch, 200, "application/cloudevents-batch+json")
    assert again["results"][0]["id"] == first["id"]
    assert (await intake.stored()).count(RECEIVED) == 2


@pytest.mark.parametrize(
    "value",
    [b"", b"\xff\xfe", b"not json", b"[]", b"[" * 10_000, b'{"specversion":"1.0"}', b"x" * 1_000_000],
    ids=["nothing", "no text", "no JSON", "a list", "deep", "an envelope only", "a megabyte"],
)
async def test_garbage_on_the_topic_is_unreadable(intake: House, value: bytes) -> None:
    for headers in ([], [("content-type", b"application/cloudevents+json")], [("content-type", b"\xff")]):
        with pytest.raises(UnreadableError):
            await intake.send(value, headers)
    assert await intake.stored() == []


async def test_an_event_on_the_topic_that_can_not_be_followed_is_refused(intake: House) -> None:
    with pytest.raises(Refusal):
        await intake.send(
            json.dumps(event(type="shop.order.v1")).encode(), [("content-type", b"application/cloudevents+json")]
        )


async def test_a_batch_has_a_bound(intake: House) -> None:
    await send(intake, [event()] * 501, 422, "application/cloudevents-batch+json")
