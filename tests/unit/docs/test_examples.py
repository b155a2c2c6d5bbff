"""The examples of the guides are taken as they stand by the code that they are meant for."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from gehoor.events.docs.examples import example
from gehoor.events.docs.schemas import schema_of
from gehoor.events.envelope import Recorded, Stream, derived_id, to_bytes, to_headers, to_json
from gehoor.events.partner import MessageKind
from gehoor.events.sla import DeadlineMissed
from gehoor.events.terms import ClockKind
from gehoor.intake.channels import cloudevents
from gehoor.intake.channels.form import ComplaintForm
from gehoor.intake.listen import event_of
from gehoor.partner_escalation.api.shapes import NewUpdate
from gehoor.partner_escalation.domain.tickets import Stage
from gehoor.partner_escalation.facts import UpdateKind
from gehoor.runtime.deliveries.webhooks import sign
from gehoor.runtime.ports import Message
from tests.unit.docs.pages import Page, guide, written

SECRET = "whsec_" + "c2VjcmV0IG9mIGEgdGVzdCBhbG9uZQ=="


@dataclass(frozen=True)
class Call:
    """One `curl` of a guide."""

    path: str
    query: str
    headers: dict[str, str]
    body: str | None

    def __str__(self) -> str:
        return f"{self.path} {self.headers.get('content-type', '')}"


def calls(page: Page) -> Iterator[Call]:
    """Every `curl` of a page."""
    for words in page.commands():
        if words[0] == "curl":
            rest = [word for word in words[1:] if word != "-s"]
            address = urlsplit(rest[0].replace("$", ""))
            options = list(zip(rest[1::2], rest[2::2], strict=True))
            said = [value.partition(": ") for option, value in options if option == "-H"]
            body = next((value for option, value in options if option == "-d"), None)
            yield Call(
                address.path[address.path.find("/v1") :], address.query, {n.lower(): v for n, _, v in said}, body
            )


SENT = list(calls(guide("emit-events")))
ASKED = list(calls(guide("be-a-partner")))


@pytest.mark.parametrize("call", [*SENT, *ASKED], ids=str)
def test_every_call_names_a_key(call: Call) -> None:
    assert call.headers["authorization"] == "Bearer $KEY"


def test_the_plain_complaint_is_taken() -> None:
    (call,) = [call for call in SENT if call.path == "/v1/complaints"]
    assert call.body is not None
    assert ComplaintForm.model_validate_json(call.body).label == "delivery"


@pytest.mark.parametrize("call", [call for call in SENT if call.path == "/v1/events"], ids=str)
def test_every_event_is_taken(call: Call) -> None:
    assert call.body is not None
    media_type, body = call.headers["content-type"], call.body.encode()
    if media_type == cloudevents.BATCH:
        events = [cloudevents.structured(one) for one in cloudevents.parsed(body)]
    elif media_type == cloudevents.STRUCTURED:
        events = [cloudevents.structured(cloudevents.parsed(body))]
    else:
        events = [cloudevents.binary(call.headers, body, "ce-")]
    assert events
    for event in events:
        assert isinstance(cloudevents.form_of(event), cloudevents.FORMS[event.attributes.type])


def test_events_are_shown_in_all_three_ways() -> None:
    shown = [call.headers["content-type"] for call in SENT if call.path == "/v1/events"]
    assert shown == [cloudevents.STRUCTURED, cloudevents.BINARY, cloudevents.BATCH]


def test_every_type_of_event_that_is_read_is_in_the_table() -> None:
    rows = guide("emit-events").table("As a CloudEvent")
    assert [row[0].strip("`") for row in rows] == list(cloudevents.FORMS)


@pytest.mark.parametrize("page", written(), ids=str)
def test_every_block_of_python_and_json_can_be_read(page: Page) -> None:
    for block in page.blocks("python"):
        ast.parse(block)
    for block in page.blocks("json"):
        json.loads(block)


async def test_the_producer_of_the_guide_writes_what_intake_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The producer is the library's, and is not ours to start here: what would be sent is caught."""
    sent: list[tuple[str, bytes, dict[str, Any]]] = []

    class Caught:
        def __init__(self, **settings: Any) -> None:
            assert settings["acks"] == "all"

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

        async def send_and_wait(self, topic: str, value: bytes, **more: Any) -> None:
            sent.append((topic, value, more))

    monkeypatch.setattr("aiokafka.AIOKafkaProducer", Caught)
    names: dict[str, Any] = {"__name__": "guide"}
    exec(guide("emit-events").blocks("python")[0], names)  # noqa: S102 - our own page
    await names["complain"]("127.0.0.1:9092", "10482-5", {"text": "My parcel never arrived."})
    ((topic, value, more),) = sent
    assert topic == "complaints.inbound"
    event = event_of(Message(topic, 0, 0, more["key"], value, tuple(more["headers"])))
    assert isinstance(cloudevents.form_of(event), ComplaintForm)


