"""Histories that were written once and are never edited: each folds to the state that was stored beside it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from gehoor.events.catalogue import CATALOGUE
from gehoor.events.deciding import Decider
from gehoor.events.fact import Fact
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.ownership import Ownership
from gehoor.routing.domain.presence import PRESENCE, Presence

HISTORIES = Path(__file__).parent / "histories"
KINDS: dict[str, tuple[Decider[Any, Any], TypeAdapter[Any]]] = {
    "matter": (OWNERSHIP, TypeAdapter(Ownership)),
    "staff": (PRESENCE, TypeAdapter(Presence)),
}


def told(history: Path) -> list[Fact]:
    """The facts of a history: a line each, with its type and its body as it was stored, private fields sealed."""
    lines = [json.loads(line) for line in history.read_text("utf-8").splitlines()]
    return [CATALOGUE.read(line["type"], line["fact"]) for line in lines]


@pytest.mark.parametrize("history", sorted(HISTORIES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_an_old_history_means_what_it_meant(history: Path) -> None:
    """One each: S9's warm hand-off, S8's two referrals, S3's report, every turn a transfer and a cover can take."""
    decider, state = KINDS[history.stem.split("-")[1]]
    stored = state.validate_json(history.with_suffix(".state.json").read_bytes())
    assert decider.fold(told(history)) == stored


def test_a_history_of_somebody_else_is_refused() -> None:
    with pytest.raises(TypeError, match="no fact of a matter"):
        OWNERSHIP.fold(told(HISTORIES / "v1-staff-absence.jsonl"))
    with pytest.raises(TypeError, match="no fact of a person"):
        PRESENCE.fold(told(HISTORIES / "v1-matter-report.jsonl"))
