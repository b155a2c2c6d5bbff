"""A policy made of a list of categories, each with the promise that goes with it and the departments behind it.

{"bladeren": {"name": "Bladeren", "departments": ["Beheer Reiniging (RE)", …], "promised_working_days": 5}}
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gehoor.cli.plainly import MisusedError
from gehoor.events.terms import Slug


class Category(BaseModel):
    """What is said of one category."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    departments: tuple[str, ...] = Field(min_length=1)
    promised_working_days: int = Field(ge=1, le=1000)


_CATEGORIES = TypeAdapter(dict[Slug, Category])


def read_categories(text: str) -> Mapping[str, Category]:
    """The categories of a JSON text, by code.

    Raises:
        MisusedError: it is none; says which fields.
    """
    try:
        return _CATEGORIES.validate_python(json.loads(text))
    except ValidationError as wrong:
        fields = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in wrong.errors()]
        raise MisusedError("\n".join(fields)) from None
    except ValueError as wrong:
        raise MisusedError(f"the categories are no JSON: {wrong}") from None


def derive(
    base: Mapping[str, Any], categories: Mapping[str, Category], version: str | None = None, calendar: str | None = None
) -> dict[str, Any]:
    """The base policy with a desk for each department that owns a category, and a rule and a promise for each.

    Raises:
        MisusedError: the base is no policy.
    """
    policy: dict[str, Any] = deepcopy(dict(base))
    try:
        desks, routes, sla = policy["desks"], policy["routing"], policy["sla"]
        resolution = sla["clocks"]["resolution"]
        policy["version"] = version or f"{policy['version']}-derived"
        named_by = Counter(department for each in categories.values() for department in each.departments)
        in_calendar = {"calendar": calendar or sla["calendar"]}
        rules = []
        for code, category in categories.items():
            owner = min(category.departments, key=lambda department: named_by[department])
            desks[desk_of(owner)] = {"name": owner, **in_calendar, "operated_by": "own"}
            routes["categories"][code] = {"desk": desk_of(owner)}
            rules.append({"name": f"label-{code}"[:64], "category": code, "labels": [code, category.name]})
        routes["rules"] = [*rules, *routes["rules"]]
        promised = {
            code: {"within": _span(category.promised_working_days), "basis": "promised"} | in_calendar
            for code, category in categories.items()
        }
        resolution["labels"] = {**resolution.get("labels", {}), **promised}
    except (KeyError, TypeError, AttributeError) as wrong:
        raise MisusedError(f"the base is no policy: {wrong} is wanting") from None
    return policy


def desk_of(department: str) -> str:
    """A department's name as a desk's code: `Coördinator Groen (CGr)` is `coordinator-groen`."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\s*\([^)]*\)\s*$", "", department))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain.lower() if not unicodedata.combining(char)))
    return "-".join(words)[:64].rstrip("-") or "desk"


def _span(days: int) -> str:
    return f"{days} working day{'s' if days != 1 else ''}"
