"""Adds a line for every fact that has none yet to the golden histories: `python -m tests.unit.events.writing`.

What stands is never changed: a line that can't be read any more is a break of the facts, not of the line.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_origin
from uuid import UUID
from zlib import crc32

from polyfactory.factories.pydantic_factory import ModelFactory
from pydantic import AwareDatetime

from gehoor.events.docs.schemas import published
from gehoor.events.envelope import to_json
from gehoor.events.fact import Fact
from gehoor.events.private import Private, Sealed
from gehoor.events.terms import Window
from tests.unit.events.test_catalogue import HISTORIES, LINES

FILE = HISTORIES / "v1-facts.jsonl"
SEED = 20260302
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class Drawing(ModelFactory[Any]):
    """Draws what a fact is made of; what is personal is sealed."""

    __is_base_factory__ = True
    __check_model__ = False
    __allow_none_optionals__ = False

    @classmethod
    def get_provider_map(cls) -> dict[Any, Any]:
        def moment() -> datetime:
            return FIRST + timedelta(minutes=cls.__random__.randint(1, 500_000))

        return {
            **super().get_provider_map(),
            AwareDatetime: moment,
            Window: lambda: Window(starts=FIRST, until=moment()),
            UUID: lambda: UUID(bytes=cls.__random__.randbytes(16)),
        }

    @classmethod
    def get_field_value(cls, field_meta: Any, *drawn: Any, **drawing: Any) -> Any:
        if get_origin(field_meta.annotation) is Private:
            return Private(Sealed("1." + cls.__random__.randbytes(24).hex()))
        return super().get_field_value(field_meta, *drawn, **drawing)


def one_of(fact: type[Fact]) -> dict[str, Any]:
    """A drawn fact of that type, every field filled."""
    factory = Drawing.create_factory(fact)
    ModelFactory.seed_random(SEED + crc32(fact.type.encode()))
    body: dict[str, Any] = to_json(factory.build())
    return body


def main() -> None:
    """Add what is missing."""
    there = {line["type"] for line in LINES}
    with FILE.open("a", encoding="utf-8") as file:
        for name, fact in published().items():
            if name not in there:
                file.write(json.dumps({"type": name, "fact": one_of(fact)}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