def test_the_ledger_of_the_guide_counts_a_fact_once_however_often_it_comes() -> None:
    names: dict[str, Any] = {"__name__": "guide"}
    exec(guide("emit-events").blocks("python")[1], names)  # noqa: S102 - our own page
    ledger, facts = names["Ledger"](), [missed(1), missed(2), missed(2), missed(1), missed(3)]
    assert [ledger.hear(to_headers(one), to_bytes(to_json(one.fact))) for one in facts] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert ledger.missed == {"front-line": 3}


def missed(sequence: int) -> Recorded:
    fact = DeadlineMissed.model_validate(
        example(schema_of(DeadlineMissed)) | {"desk": "front-line", "kind": ClockKind.PROMISE}
    )
    id_ = derived_id("ledger", sequence)
    return Recorded(
        id=id_,
        service="sla",
        stream=Stream("watch", UUID(int=7)),
        fact=fact,
        recorded_at=datetime(2026, 3, 2, 8, 2, tzinfo=UTC),
        causation=id_,
        correlation=id_,
        sequence=sequence,
    )


# --- partners -----------------------------------------------------------------------------------------------------


@pytest.fixture
def take() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "guide"}
    (block,) = guide("be-a-partner").blocks("python")
    exec(block, names)  # noqa: S102 - our own page
    return names


BODY = guide("be-a-partner").blocks("json")[0].encode()


def signed(at: datetime | None = None) -> dict[str, str]:
    return sign(SECRET, UUID(int=1), BODY, at or datetime.now(UTC))


def test_the_partner_of_the_guide_believes_what_we_sign_and_takes_it_once(take: dict[str, Any]) -> None:
    assert take["take"](SECRET, signed(), BODY) == "ticket.opened"
    assert take["take"](SECRET, signed(), BODY) == "known"


def test_the_partner_of_the_guide_believes_nobody_else(take: dict[str, Any]) -> None:
    with pytest.raises(WebhookVerificationError):
        take["take"](SECRET, signed(), BODY.replace(b"bicycle", b"car"))
    with pytest.raises(WebhookVerificationError):
        take["take"](SECRET, signed(datetime.now(UTC) - timedelta(minutes=6)), BODY)


def test_every_message_to_a_partner_is_in_the_table() -> None:
    rows = guide("be-a-partner").table("What you are told")
    assert {row[0].strip("`") for row in rows} == {f"ticket.{kind}" for kind in MessageKind}


def test_all_that_a_partner_may_say_is_in_the_table() -> None:
    rows = guide("be-a-partner").table("What you say")
    assert [row[0].strip("`") for row in rows] == list(UpdateKind)


def test_the_update_of_the_guide_is_taken_and_the_stage_it_asks_for_exists() -> None:
    (said,) = [call for call in ASKED if call.body is not None]
    assert said.body is not None
    assert NewUpdate.model_validate_json(said.body).kind is UpdateKind.ACKNOWLEDGED
    (asked,) = [call for call in ASKED if call.query]
    assert Stage(asked.query.removeprefix("stage=")) is Stage.ASKED
