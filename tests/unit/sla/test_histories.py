"""Histories that were written once and are never edited: each folds to the state that was stored beside it."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from gehoor.events.catalogue import CATALOGUE
from gehoor.events.fact import Fact
from gehoor.sla.domain import Watch
from tests.unit.sla.saying import WATCH

HISTORIES = Path(__file__).parent / "histories"
STATE: TypeAdapter[Watch] = TypeAdapter(Watch)


def told(history: Path) -> list[Fact]:
    """The facts of a history: a line each, with its type and its body as it was stored, private fields sealed."""
    lines = [json.loads(line) for line in history.read_text("utf-8").splitlines()]
    return [CATALOGUE.read(line["type"], line["fact"]) for line in lines]


@pytest.mark.parametrize("history", sorted(HISTORIES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_an_old_history_means_what_it_meant(history: Path) -> None:
    """One each: S9's ladder, S1's partner, S3's report, and every other turn that a clock and a question can take."""
    assert WATCH.fold(told(history)) == STATE.validate_json(history.with_suffix(".state.json").read_bytes())


def test_a_history_with_a_hole_in_it_is_refused() -> None:
    """A clock can't be missed that was never set: such a history can't be trusted."""
    facts = told(HISTORIES / "v1-watch-mortgage.jsonl")
    without = [fact for fact in facts if fact.type != "sla.deadline-set.v1"]
    with pytest.raises(KeyError):
        WATCH.fold(without)
