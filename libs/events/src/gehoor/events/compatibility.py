"""Schemas only grow: what a release has published stays readable, and says what it said.

Allowed: a new type, a new optional field, a further value of an enum, wider bounds, other descriptions. All else is a
break: it needs a new version of the fact, with an upcaster from the old.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gehoor.events.docs.schemas import resolve

Schema = Mapping[str, Any]
_SAME = ("type", "format", "pattern", "const", "uniqueItems")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def breaks(before: Mapping[str, Schema], now: Mapping[str, Schema]) -> list[str]:
    """What was published and does not hold any more, a sentence each; both are schemas by type name."""
    found = [f"{name}: the type is gone" for name in sorted(before.keys() - now.keys())]
    for name in sorted(before.keys() & now.keys()):
        found += [f"{name}: {said}" for said in _compare("", (before[name], before[name]), (now[name], now[name]))]
    return found


def _compare(at: str, before: tuple[Schema, Schema], now: tuple[Schema, Schema]) -> Iterator[str]:
    """What broke in one schema, given with its root each time."""
    was, is_ = resolve(*before), resolve(*now)
    for word in _SAME:
        if was.get(word) != is_.get(word):
            yield f"{at or 'the whole'} changed its {word} from {was.get(word)} to {is_.get(word)}"
    yield from _narrowed(at, was, is_)
    yield from _fields(at, (was, before[1]), (is_, now[1]))
    for word in ("items", "x-private", "additionalProperties"):
        yield from _below(at, word, (was, before[1]), (is_, now[1]))
    yield from _arms(at, (was, before[1]), (is_, now[1]))


def _narrowed(at: str, was: Schema, is_: Schema) -> Iterator[str]:
    lost = [value for value in was.get("enum", ()) if "enum" in is_ and value not in is_["enum"]]
    if lost:
        yield f"{at} can no longer be {', '.join(map(str, lost))}"
    if ("enum" in was) != ("enum" in is_):
        yield f"{at} changed from a list of values to a free one, or the other way round"
    for word in _LOWER:
        if word in is_ and is_[word] > was.get(word, float("-inf")):
            yield f"{at} narrowed its {word} from {was.get(word)} to {is_[word]}"
    for word in _UPPER:
        if word in is_ and is_[word] < was.get(word, float("inf")):
            yield f"{at} narrowed its {word} from {was.get(word)} to {is_[word]}"


def _fields(at: str, before: tuple[Schema, Schema], now: tuple[Schema, Schema]) -> Iterator[str]:
    was, is_ = before[0].get("properties", {}), now[0].get("properties", {})
    required, requires = set(before[0].get("required", ())), set(now[0].get("required", ()))
    for name in was:
        path = f"{at}.{name}" if at else name
        if name not in is_:
            yield f"{path} is gone"
            continue
        if name in required and name not in requires:
            yield f"{path} is no longer always there"
        yield from _compare(path, (was[name], before[1]), (is_[name], now[1]))
    for name in sorted(requires - required):
        yield f"{at}.{name} is newly required" if at else f"{name} is newly required"


def _below(at: str, word: str, before: tuple[Schema, Schema], now: tuple[Schema, Schema]) -> Iterator[str]:
    was, is_ = before[0].get(word), now[0].get(word)
    if isinstance(was, Mapping) and isinstance(is_, Mapping):
        yield from _compare(f"{at}[{word}]" if word != "items" else f"{at}[]", (was, before[1]), (is_, now[1]))
    elif was != is_:
        yield f"{at} changed its {word}"


def _arms(at: str, before: tuple[Schema, Schema], now: tuple[Schema, Schema]) -> Iterator[str]:
    """Each former alternative must still fit one of the present."""
    was, is_ = before[0].get("anyOf"), now[0].get("anyOf")
    if was is None and is_ is None:
        return
    if was is None or is_ is None:
        yield f"{at} changed from one shape to a choice, or the other way round"
        return
    for place, arm in enumerate(was):
        if not any(not list(_compare(at, (arm, before[1]), (other, now[1]))) for other in is_):
            yield f"{at} lost its alternative {place + 1}"
