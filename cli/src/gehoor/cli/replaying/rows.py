"""The rows of a file: CSV, a JSON array of objects, or JSON lines."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

FIELD_BYTES_MAX = 1024 * 1024
LOOKED_AT_MAX = 1000
"""Rows that are looked at to learn the columns."""
_BLANK = " \t\r\n\ufeff"


class FileError(Exception):
    """The file can't be read at all; says why."""


class Form(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON = "json"
    LINES = "jsonl"

    @classmethod
    def of(cls, file: Path) -> "Form":
        """By the ending of its name.

        Raises:
            FileError: that ending is none we know.
        """
        endings = {".csv": cls.CSV, ".json": cls.JSON, ".jsonl": cls.LINES, ".ndjson": cls.LINES}
        try:
            return endings[file.suffix.lower()]
        except KeyError:
            raise FileError(f"{file}: its name ends in none of {', '.join(endings)}") from None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: each column's value as text, an empty one where there is none."""

    line: int
    """Where it starts, from 1."""
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is none."""

    line: int
    reason: str
    raw: str


def read_rows(file: Path, *, delimiter: str = ",") -> Iterator[Row | Unreadable]:
    """The rows in their order; one that can't be read is told, and the next goes on.

    Raises:
        FileError: the file is not there, not UTF-8, or no rows at all.
    """
    form = Form.of(file)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            match form:
                case Form.CSV:
                    yield from _csv(text, delimiter)
                case Form.LINES:
                    yield from _lines(text)
                case Form.JSON:
                    yield from _array(text.read())
    except FileNotFoundError:
        raise FileError(f"{file} is not there") from None
    except OSError as wrong:
        raise FileError(f"{file} can't be read: {wrong.strerror}") from None
    except UnicodeDecodeError as wrong:
        raise FileError(f"{file} is not UTF-8: byte {wrong.start}") from None


def columns_of(file: Path, *, delimiter: str = ",") -> frozenset[str]:
    """The columns a mapping may name: those of the first rows, since JSON leaves out what it likes.

    Raises:
        FileError: the file can't be read, or has no row.
    """
    first = [row for row in islice(read_rows(file, delimiter=delimiter), LOOKED_AT_MAX) if isinstance(row, Row)]
    if not first:
        raise FileError(f"{file} has no row that can be read")
    return frozenset(name for row in first for name in row.columns)


def _csv(text: TextIO, delimiter: str) -> Iterator[Row | Unreadable]:
    csv.field_size_limit(FIELD_BYTES_MAX)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield Unreadable(line, f"no CSV: {wrong}", "")
            continue
        if header is None:
            header = _header(cells)
        elif len(cells) == len(header):
            yield Row(line, dict(zip(header, cells, strict=True)))
        elif cells:
            written = delimiter.join(cells)
            yield Unreadable(line, f"{len(cells)} cells where the header has {len(header)}", written)


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise FileError(f"the header names {', '.join(sorted(twice))} twice")
    return names


def _lines(text: TextIO) -> Iterator[Row | Unreadable]:
    for line, written in enumerate(text, start=1):
        if written.strip(_BLANK):
            try:
                yield _row(line, json.loads(written), written)
            except (ValueError, RecursionError) as wrong:
                yield Unreadable(line, f"no JSON: {_why(wrong)}", written.rstrip("\n"))


def _array(text: str) -> Iterator[Row | Unreadable]:
    """The objects of one array, one by one, so that each has its line; past what is no JSON nothing can be read."""
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        raise FileError("line 1: no JSON array")
    line, counted = 1, 0
    at = _skip(text, at + 1)
    while text[at : at + 1] not in {"]", ""}:
        line, counted = line + text.count("\n", counted, at), at
        try:
            parsed, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as wrong:
            yield Unreadable(line, f"no JSON, so the rest is not read: {_why(wrong)}", text[at : at + 200])
            return
        yield _row(line, parsed, text[at:end])
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            yield Unreadable(line, "no comma after it, so the rest is not read", text[at : at + 200])
            return


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _why(wrong: Exception) -> str:
    return wrong.msg if isinstance(wrong, json.JSONDecodeError) else type(wrong).__name__


def _row(line: int, parsed: Any, raw: str) -> Row | Unreadable:
    if not isinstance(parsed, dict):
        return Unreadable(line, "no object", raw.rstrip("\n"))
    return Row(line, {name: _text(value) for name, value in parsed.items()})


def _text(value: Any) -> str:
    """Text as it is, nothing as empty, all else as JSON writes it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
