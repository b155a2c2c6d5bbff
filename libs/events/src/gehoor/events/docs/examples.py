"""An example of every fact, made of its schema: always the same, and always one that can be read."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gehoor.events import terms
from gehoor.events.docs.schemas import resolve
from gehoor.events.envelope import derived_id
from gehoor.events.private import Json

_OCCURRED = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
_SEALED = "1.VGhpcyBpcyBub3QgYSByZWFsIHNlYWw"
_LATER = ("until", "due", "answer_by", "next_step_by", "next_at", "objection_until")
_WORDS: Mapping[str, str] = {
    "desk": "front-line",
    "from_desk": "front-line",
    "to_desk": "back-office",
    "partner": "sponsor",
    "category": "prize.not-delivered",
    "calendar": "brussels-office",
    "policy": "default-1",
    "basis": "policy",
    "rule": "words-prize",
    "reason": "closed",
    "addressee": "deputy",
    "media_type": "application/pdf",
    "computed": "2 working days from Mon 2 March 09:02 in brussels-office",
}
"""What stands in a field of that name; others have the sample of their kind."""
_SAMPLES: Mapping[str, str] = {
    "Slug": "example",
    "StaffId": "st_anna",
    "Term": "example",
    "Words": "made of codes and numbers",
    "Reference": "ABCD-EFG1",
    "Digest": "sha256:" + "0" * 64,
    "ForeignId": "T-1001",
    "Language": "nl",
}


def pattern_of(annotation: Any) -> str:
    """The pattern of one of the words in `terms`."""
    return next(str(found) for held in annotation.__metadata__ if (found := getattr(held, "pattern", None)))


KINDS: Mapping[str, str] = {pattern_of(getattr(terms, name)): name for name in _SAMPLES}
"""The word's name by its pattern."""


def example(schema: Mapping[str, Any]) -> dict[str, Json]:
    """A body that fits the schema, every field filled."""
    return _object(schema, schema)


def _object(schema: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Json]:
    return {name: _value(name, resolve(field, root), root) for name, field in schema["properties"].items()}


def _value(name: str, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Json:
    if "x-private" in schema:
        return {"sealed": _SEALED}
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _value(name, resolve(schema["anyOf"][0], root), root)
    make: Callable[[], Json] = {
        "object": lambda: _object(schema, root),
        "array": lambda: [_value(name, resolve(schema["items"], root), root)],
        "boolean": lambda: True,
        "integer": lambda: schema.get("minimum", 0),
        "number": lambda: schema.get("maximum", 1),
        "string": lambda: _text(name, schema),
    }[schema["type"]]
    return make()


def _text(name: str, schema: Mapping[str, Any]) -> str:
    match schema.get("format"):
        case "uuid":
            return str(derived_id("example", name))
        case "date-time":
            return (_OCCURRED + (timedelta(days=2) if name in _LATER else timedelta(0))).isoformat()
        case _:
            return _WORDS.get(name) or _SAMPLES[KINDS[schema["pattern"]]]
