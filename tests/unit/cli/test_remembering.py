import json
import stat
from pathlib import Path
from uuid import UUID

import pytest

from gehoor.cli.replaying.command import _Rows
from gehoor.cli.replaying.complaints import Rejected
from gehoor.cli.replaying.remembering import Memory, Sent
from gehoor.cli.replaying.rows import read_rows
from tests.unit.cli.test_mapping import mapping

COMPLAINT = UUID("01920000-0000-7000-8000-000000000001")
CSV = "id,when,text\n1,2026-01-01T00:00Z,a\n2,2026-01-01T00:00Z,b\n3,2026-01-01T00:00Z,c\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "complaints.csv"
    made.write_text(CSV)
    return made


@pytest.fixture
def memory(tmp_path: Path, file: Path) -> Memory:
    (tmp_path / "mapping.yaml").write_text("id: x")
    return Memory(tmp_path / "installation", file, tmp_path / "mapping.yaml")


def again(memory: Memory, file: Path) -> list[str]:
    """What the next run would still send."""
    return [one.id for one in _Rows(file, mapping(), memory.recall()).to_send()]


def test_a_run_goes_on_where_the_last_one_stopped(memory: Memory, file: Path) -> None:
    memory.note([Sent("1", COMPLAINT)])
    memory.note([Sent("3", COMPLAINT)])
    assert memory.recall()["1"] == Sent("1", COMPLAINT)
    assert again(memory, file) == ["2"]


def test_a_line_half_written_does_not_count(memory: Memory, file: Path) -> None:
    memory.note([Sent("1", COMPLAINT)])
    (kept,) = (file.parent / "installation/replays").glob("*.jsonl")
    with kept.open("a") as open_:
        open_.write('{"line": 3, "compl')
    assert again(memory, file) == ["2", "3"]


def test_a_file_that_has_changed_is_another_file(memory: Memory, file: Path) -> None:
    memory.note([Sent("1", COMPLAINT)])
    file.write_text(CSV + "4,2026-01-01T00:00Z,d\n")
    assert again(Memory(file.parent / "installation", file, file.parent / "mapping.yaml"), file) == ["1", "2", "3", "4"]


def test_what_is_new_counts_from_where_the_first_run_began(memory: Memory, file: Path) -> None:
    assert memory.begin({0: 5, 1: 7}) == {0: 5, 1: 7}
    memory.note([Sent("1", COMPLAINT)])
    assert memory.begin({0: 9, 1: 9}) == {0: 5, 1: 7}
    assert again(memory, file) == ["2", "3"]


def test_a_complete_run_starts_anew(memory: Memory, file: Path) -> None:
    memory.note([Sent("1", COMPLAINT)])
    memory.forget()
    assert again(memory, file) == ["1", "2", "3"]


def test_rejected_rows_can_be_mended_and_replayed_with_the_same_mapping(memory: Memory) -> None:
    written = memory.write_rejected([Rejected(3, "text", "it is empty", {"id": "2", "text": "", "when": "é"})])
    assert written is not None
    (row,) = read_rows(written)
    assert not hasattr(row, "reason")
    said = json.loads(written.read_text())
    assert said["rejected"] == {"line": 3, "column": "text", "reason": "it is empty"}
    assert (said["id"], said["when"]) == ("2", "é")


def test_nobody_else_reads_what_is_kept_of_rows(memory: Memory) -> None:
    written = memory.write_rejected([Rejected(3, "text", "it is empty", {"text": ""})])
    assert written is not None
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_what_was_rejected_before_is_forgotten_once_nothing_is(memory: Memory) -> None:
    written = memory.write_rejected([Rejected(3, "text", "it is empty", {})])
    assert written is not None
    assert memory.write_rejected([]) is None
    assert not written.exists()


def test_a_second_row_with_the_same_id_is_told(file: Path) -> None:
    file.write_text(CSV + "2,2026-01-01T00:00Z,again\n")
    rows = _Rows(file, mapping(), {})
    assert [one.id for one in rows.to_send()] == ["1", "2", "3"]
    (rejected,) = rows.rejected
    assert (rejected.line, rejected.column, rejected.reason) == (5, "id", "its id is that of line 3")


def test_rows_that_stand_on_one_line_are_told_apart(tmp_path: Path) -> None:
    """An array may be written without a line end: what was sent of it says nothing of the rest."""
    file = tmp_path / "complaints.json"
    said = [{"id": str(number), "when": "2026-01-01T00:00Z", "text": "late"} for number in range(3)]
    file.write_text(json.dumps([*said, said[0]]))
    rows = _Rows(file, mapping(), {"0": Sent("0", COMPLAINT)})
    assert [one.id for one in rows.to_send()] == ["1", "2"]
    (rejected,) = rows.rejected
    assert rejected.reason == "its id is that of line 1"
