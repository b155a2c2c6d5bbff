from pathlib import Path

import pytest

from gehoor.cli.replaying.rows import FileError, Row, Unreadable, columns_of, read_rows


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_bytes(text.encode())
    return file


def test_a_csv_gives_each_row_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", '\ufeffid,text\r\n1,"two\nlines"\r\n2,"a, b"\r\n')
    assert list(read_rows(file)) == [
        Row(2, {"id": "1", "text": "two\nlines"}),
        Row(4, {"id": "2", "text": "a, b"}),
    ]


def test_a_csv_row_of_another_length_is_told_and_the_next_goes_on(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "id,text\n1\n2,fine\n")
    broken, fine = read_rows(file)
    assert broken == Unreadable(2, "1 cells where the header has 2", "1")
    assert fine == Row(3, {"id": "2", "text": "fine"})


def test_a_csv_whose_header_names_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="names id twice"):
        list(read_rows(written(tmp_path, "a.csv", "id,text,id\n1,a,2\n")))


def test_json_lines_go_on_after_a_line_that_is_none(tmp_path: Path) -> None:
    file = written(tmp_path, "a.jsonl", '{"id": 1}\n\nnot json\n[1]\n{"id": null, "ok": true}\n')
    first, broken, no_object, last = read_rows(file)
    assert first == Row(1, {"id": "1"})
    assert isinstance(broken, Unreadable)
    assert broken.line == 3
    assert no_object == Unreadable(4, "no object", "[1]")
    assert last == Row(5, {"id": "", "ok": "true"})


def test_a_json_array_gives_each_object_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "a.json", '[\n {"id": "a"},\n {"id":\n "b"}, 3\n]')
    assert list(read_rows(file)) == [Row(2, {"id": "a"}), Row(3, {"id": "b"}), Unreadable(4, "no object", "3")]


def test_a_json_array_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    first, broken = read_rows(written(tmp_path, "a.json", '[{"id": "a"},\n{"id": '))
    assert first == Row(1, {"id": "a"})
    assert isinstance(broken, Unreadable)
    assert broken.line == 2


def test_a_json_nested_out_of_measure_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, "a.jsonl", '{"id": ' + "[" * 100_000 + "]" * 100_000 + "}\n")
    (broken,) = read_rows(file)
    assert isinstance(broken, Unreadable)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"id", "ends in none of"),
        ("a.csv", b"id\n\xff\n", "not UTF-8"),
        ("a.json", b"{}", "no JSON array"),
        ("missing.csv", None, "is not there"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(FileError, match=said):
        list(read_rows(file))


def test_the_columns_of_json_are_those_of_all_first_rows(tmp_path: Path) -> None:
    file = written(tmp_path, "a.jsonl", '{"id": 1}\n{"id": 2, "text": "a"}\n')
    assert columns_of(file) == {"id", "text"}
