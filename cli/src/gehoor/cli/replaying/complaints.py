"""A row as a complaint: the CloudEvent that intake takes, or why it is none.

Rows are held against intake's own form before they are sent, so that what is wrong is named by its line and column.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gehoor.cli.replaying.mapping import Columns, MappingError, Moment, RowError, Valued, named
from gehoor.cli.replaying.rows import Row, Unreadable
from gehoor.events.intake import PointKind
from gehoor.events.terms import Channel, ForeignId
from gehoor.intake.channels.form import ComplaintForm

COMPLAINT = "gehoor.complaint.v1"
_TERM = "a term has 1 to 120 characters, no @, no control characters and no seven digits in a row"
_SAYS = {
    "id": "an id has 1 to 255 characters and no blanks",
    "channel": f"a channel is one of {', '.join(Channel)}",
    "desk": "a desk is a code of small letters, digits, dots and dashes",
    "language": "a language is two small letters, as in ISO 639-1",
    "label": _TERM,
    "product": _TERM,
}
"""What a field must be, in words, where intake's own would be a pattern."""
_DETAILS = ("channel", "desk", "language", "text", "subject", "label", "product", "remedy", "name")
_MANDATORY = frozenset({"id", "channel", "text"})
_POINTS = {
    "email": PointKind.EMAIL,
    "phone": PointKind.PHONE,
    "address": PointKind.POST,
    "handle": PointKind.HANDLE,
}


_ID: TypeAdapter[str] = TypeAdapter(ForeignId)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A row that can be sent."""

    row: Row
    id: str
    event: Mapping[str, Any]
    """Structured CloudEvents JSON."""
    answered_at: datetime | None = None
    """When it was answered for good, where the file tells."""


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
    for field in (*_DETAILS, "id", *_POINTS):
        said = getattr(mapping, field)
        if not isinstance(said, Valued):
            continue
        meant = [*said.as_.values(), said.otherwise] if said.as_ else []
        if not said.as_ and not said.from_.columns:
            meant = [said.from_.fill({})]
        for value in filter(None, meant):
            if (reason := _faults({"id": "1", "channel": "web", "text": "…", field: value}).get(field)) is not None:
                yield field, f"{value!r} will not do: {reason}"


def as_complaint(row: Row, mapping: Columns, now: datetime) -> Complaint | Rejected:
    """The complaint of a row by the mapping; `now` bounds when it may have happened."""
    try:
        values = _values(row, mapping)
        at = _past(mapping.occurred_at, row, now)
        answered_at = None
        if mapping.answered is not None and mapping.answered.from_.fill(row.columns):
            # The same day, told without its hour: not before it was received.
            answered_at = max(_past(mapping.answered, row, now), at)
    except RowError as wrong:
        return Rejected(row.line, wrong.column, wrong.reason, row.columns)
    event = {
        "specversion": "1.0",
        "type": COMPLAINT,
        "source": mapping.source,
        "id": values["id"],
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": _form(values),
    }
    return Complaint(row, values["id"], event, answered_at)


def _past(moment: Moment, row: Row, now: datetime) -> datetime:
    """The moment for a row.

    Raises:
        RowError: it is none, or lies in the future.
    """
    at = moment.of(row.columns)
    if at > now:
        raise RowError(named(moment.from_), "it lies in the future")
    return at


def _values(row: Row, mapping: Columns) -> Mapping[str, str]:
    """What each field is for a row, without those that are empty.

    Raises:
        RowError: one is wanting, or doesn't fit.
    """
    values = {}
    for field in (*_DETAILS, "id", *_POINTS):
        said = getattr(mapping, field)
        value = said.of(row.columns) if said is not None else None
        if value is not None:
            values[field] = value
        elif field in _MANDATORY:
            raise RowError(named(said.from_), f"it is empty, and a complaint has its {field}")
    for field, reason in _faults(values).items():
        raise RowError(named(getattr(mapping, field).from_), f"will not do as {field}: {reason}")
    return values


def _form(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of intake's form."""
    form: dict[str, Any] = {field: values[field] for field in _DETAILS if field in values}
    points = [{"kind": kind, "address": values[field]} for field, kind in _POINTS.items() if field in values]
    return form | ({"contact_points": points} if points else {})


def _faults(values: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong with each value that will not do, without repeating it."""
    faults = {field: "it has characters that are no text" for field, value in values.items() if not _is_text(value)}
    faults |= {"id": _SAYS["id"]} if "id" not in faults and not _fits(_ID, values["id"]) else {}
    if faults:
        return faults
    try:
        ComplaintForm.model_validate(_form(values))
    except ValidationError as wrong:
        points = [field for field in _POINTS if field in values]
        for error in wrong.errors(include_input=False, include_url=False):
            field = str(error["loc"][0])
            field = points[int(error["loc"][1])] if field == "contact_points" else field
            faults[field] = _SAYS.get(field) or _plain(error["type"], error["msg"])
    return faults


def _plain(kind: str, told: str) -> str:
    return "it has control characters" if kind == "string_pattern_mismatch" else told.removeprefix("Value error, ")


def _fits(check: TypeAdapter[str], value: str) -> bool:
    try:
        check.validate_python(value)
    except ValidationError:
        return False
    return True


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON may smuggle in half a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
