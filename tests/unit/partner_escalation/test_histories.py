"""Old histories stay true: each is folded as it was written, and gives the state that stands beside it.

A file here is never edited. A new version of a fact, or a new story, is a new file.
"""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from gehoor.events.catalogue import CATALOGUE
from gehoor.events.fact import Fact
from gehoor.partner_escalation.domain import TICKETS, Tickets

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.jsonl"))
STATE: TypeAdapter[Tickets] = TypeAdapter(Tickets)


def told(lines: list[str]) -> list[Fact]:
    """The facts of a history: a line each, the type and the body."""
    return [CATALOGUE.read(line["type"], line["body"]) for line in map(json.loads, lines)]


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.stem)
def test_a_history_gives_the_state_it_gave_when_it_was_written(history: Path) -> None:
    kept = STATE.validate_json(history.with_suffix(".state.json").read_text("utf-8"))
    assert TICKETS.fold(told(history.read_text("utf-8").splitlines())) == kept


def test_there_is_a_history_of_every_story() -> None:
    assert [path.stem for path in HISTORIES] == ["v1-prize", "v1-troubles"]


def test_a_corrupted_history_is_refused() -> None:
    lines = HISTORIES[0].read_text("utf-8").splitlines()
    torn = lines[3].replace('"ticket_id"', '"ticket"')
    with pytest.raises(ValueError, match="does not fit in ticket_id"):
        told([torn])
    without_opening = [line for line in lines if "ticket-opened" not in line]
    kept = STATE.validate_json(HISTORIES[0].with_suffix(".state.json").read_text("utf-8"))
    assert TICKETS.fold(told(without_opening)) != kept
