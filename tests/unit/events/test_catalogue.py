"""Every fact is said in full, holds no free string, and stays readable for ever."""

import importlib
import inspect
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from gehoor.events.catalogue import CATALOGUE, Catalogue, UnknownTypeError, family
from gehoor.events.docs.schemas import published
from gehoor.events.envelope import to_json
from gehoor.events.fact import Fact, is_published, known_facts
from gehoor.events.private import Json, Private
from gehoor.events.routing import PersonReturned
from gehoor.events.terms import Instant, Slug

HISTORIES = Path(__file__).parent / "histories"
KEPT = ("gehoor.intake", "gehoor.routing", "gehoor.sla", "gehoor.partner_escalation")
for _service in KEPT:
    importlib.import_module(f"{_service}.facts")
FACTS = {name: fact for name, fact in sorted(known_facts().items()) if fact.__module__.startswith("gehoor.")}


# --- no free string -----------------------------------------------------------------------------------------------


def free_strings(annotation: Any, at: str) -> Iterator[str]:
    """Where a string could hold anything at all; a private one may."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Private or annotation is Private or origin is Literal:
        return
    if origin is Annotated:
        if parts[0] is str and any(getattr(held, "pattern", None) for held in annotation.__metadata__):
            return
        yield from free_strings(parts[0], at)
    elif origin in {Union, UnionType, tuple, list, dict, frozenset, set} or (parts and origin is not None):
        for part in parts:
            yield from free_strings(part, at)
    elif hasattr(annotation, "__supertype__"):
        yield from free_strings(annotation.__supertype__, at)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, hint in get_type_hints(annotation, include_extras=True).items():
            if name in annotation.model_fields:
                yield from free_strings(hint, f"{at}.{name}")
    elif annotation in {str, bytes, Any, object} or (annotation not in PLAIN and not is_enum(annotation)):
        yield at


PLAIN = {int, float, bool, datetime, AwareDatetime, UUID, NoneType, Ellipsis}


def is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Enum)


@pytest.mark.parametrize("name", FACTS)
def test_no_fact_has_a_free_string(name: str) -> None:
    assert list(free_strings(FACTS[name], name)) == []


class Inner(BaseModel):
    said: tuple[str, ...]


@pytest.mark.parametrize("annotation", [str, str | None, list[str], dict[Slug, str], Any, Inner, bytes])
def test_a_free_string_is_found_wherever_it_hides(annotation: Any) -> None:
    assert list(free_strings(annotation, "here"))


# --- said in full --------------------------------------------------------------------------------------------------

SAYS_IT_ALL = {
    *("accepted", "attachments", "attempt", "attempts", "automatic", "by", "calendar", "category", "channel"),
    *("clock_id", "contact_id", "contact_points", "customer_id", "desk", "detail", "due", "escalation_id", "fixed"),
    *("from_desk", "judgement", "kind", "language", "level", "limit", "name", "note", "opened_by", "outcome"),
    *("partner", "person", "policy", "promise_id", "reason", "recorded_by", "reference", "severity", "solved"),
    *("starts", "ticket_id", "to_desk", "to_person", "why", "words", "text", "selection", "product", "subject"),
    *("covered_by", "update_id", "delivery_id", "promised_by", "answer", "question", "channel_id", "replaced_by"),
    *("after", "before", "agreed", "basis", "direction", "ground", "into", "joined", "label", "message", "outcome"),
    *("answer_by", "cause", "explanation", "gave_up", "happened_at", "next_step", "next_step_by", "remedy", "repeat"),
    *(
        "status",
        "page",
        "proof",
        "rating",
        "size",
        "spot",
        "steps",
        "subjects",
        "warmth",
        "watches",
        "whither",
        "admissible",
    ),
}
"""Names that need no sentence."""


def test_every_fact_says_what_happened() -> None:
    assert [name for name, fact in FACTS.items() if not inspect.cleandoc(fact.__doc__ or "").endswith(".")] == []


def test_every_field_whose_name_does_not_say_it_all_is_described() -> None:
    silent = [
        f"{name}.{field}"
        for name, fact in published().items()
        for field, held in fact.model_fields.items()
        if field not in SAYS_IT_ALL and not held.description and not is_told_by_its_type(held.annotation)
    ]
    assert silent == []


def is_told_by_its_type(annotation: Any) -> bool:
    """An enum or a part of a fact has a docstring of its own."""
    said = [part for part in (annotation, *get_args(annotation)) if isinstance(part, type)]
    return any(is_enum(part) or issubclass(part, BaseModel) for part in said)


def test_all_that_is_published_is_in_the_catalogue() -> None:
    assert {name for name in FACTS if is_published(name)} == set(CATALOGUE.facts)


def test_what_a_service_keeps_to_itself_is_named_so() -> None:
    kept = [name for name, fact in FACTS.items() if not fact.__module__.startswith("gehoor.events")]
    assert [name for name in kept if is_published(name)] == []


@pytest.mark.parametrize("name", ["intake.kept", "Intake.kept.v1", "intake.kept.v0", "kept.v1", "a.b.c.v1", ""])
def test_a_type_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="is not <service>"):
        type("Odd", (Fact,), {"__module__": __name__}, type=name)


def test_one_name_is_one_fact() -> None:
    with pytest.raises(TypeError, match="is both"):
        type("Impostor", (Fact,), {"__module__": __name__}, type="routing.person-returned.v1")


def test_a_fact_at_no_known_moment_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        PersonReturned(occurred_at=datetime(2026, 3, 2, 8, 2), person="st_ben", desk="back-office")  # noqa: DTZ001


def test_moments_are_kept_in_utc() -> None:
    brussels = datetime.fromisoformat("2026-03-02T09:02:00+01:00")
    kept = PersonReturned(occurred_at=brussels, person="st_ben", desk="back-office").occurred_at
    assert (kept, kept.tzinfo) == (brussels, UTC)


def test_a_fact_does_not_change() -> None:
    fact = PersonReturned(occurred_at=datetime(2026, 3, 2, tzinfo=UTC), person="st_ben", desk="back-office")
    with pytest.raises(ValidationError, match="frozen"):
        setattr(fact, "desk", "front-line")  # noqa: B010 - what the type checker forbids too


# --- readable for ever ---------------------------------------------------------------------------------------------

LINES = [
    json.loads(line) for file in sorted(HISTORIES.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["type"])
def test_what_was_once_written_stays_readable(line: dict[str, Any]) -> None:
    """Every field that was written is still understood as it was."""
    read = to_json(CATALOGUE.read(line["type"], line["fact"]))
    assert {name: read.get(name) for name in line["fact"]} == line["fact"]


def test_every_fact_has_been_written_once() -> None:
    """A new fact has no line yet: `python -m tests.unit.events.writing` adds it, and changes none that stands."""
    assert set(published()) - {line["type"] for line in LINES} == set()


class WeightNoted(Fact, type="catalogue-test.weight-noted.v1"):
    """What a parcel weighs, in grams."""

    grams: int


class WeightNotedAnew(Fact, type="catalogue-test.weight-noted.v2"):
    """What a parcel weighs, in kilograms, and by which scales."""

    kilograms: float = Field(ge=0)
    scales: Slug


class WeightNotedAtLast(Fact, type="catalogue-test.weight-noted.v3"):
    """The same, with when the scales were checked."""

    kilograms: float
    scales: Slug
    checked_at: Instant | None = None


def in_kilograms(json_: Json) -> Json:
    return {"occurred_at": json_["occurred_at"], "kilograms": json_["grams"] / 1000, "scales": "unknown"}


GROWN = Catalogue(
    facts={fact.type: fact for fact in (WeightNotedAtLast,)},
    upcasters={
        WeightNoted.type: (WeightNotedAnew.type, in_kilograms),
        WeightNotedAnew.type: (WeightNotedAtLast.type, lambda json_: json_),
    },
)


def test_an_old_version_is_read_as_the_newest_over_all_steps_between() -> None:
    read = GROWN.read(WeightNoted.type, {"occurred_at": "2026-03-02T08:02:00Z", "grams": 1500})
    assert read == WeightNotedAtLast(
        occurred_at=datetime(2026, 3, 2, 8, 2, tzinfo=UTC), kilograms=1.5, scales="unknown"
    )


def test_the_old_bytes_stay_what_they_were() -> None:
    written = {"occurred_at": "2026-03-02T08:02:00Z", "grams": 1500}
    GROWN.read(WeightNoted.type, written)
    assert written == {"occurred_at": "2026-03-02T08:02:00Z", "grams": 1500}


def test_versions_are_one_family() -> None:
    assert family(WeightNoted.type) == family(WeightNotedAtLast.type) == "catalogue-test.weight-noted"


def test_a_type_that_nobody_knows_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownTypeError, match=r"catalogue-test\.nothing\.v1"):
        GROWN.read("catalogue-test.nothing.v1", {})


def test_what_does_not_fit_names_its_fields_and_not_what_stood_there() -> None:
    with pytest.raises(ValueError, match="does not fit in kilograms, scales") as wrong:
        GROWN.read(WeightNotedAtLast.type, {"occurred_at": "2026-03-02T08:02:00Z", "kilograms": "Zwaluwstaart"})
    assert "Zwaluwstaart" not in str(wrong.value)
