"""CloudEvents 1.0 from other systems: structured, binary or in a batch, over HTTP or Kafka.

The data is the same form that the HTTP endpoint of its kind reads. An event is known by its source and id together:
the same again, by whichever way, has no second effect.
"""

import json
from base64 import b64decode
from binascii import Error as NoBase64Error
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import AfterValidator, Field, ValidationError

from gehoor.events.deciding import Refusal
from gehoor.events.terms import Instant, Reference
from gehoor.intake.channels.contact import ContactForm
from gehoor.intake.channels.form import ComplaintForm, Form, RemarkForm
from gehoor.intake.channels.report import ReportForm
from gehoor.intake.references import heard
from gehoor.runtime.http.bodies import Body
from gehoor.runtime.http.bodies import text as words

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
BINARY = "application/json"
BATCH_MAX = 500
"""Events in one batch."""


def _reference(said: str) -> Reference:
    reference = heard(said)
    if reference is None:
        raise ValueError("no reference, or misheard: the check character does not fit")
    return reference


class ContactEvent(ContactForm):
    """A contact, and the reference of the complaint it belongs to."""

    reference: Annotated[str, words(20), AfterValidator(_reference)]


Data = ComplaintForm | RemarkForm | ReportForm | ContactEvent
FORMS: Mapping[str, type[Data]] = {
    "gehoor.complaint.v1": ComplaintForm,
    "gehoor.remark.v1": RemarkForm,
    "gehoor.report.v1": ReportForm,
    "gehoor.contact.v1": ContactEvent,
}


class Attributes(Body):
    """The context attributes we read; extensions are the sender's own affair."""

    specversion: Annotated[str, Field(pattern=r"^1\.0$")]
    id: Annotated[str, words(255)]
    source: Annotated[str, words(255)]
    type: Annotated[str, words(255)]
    time: Instant | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event, read as far as its envelope."""

    attributes: Attributes
    data: Any

    @property
    def key(self) -> str:
        """What it is known by."""
        return sha256(json.dumps([self.attributes.source, self.attributes.id]).encode()).hexdigest()

    @property
    def digest(self) -> str:
        """Of all of it."""
        said = json.dumps([self.attributes.model_dump(mode="json"), self.data], sort_keys=True)
        return sha256(said.encode()).hexdigest()


def structured(event: Any) -> Event:
    """An event whose attributes and data are one JSON object.

    Raises:
        Refusal: it is none.
    """
    if not isinstance(event, dict):
        raise Refusal("invalid-event", "An event is a JSON object.")
    named = {name: event[name] for name in Attributes.model_fields if event.get(name) is not None}
    if "data_base64" in event:
        return Event(_attributes(named), parsed(_base64(event["data_base64"])))
    return Event(_attributes(named), event.get("data"))


def binary(headers: Mapping[str, str], body: bytes, prefix: str) -> Event:
    """An event whose attributes are headers: `ce-` over HTTP, where they are percent-encoded, `ce_` on Kafka.

    Raises:
        Refusal: it is none.
    """
    named = {
        name: unquote(headers[prefix + name]) if prefix == "ce-" else headers[prefix + name]
        for name in Attributes.model_fields
        if prefix + name in headers
    }
    return Event(_attributes(named), parsed(body))


def form_of(event: Event) -> Data:
    """The form that the event holds; where it names no moment, the event's own is meant.

    Raises:
        Refusal: its type is none of ours, or its data does not fit.
    """
    form = FORMS.get(event.attributes.type)
    if form is None:
        raise Refusal("invalid-event", "That type of event is not read here.", sorted(FORMS))
    data = event.data
    if isinstance(data, dict) and "occurred_at" not in data and event.attributes.time is not None:
        data = {**data, "occurred_at": event.attributes.time.isoformat()}
    if isinstance(data, dict) and issubclass(form, Form) and "channel" not in data:
        data = {**data, "channel": "system"}
    try:
        return form.model_validate_json(json.dumps(data))
    except ValidationError as wrong:
        raise _unfit("data", wrong) from None


def _attributes(named: Mapping[str, Any]) -> Attributes:
    try:
        return Attributes.model_validate_json(json.dumps(named))
    except ValidationError as wrong:
        raise _unfit("attributes", wrong) from None


def parsed(body: bytes) -> Any:
    """JSON of others.

    Raises:
        Refusal: it is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal("invalid-event", "Its data is no JSON.") from None


def _base64(written: Any) -> bytes:
    try:
        return b64decode(written, validate=True)
    except (NoBase64Error, TypeError, ValueError):
        raise Refusal("invalid-event", "`data_base64` is no base64.") from None


def _unfit(where: str, wrong: ValidationError) -> Refusal:
    fields = sorted({".".join(map(str, error["loc"])) for error in wrong.errors(include_input=False)})
    return Refusal("invalid-event", f"Its {where} do not fit.", [f"mend {field[:100]}" for field in fields[:20]])
