"""What programs read of the facts says the same as the facts."""

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml

from gehoor.events.catalogue import CATALOGUE
from gehoor.events.docs.asyncapi import asyncapi
from gehoor.events.docs.examples import example
from gehoor.events.docs.pages import overview, page, path_of
from gehoor.events.docs.schemas import DIALECT, published, schema_of
from tests.unit.events.test_catalogue import LINES

SCHEMAS = {name: schema_of(fact) for name, fact in published().items()}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["type"])
def test_what_was_once_written_fits_its_schema(line: dict[str, Any]) -> None:
    validator = jsonschema_rs.Draft202012Validator(SCHEMAS[line["type"]], validate_formats=True)
    assert [error.message for error in validator.iter_errors(line["fact"])] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one_and_knows_an_example_from_an_empty_body(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == DIALECT
    validator = jsonschema_rs.Draft202012Validator(SCHEMAS[name], validate_formats=True)
    assert validator.is_valid(example(SCHEMAS[name]))
    assert not validator.is_valid({})


def test_a_word_in_the_clear_does_not_fit() -> None:
    name = "intake.promise-made.v1"
    clear = example(SCHEMAS[name]) | {"what": "We call you back."}
    assert not jsonschema_rs.Draft202012Validator(SCHEMAS[name]).is_valid(clear)


def test_null_stands_nowhere() -> None:
    assert not [name for name, schema in SCHEMAS.items() if '"null"' in json.dumps(schema)]


def test_every_fact_is_a_message_of_the_journal() -> None:
    document = yaml.safe_load(asyncapi(published()))
    assert document["asyncapi"] == "3.0.0"
    assert list(document["channels"]["journal"]["messages"]) == list(SCHEMAS)
    for name, message in document["components"]["messages"].items():
        assert message["payload"]["schema"]["$ref"] == f"schemas/{name}.json"


def test_every_fact_is_on_the_overview_with_its_page() -> None:
    said = overview(published())
    assert [name for name, fact in published().items() if f"[{name}]({path_of(fact)})" not in said] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_page_has_every_field_and_says_which_are_private(name: str) -> None:
    fact = CATALOGUE.facts[name]
    rows = page(fact).splitlines()
    for field, schema in SCHEMAS[name]["properties"].items():
        (row,) = [row for row in rows if row.startswith(f"| `{field}` |")][:1]
        assert ("**private**" in row) == ("x-private" in schema)
