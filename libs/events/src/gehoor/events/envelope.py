"""How a fact travels: CloudEvents 1.0, on Kafka in binary mode.

| CloudEvents attribute | what it holds                                                                     |
|-----------------------|-----------------------------------------------------------------------------------|
| `id`                  | derived from what caused it, so the same decision has the same id                 |
| `source`              | `/gehoor/<service>/<stream>`: whose store, and which stream in it                  |
| `type`                | `<service>.<fact>.v<N>`                                                           |
| `subject`             | the id of the complaint, report, person or roster it is about                     |
| `time`                | when it happened                                                                  |
| `recordedtime`        | when it was recorded                                                              |
| `sequence`            | counts the published facts of the source, from 1, without gaps                    |
| `partitionkey`        | the subject again, which is also the Kafka key                                    |
| `causationid`         | the fact or command it follows from                                               |
| `correlationid`       | what all that follows from one input has in common                                |
| `traceparent`         | W3C trace context                                                                 |
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from gehoor.events.catalogue import CATALOGUE, Catalogue, UnknownTypeError
from gehoor.events.fact import Fact, is_published
from gehoor.events.private import Json, rewrite

Headers = Sequence[tuple[str, bytes]]
CONTENT_TYPE = "application/json"
_IDS = UUID("6f1d2a52-7c1f-5a0e-9c55-0b7e0f6f3a11")
_PREFIX = "ce_"


class UnreadableError(Exception):
    """What came can't be read as a fact; the message says why, without a word of its content."""


