import json
from typing import Any

import pytest

from gehoor.cli.telling import tell
from gehoor.events.catalogue import CATALOGUE
from gehoor.events.private import CLEAR, ERASED, SEALED, rewrite
from tests.unit.events.test_catalogue import HISTORIES

LINES: dict[str, Any] = {
    said["type"]: said["fact"]
    for file in sorted(HISTORIES.glob("*.jsonl"))
    for said in map(json.loads, file.read_text("utf-8").splitlines())
}
WORDS = "Els rang and nobody came"


def shaped(fact: Any, shape: str, value: Any) -> Any:
    """The same fact with what is personal in another shape, where it is a text."""
    return rewrite(fact, SEALED, lambda _path, _token: {shape: value})


@pytest.mark.parametrize("type_", sorted(CATALOGUE.facts))
def test_every_fact_is_told_in_a_sentence_of_its_own(type_: str) -> None:
    told = tell(CATALOGUE.read(type_, LINES[type_]))
    assert type_ not in told
    assert "None" not in told


@pytest.mark.parametrize(
    "type_", ["intake.complaint-received.v1", "intake.promise-made.v1", "sla.escalation-answered.v1"]
)
def test_what_was_said_is_told_only_where_it_is_in_clear(type_: str) -> None:
    in_clear = shaped({**LINES[type_], "contact_points": []}, CLEAR, WORDS)
    assert WORDS in tell(CATALOGUE.read(type_, in_clear))
    assert "[sealed]" in tell(CATALOGUE.read(type_, LINES[type_]))
    erased = shaped(LINES[type_], ERASED, "2026-05-01T00:00:00Z")
    assert "[erased]" in tell(CATALOGUE.read(type_, erased))
