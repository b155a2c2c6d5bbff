"""Bad requests, row by row: what is sent, and which field the answer must name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"
MIB = 1024 * 1024
FORM: Mapping[str, Any] = {"channel": "web", "text": "Er klopt iets niet."}
EVENT: Mapping[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/tests/bad",
    "type": "gehoor.complaint.v1",
    "data": {"text": "Er klopt iets niet."},
}


@dataclass(frozen=True)
class Bad:
    """One bad request to intake, and how it must be answered."""

    says: str
    body: bytes
    status: int
    code: str
    names: str | None = None
    """The field, as a JSON pointer; None where the whole body is what is wrong."""
    path: str = "/complaints"
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.says.replace(" ", "-")


def form(says: str, names: str, code: str = "invalid", **changed: Any) -> Bad:
    """A complaint with something wrong in one field."""
    return Bad(says, json.dumps({**FORM, **changed}).encode(), 422, code, names)


def event(says: str, names: str | None = None, **changed: Any) -> Bad:
    """An event with something wrong in it."""
    body = json.dumps({**EVENT, **changed}).encode()
    return Bad(says, body, 422, "invalid-event", names, "/events", "application/cloudevents+json")


CASES: Sequence[Bad] = [
    form("an unknown field", "#/colour", colour="red"),
    form("a wrong type", "#/text", text=7),
    form("a wrong type within", "#/contact_points/0", contact_points=["els@klant.example"]),
    form("an unknown channel", "#/channel", channel="telepathy"),
    form("a naive time", "#/occurred_at", occurred_at="2026-01-05T10:00:00"),
    form("a time to come", "#/occurred_at", "invalid-moment", occurred_at="2999-01-05T10:00:00Z"),
    form("a time long gone", "#/occurred_at", "invalid-moment", occurred_at="1999-01-05T10:00:00Z"),
    form("an unknown desk", "#/desk", "invalid-desk", desk="moon"),
    form("NUL", "#/text", text="a\0b"),
    Bad("NUL in the name of a field", json.dumps({**FORM, "a\0b": 1}).encode(), 422, "invalid", "#"),
    form("half a surrogate pair", "#/text", text="a\ud800b"),
    form("half a surrogate pair deep within", "#/contact_points/0/address", contact_points=[{"address": "\udfff"}]),
    form("a line end in the subject", "#/subject", subject="Klacht\r\nBcc: all@klant.example"),
    form("a line end in the name", "#/name", name="Els\nBcc: all@klant.example"),
    form("a line end in a label", "#/label", label="a\r\nb"),
    form("a line end in the channel's id", "#/channel_id", channel_id="a\r\nb"),
    form(
        "a line end in an address",
        "#/contact_points/0/address",
        "invalid-contact-point",
        contact_points=[{"kind": "email", "address": "els@klant.example\r\nBcc: all@klant.example"}],
    ),
    form(
        "a line end in the name of an attachment",
        "#/attachments/0/name",
        attachments=[{"name": "a\r\nb", "media_type": "text/plain", "base64": "eA=="}],
    ),
    form(
        "an attachment that is no base64",
        "#/attachments/0/base64",
        "invalid-attachment",
        attachments=[{"media_type": "text/plain", "base64": "&&&&"}],
    ),
    Bad("ten megabytes", json.dumps({**FORM, "text": "x" * 10 * MIB}).encode(), 413, "too-large"),
    Bad("a mail of more than it may be", b"x" * 11 * MIB, 413, "too-large", None, "/mails", "message/rfc822"),
    Bad("ten thousand lists in one another", b"[" * 10_000 + b"]" * 10_000, 422, "invalid", "#"),
    Bad("ten thousand objects in one another", b'{"text":' * 10_000 + b"1" + b"}" * 10_000, 422, "invalid", "#"),
    Bad("NUL as it is", b'{"channel": "web", "text": "a\0b"}', 400, "malformed"),
    Bad("no UTF-8", b'{"channel": "web", "text": "\xff"}', 400, "malformed"),
    Bad("no JSON", b"channel=web", 400, "malformed"),
    Bad("nothing", b"", 422, "invalid", "#"),
    Bad("an empty object", b"{}", 422, "invalid", "#/channel"),
    Bad("another kind of body", b"channel=web", 415, "unsupported-media-type", media_type="text/plain"),
    Bad("no such path", b"{}", 404, "not-found", path="/complaint"),
    Bad(
        "a key with a blank",
        json.dumps(FORM).encode(),
        422,
        "invalid",
        "#/Idempotency-Key",
        headers={"Idempotency-Key": "a b"},
    ),
    Bad(
        "a report with a line end in the name",
        json.dumps({"page": "https://krant.example/", "text": "fout", "name": "a\r\nb"}).encode(),
        422,
        "invalid",
        "#/name",
        "/reports",
    ),
    event("an event of a type that is not read", type="gehoor.rumour.v1"),
    event("an event without an id", "id", id=None),
    event("an event whose data does not fit", "colour", data={"text": "a", "colour": "red"}),
    event("an event whose data is naive of time", "occurred_at", data={"text": "a", "occurred_at": "2026-01-05T10:00"}),
    event("an event about an unknown complaint", "reference", type="gehoor.contact.v1", data={"reference": "0000"}),
    Bad("a batch that is none", b"{}", 422, "invalid", "#", "/events", "application/cloudevents-batch+json"),
]
