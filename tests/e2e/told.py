"""Holding a journal against the table of a story.

A table is a list of cells; a cell is what happens at one moment, in any order. Every fact of a cell stands after all
facts of the cell before it; further facts may stand between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact

Holds = Callable[[Fact], bool]


@dataclass(frozen=True)
class Expected:
    """One fact of a table: its type, and what must hold of it."""

    type: type[Fact]
    holds: Holds

    def __str__(self) -> str:
        return self.type.type


def a(type_: type[Fact], **fields: object) -> Expected:
    """A fact of that type with those values."""
    return Expected(type_, lambda fact: all(getattr(fact, name) == value for name, value in fields.items()))


Cell = Sequence[Expected]


def missing(journal: Sequence[Recorded], table: Sequence[Cell]) -> str | None:
    """The first thing that the journal does not tell as the table does, in words; None where it tells it all."""
    before = -1
    used: set[int] = set()
    for number, cell in enumerate(table, 1):
        at = []
        for expected in cell:
            found = next(
                (
                    place
                    for place, event in enumerate(journal)
                    if place not in used and place > before and _is(event, expected)
                ),
                None,
            )
            if found is None:
                return f"cell {number}: no {expected} after fact {before}:\n" + _numbered(journal)
            used.add(found)
            at.append(found)
        before = max([before, *at])
    return None


def _is(event: Recorded, expected: Expected) -> bool:
    return isinstance(event.fact, expected.type) and expected.holds(event.fact)


def _numbered(journal: Sequence[Recorded]) -> str:
    return "\n".join(f"{place:4} {event.fact.type} {event.fact!r}" for place, event in enumerate(journal))
