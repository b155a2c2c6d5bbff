"""JSON Schemas (draft 2020-12) of the facts as they stand on the journal.

What is absent is left out rather than null; a private field is `{"sealed": …}` or `{"erased": …}`, and `x-private`
says of what shape it is once it is unsealed.
"""

from collections.abc import Mapping
from typing import Any

from gehoor.events.catalogue import CATALOGUE, Catalogue
from gehoor.events.fact import Fact, is_published
from gehoor.events.private import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NULL = {"type": "null"}


def published(catalogue: Catalogue = CATALOGUE) -> Mapping[str, type[Fact]]:
    """The facts that go on the journal, by type name, each service's in the order in which it tells them."""
    return {name: fact for name, fact in catalogue.facts.items() if is_published(name)}


def schema_of(fact: type[Fact]) -> dict[str, Any]:
    """The schema of a fact's body."""
    schema = _tidy(fact.model_json_schema())
    return {"$schema": DIALECT, "$id": f"urn:gehoor:{fact.type}", "title": fact.type, **schema}


def _tidy(schema: Json) -> Json:
    """Without the titles that repeat the names, and without null, which is never written."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {word: _tidied(word, part) for word, part in schema.items() if word != "title"}
    if tidied.get("default", _NULL) is None:
        del tidied["default"]
    if _NULL in tidied.get("anyOf", ()):
        arms = [arm for arm in tidied.pop("anyOf") if arm != _NULL]
        tidied = {**(arms[0] if len(arms) == 1 else {"anyOf": arms}), **tidied}
    return tidied


def _tidied(word: str, part: Json) -> Json:
    """Below `properties` and `$defs` stand names, which may be `title` too."""
    if word in {"properties", "$defs"}:
        return {name: _tidy(schema) for name, schema in part.items()}
    return part if word in {"default", "enum", "const", "required"} else _tidy(part)


def resolve(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself where it refers to one of the root's definitions; what stands beside the reference wins."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    referred: Mapping[str, Any] = root["$defs"][str(reference).rpartition("/")[2]]
    return {**resolve(referred, root), **{word: part for word, part in schema.items() if word != "$ref"}}
