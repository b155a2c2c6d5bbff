"""Old histories stay readable: each is folded and compared with the state it led to when it was written.

The files are never edited. A change that breaks one of them breaks every store that holds such facts: give the fact a
new version and an upcaster instead.
"""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from gehoor.events.catalogue import CATALOGUE
from gehoor.events.fact import Fact
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.state import Matter

HISTORIES = Path(__file__).parent / "histories"
TOLD = sorted(path.stem for path in HISTORIES.glob("v1-*.jsonl"))
STATES = TypeAdapter(Matter)


def read(lines: str) -> list[Fact]:
    """The facts of a history, one a line."""
    told = [json.loads(line) for line in lines.splitlines()]
    return [CATALOGUE.read(line["type"], line["fact"]) for line in told]


def test_there_are_histories() -> None:
    assert TOLD == ["v1-the-call-that-never-came", "v1-the-prize-that-never-came", "v1-the-typo"]


@pytest.mark.parametrize("story", TOLD)
def test_a_history_leads_where_it_led(story: str) -> None:
    facts = read((HISTORIES / f"{story}.jsonl").read_text())
    assert MATTER.fold(facts) == STATES.validate_json((HISTORIES / f"{story}.state.json").read_bytes())


@pytest.mark.parametrize("story", TOLD)
def test_a_history_without_its_end_leads_elsewhere(story: str) -> None:
    """So that comparing states means something."""
    facts = read((HISTORIES / f"{story}.jsonl").read_text())
    assert MATTER.fold(facts[:-1]) != STATES.validate_json((HISTORIES / f"{story}.state.json").read_bytes())


def test_a_corrupted_history_is_refused() -> None:
    with pytest.raises(ValueError, match=r"intake\.promise-made\.v1 does not fit in due"):
        read((HISTORIES / "corrupted.jsonl").read_text())


def test_a_history_of_something_else_is_refused() -> None:
    told = '{"type": "routing.report-forwarded.v1", "fact": {"occurred_at": "2026-03-02T08:00:00Z", '
    told += '"desk": "newsroom", "rule": "any", "policy": "demo"}}'
    with pytest.raises(TypeError, match="is no fact of"):
        MATTER.fold(read(told))
