"""Schemas only grow."""

import json
from collections.abc import Callable
from copy import deepcopy
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from gehoor.events.catalogue import CATALOGUE
from gehoor.events.compatibility import breaks
from gehoor.events.docs.__main__ import broken, drifted, main
from gehoor.events.docs.examples import example
from gehoor.events.docs.schemas import published, schema_of
from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import Slug, Value

TYPE = "compatibility-test.parcel-seen.v1"


class Place(StrEnum):
    """Where a parcel may be."""

    SHELF = "shelf"
    VAN = "van"


class Label(Value):
    """What is stuck on a parcel."""

    code: Slug
    copies: int = Field(1, ge=1, le=5)


class ParcelSeen(Fact, type=TYPE):
    """Somebody saw a parcel."""

    place: Place
    labels: tuple[Label, ...] = ()
    shelf: Slug | None = None
    weight: int = Field(ge=0, le=100)
    words: Private[str] | None = None
    seal: Slug | int = 0


SCHEMA = schema_of(ParcelSeen)
Change = Callable[[dict[str, Any]], object]


def after(change: Change) -> list[str]:
    """What breaks when the schema is changed so."""
    schema = deepcopy(SCHEMA)
    change(schema)
    return breaks({TYPE: SCHEMA}, {TYPE: schema})


def fields(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"]
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: fields(s).pop("shelf"), "shelf is gone"),
        (lambda s: s["$defs"]["Label"]["properties"].pop("code"), "labels[].code is gone"),
        (lambda s: fields(s)["weight"].update(type="string"), "weight changed its type"),
        (lambda s: fields(s)["shelf"].update(pattern="^x$"), "shelf changed its pattern"),
        (lambda s: fields(s)["occurred_at"].pop("format"), "occurred_at changed its format"),
        (lambda s: fields(s).update(words={"type": "string"}), "words changed"),
        (lambda s: fields(s)["words"].update({"x-private": {"type": "integer"}}), "words[x-private] changed its type"),
        (lambda s: s["$defs"]["Place"]["enum"].remove("van"), "place can no longer be van"),
        (lambda s: s["$defs"]["Place"].pop("enum"), "place changed from a list"),
        (lambda s: fields(s)["weight"].update(minimum=1), "weight narrowed its minimum"),
        (lambda s: fields(s)["weight"].update(maximum=99), "weight narrowed its maximum"),
        (lambda s: fields(s)["weight"].update(exclusiveMinimum=0), "weight narrowed its exclusiveMinimum"),
        (lambda s: fields(s)["shelf"].update(maxLength=3), "shelf narrowed its maxLength"),
        (lambda s: s["$defs"]["Label"]["properties"]["copies"].update(maximum=4), "labels[].copies narrowed"),
        (lambda s: s["required"].append("shelf"), "shelf is newly required"),
        (lambda s: s["$defs"]["Label"]["required"].append("copies"), "labels[].copies is newly required"),
        (lambda s: s["required"].remove("weight"), "weight is no longer always there"),
        (lambda s: fields(s)["seal"]["anyOf"].pop(), "seal lost its alternative 2"),
        (lambda s: fields(s).update(seal={"type": "integer"}), "seal changed"),
    ],
)
def test_what_would_break_a_reader_is_named(change: Change, said: str) -> None:
    found = after(change)
    assert any(f"{TYPE}: {said}" in one for one in found), found


def test_a_new_required_field_breaks_and_an_optional_one_does_not() -> None:
    def add(schema: dict[str, Any]) -> None:
        fields(schema)["colour"] = {"type": "string"}

    def require(schema: dict[str, Any]) -> None:
        add(schema)
        schema["required"].append("colour")

    assert after(add) == []
    assert after(require) == [f"{TYPE}: colour is newly required"]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["$defs"]["Place"]["enum"].append("hall"),
        lambda s: fields(s)["weight"].update(maximum=1000),
        lambda s: fields(s)["weight"].pop("minimum"),
        lambda s: fields(s)["seal"]["anyOf"].append({"type": "boolean"}),
        lambda s: fields(s)["shelf"].update(description="Which one."),
        lambda s: s.update(description="Said better."),
        lambda s: (
            s["$defs"].update(Crate=s["$defs"].pop("Label"))
            or fields(s)["labels"].update(items={"$ref": "#/$defs/Crate"})
        ),
    ],
)
def test_growth_and_better_words_break_nothing(change: Change) -> None:
    assert after(change) == []


def test_a_type_that_is_gone_is_named_and_a_new_one_is_growth() -> None:
    assert breaks({TYPE: SCHEMA}, {}) == [f"{TYPE}: the type is gone"]
    assert breaks({}, {TYPE: SCHEMA}) == []


# --- the pages -----------------------------------------------------------------------------------------------------


def test_what_was_written_has_not_drifted(tmp_path: Path) -> None:
    assert main(["--folder", str(tmp_path)]) == 0
    assert (drifted(tmp_path), broken(tmp_path)) == ([], [])
    assert main(["--check", "--folder", str(tmp_path)]) == 0


def test_a_page_that_was_edited_by_hand_or_is_too_many_has_drifted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--folder", str(tmp_path)])
    (tmp_path / "routing" / "person-absent.md").write_text("Better words.")
    (tmp_path / "routing" / "person-asleep.md").write_text("A fact that is none.")
    assert drifted(tmp_path) == ["routing/person-absent.md", "routing/person-asleep.md"]
    assert main(["--check", "--folder", str(tmp_path)]) == 1
    assert "person-asleep.md" in capsys.readouterr().err
    assert main(["--folder", str(tmp_path)]) == 0
    assert drifted(tmp_path) == []


def test_a_break_is_not_written_over_what_was_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--folder", str(tmp_path)])
    path = tmp_path / "schemas" / "routing.person-absent.v1.json"
    promised = json.loads(path.read_text("utf-8"))
    promised["properties"]["reason"] = {"type": "string"}
    path.write_text(json.dumps(promised))
    assert main(["--folder", str(tmp_path)]) == 1
    assert "routing.person-absent.v1: reason is gone" in capsys.readouterr().err
    assert "reason" in path.read_text("utf-8")
    assert main(["--anew", "--folder", str(tmp_path)]) == 0
    assert "reason" not in path.read_text("utf-8")


@pytest.mark.parametrize("name", published())
def test_every_example_can_be_read(name: str) -> None:
    assert CATALOGUE.read(name, example(schema_of(CATALOGUE.facts[name]))).type == name