@dataclass(frozen=True, slots=True, order=True)
class Stream:
    """The facts of one subject in one store: `complaint-0192f0c1-…`."""

    kind: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}-{self.id}"

    @classmethod
    def parse(cls, name: str) -> "Stream":
        """The stream of that name.

        Raises:
            ValueError: it is no `<kind>-<uuid>`.
        """
        kind, _, rest = name.partition("-")
        if not kind.isalpha():
            message = "a stream is named <kind>-<uuid>"
            raise ValueError(message)
        return cls(kind, UUID(rest))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with all that is known of it: one row of a store, one record of the journal."""

    id: UUID
    service: str
    stream: Stream
    fact: Fact
    recorded_at: datetime
    causation: UUID
    correlation: UUID
    sequence: int | None = None
    """Among the published facts of its stream, from 1; None for one kept to itself."""
    traceparent: str | None = None
    version: int = 0
    """Among all facts of its stream, from 1; 0 where read from the journal."""
    position: int = 0
    """In its store; 0 where read from the journal."""

    @property
    def subject(self) -> UUID:
        """What it is about: the key of the journal, and of the keyring."""
        return self.stream.id

    @property
    def source(self) -> str:
        """Whose store and which stream: what sequences count within."""
        return f"/gehoor/{self.service}/{self.stream}"


def event_id(service: str, stream: Stream, causation: UUID, command: str, index: int) -> UUID:
    """The id of the fact that is `index` in the decision on `command`, caused by `causation`, in that stream."""
    return uuid5(_IDS, f"{service}/{stream}/{causation}/{command}/{index}")


def derived_id(*parts: object) -> UUID:
    """An id that is the same whenever the parts are: a clock of a promise, a delivery of an escalation."""
    return uuid5(_IDS, "/".join(str(part) for part in parts))


def to_json(fact: Fact) -> Json:
    """The fact as JSON, private fields still in the shape they have in memory."""
    return fact.model_dump(mode="json", exclude_none=True)


def to_bytes(sealed: Json) -> bytes:
    """The bytes that are stored, relayed and journalled: compact UTF-8 JSON.

    Raises:
        ValueError: a private field is in the clear, which is a defect of the caller.
    """

    def refuse(path: str, _: Json) -> Mapping[str, Json]:
        message = f"{path} is in the clear"
        raise ValueError(message)

    rewrite(sealed, "private", refuse)
    return json.dumps(sealed, ensure_ascii=False, separators=(",", ":")).encode()


def to_headers(event: Recorded) -> list[tuple[str, bytes]]:
    """The headers of its journal record.

    Raises:
        ValueError: the fact is one that its service keeps to itself.
    """
    if event.sequence is None or not is_published(event.fact.type):
        message = f"{event.fact.type} is not for the journal"
        raise ValueError(message)
    return headers_of(
        id=event.id,
        source=event.source,
        type=event.fact.type,
        subject=event.subject,
        occurred_at=event.fact.occurred_at,
        recorded_at=event.recorded_at,
        sequence=event.sequence,
        causation=event.causation,
        correlation=event.correlation,
        traceparent=event.traceparent,
    )


def headers_of(
    *,
    id: UUID,  # noqa: A002 - the attribute's own name
    source: str,
    type: str,  # noqa: A002 - the same
    subject: UUID,
    occurred_at: datetime,
    recorded_at: datetime,
    sequence: int,
    causation: UUID,
    correlation: UUID,
    traceparent: str | None,
) -> list[tuple[str, bytes]]:
    """The same headers from a stored row, without reading its body: the type is the one the bytes were written as."""
    attributes: dict[str, str] = {
        "specversion": "1.0",
        "id": str(id),
        "source": source,
        "type": type,
        "subject": str(subject),
        "time": occurred_at.isoformat(),
        "recordedtime": recorded_at.isoformat(),
        "sequence": str(sequence),
        "partitionkey": str(subject),
        "causationid": str(causation),
        "correlationid": str(correlation),
    }
    if traceparent is not None:
        attributes["traceparent"] = traceparent
    named = [(_PREFIX + name, value.encode()) for name, value in attributes.items()]
    return [*named, ("content-type", CONTENT_TYPE.encode())]


def type_of(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """The type a record says it is of, read before anything else is; None where it names none."""
    for name, value in headers:
        if name == "ce_type":
            return value.decode(errors="replace")
    return None


def from_record(headers: Headers, value: bytes | None, catalogue: Catalogue = CATALOGUE) -> Recorded:
    """The fact of a journal record, its private fields sealed as they came.

    Raises:
        UnreadableError: an attribute is missing or malformed, the type is unknown, or the body does not fit it.
    """
    try:
        ce = {name.removeprefix(_PREFIX): held.decode() for name, held in headers if name.startswith(_PREFIX)}
        root, name, service, stream_name = ce["source"].split("/")
        stream = Stream.parse(stream_name)
        if (root, name) != ("", "gehoor") or ce["type"].partition(".")[0] != service:
            message = "the source does not match the type's service"
            raise UnreadableError(message)
        if UUID(ce["subject"]) != stream.id:
            message = "the subject does not match the source's stream"
            raise UnreadableError(message)
        fact = catalogue.read(ce["type"], _parse(value))
        return Recorded(
            id=UUID(ce["id"]),
            service=service,
            stream=stream,
            fact=fact,
            recorded_at=_aware(ce["recordedtime"]),
            causation=UUID(ce["causationid"]),
            correlation=UUID(ce["correlationid"]),
            sequence=int(ce["sequence"]),
            traceparent=ce.get("traceparent"),
        )
    except KeyError as missing:
        message = f"the attribute {missing.args[0]!r} is missing"
        raise UnreadableError(message) from None
    except UnknownTypeError:
        message = "the type, or this version of it, is not known here"
        raise UnreadableError(message) from None
    except (ValueError, RecursionError) as wrong:
        message = f"malformed: {type(wrong).__name__}"
        raise UnreadableError(message) from None


def _aware(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        message = "a moment without its zone"
        raise ValueError(message)
    return instant


def _parse(value: bytes | None) -> Json:
    if value is None:
        message = "the record has no body"
        raise UnreadableError(message)
    parsed: Any = json.loads(value)
    if not isinstance(parsed, dict):
        message = "the body is no JSON object"
        raise UnreadableError(message)
    return parsed
