"""A row as a complaint: the CloudEvent that intake takes, or why it is none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError

from gehoor.cli.replaying.mapping import Columns, MappingError, RowError, Valued, named
from gehoor.cli.replaying.rows import Row, Unreadable
from gehoor.events.terms import Channel, DeskId, ForeignId, Language, Term

COMPLAINT = "gehoor.complaint.v1"

_TERM = "a term has 1 to 120 characters, no @, no control characters and no seven digits in a row"
_WANTED: Mapping[str, tuple[Any, str]] = {
    "id": (ForeignId, "an id has 1 to 255 characters and no blanks"),
    "channel": (Channel, f"a channel is one of {', '.join(Channel)}"),
    "desk": (DeskId, "a desk is a code of small letters, digits, dots and dashes"),
    "language": (Language, "a language is two small letters, as in ISO 639-1"),
    "label": (Term, _TERM),
    "product": (Term, _TERM),
    "text": (Annotated[str, StringConstraints(max_length=100_000)], "a text has at most 100,000 characters"),
    "subject": (Annotated[str, StringConstraints(max_length=1000)], "a subject has at most 1,000 characters"),
}
_CHECKS = {field: (TypeAdapter[Any](kind), says) for field, (kind, says) in _WANTED.items()}
_MANDATORY = ("id", "channel", "desk", "language", "text")
_DETAILS = ("channel", "desk", "language", "text", "subject", "label", "product", "remedy")
_POINTS = {"email": "email", "phone": "phone", "address": "post", "handle": "handle"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A row that can be sent."""

    row: Row
    id: str
    event: Mapping[str, Any]
    """Structured CloudEvents JSON."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that can't, and why; `column` is empty where it is the row as a whole."""

    line: int
    column: str
    reason: str
    columns: Mapping[str, str]

    @classmethod
    def of(cls, unreadable: Unreadable) -> "Rejected":
        """A row that could not even be read."""
        return cls(unreadable.line, "", unreadable.reason, {"raw": unreadable.raw} if unreadable.raw else {})


def check_constants(mapping: Columns) -> None:
    """See to it that what the mapping itself says, in constants and under `as`, can be sent.

    Raises:
        MappingError: a line for each field that is wrong.
    """
    wrong = [f"{field}: {reason}" for field, reason in _wrong_constants(mapping)]
    if wrong:
        raise MappingError("\n".join(wrong))


def _wrong_constants(mapping: Columns) -> Iterator[tuple[str, str]]:
    for field in _CHECKS:
        said = getattr(mapping, field)
        if not isinstance(said, Valued):
            continue
        meant = [*said.as_.values(), said.otherwise] if said.as_ else []
        if not said.as_ and not said.from_.columns:
            meant = [said.from_.fill({})]
        for value in filter(None, meant):
            if (reason := _fault(field, value)) is not None:
                yield field, f"{value!r} will not do: {reason}"


def as_complaint(row: Row, mapping: Columns, now: datetime) -> Complaint | Rejected:
    """The complaint of a row by the mapping; `now` bounds when it may have happened."""
    try:
        values = {field: _value(row, mapping, field) for field in (*_DETAILS, "id", "name", *_POINTS)}
        at = mapping.occurred_at.of(row.columns)
        if at > now:
            raise RowError(named(mapping.occurred_at.from_), "it lies in the future")
    except RowError as wrong:
        return Rejected(row.line, wrong.column, wrong.reason, row.columns)
    body: dict[str, Any] = {field: values[field] for field in _DETAILS if values[field] is not None}
    customer: dict[str, Any] = {"name": values["name"]} if values["name"] is not None else {}
    points = [
        {"kind": kind, "address": values[field]} for field, kind in _POINTS.items() if values[field] is not None
    ]
    if points:
        customer["contact_points"] = points
    if customer:
        body["customer"] = customer
    id_ = str(values["id"])
    event = {
        "specversion": "1.0",
        "type": COMPLAINT,
        "source": mapping.source,
        "id": id_,
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": body,
    }
    return Complaint(row, id_, event)


def _value(row: Row, mapping: Columns, field: str) -> str | None:
    """One field's value for a row.

    Raises:
        RowError: it is wanting, or it doesn't fit.
    """
    said = getattr(mapping, field)
    if said is None:
        return None
    value: str | None = said.of(row.columns)
    if value is None:
        if field in _MANDATORY:
            raise RowError(named(said.from_), f"it is empty, and a complaint has its {field}")
        return None
    if (reason := _fault(field, value)) is not None:
        raise RowError(named(said.from_), f"will not do as {field}: {reason}")
    return value


def _fault(field: str, value: str) -> str | None:
    """What is wrong with a value, without repeating it; None where nothing is."""
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value) or "\x00" in value:  # noqa: PLR2004 - the surrogates
        return "it has characters that are no text"
    if field not in _CHECKS:
        return None
    check, says = _CHECKS[field]
    try:
        check.validate_python(value)
    except ValidationError:
        return says
    return None
