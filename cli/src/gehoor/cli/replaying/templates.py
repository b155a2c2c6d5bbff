"""Templates: text made of columns.

    "{Issue}[: {Sub-issue}]"

A name in braces stands for that column's value. What stands in brackets is left out where one of its columns is empty.
Doubled braces and brackets stand for themselves.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_PIECE = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{(?P<column>[^{}\[\]]+)\}|(?P<stray>[{}\[\]])|(?P<text>[^{}\[\]]+)")


@dataclass(frozen=True, slots=True)
class _Part:
    """Text and columns, all of it shown or none."""

    pieces: tuple[tuple[bool, str], ...]
    """Whether it is a column, and its name or the text."""
    optional: bool = False

    def fill(self, columns: Mapping[str, str]) -> str:
        values = [columns.get(said, "").strip() if is_column else said for is_column, said in self.pieces]
        if self.optional and not all(value for value, (is_column, _) in zip(values, self.pieces, strict=True)):
            return ""
        return "".join(values)


@dataclass(frozen=True, slots=True)
class Template:
    """A text with columns in it."""

    written: str
    parts: tuple[_Part, ...]

    @classmethod
    def parse(cls, written: str) -> "Template":
        """The template of that text.

        Raises:
            ValueError: a brace or bracket has no other half.
        """
        parts: list[_Part] = []
        pieces: list[tuple[bool, str]] = []
        inside = False
        for found in _PIECE.finditer(written):
            if found["stray"] in {"[", "]"}:
                if (found["stray"] == "]") is not inside:
                    raise ValueError(f"{written!r}: {found['stray']} at {found.start() + 1} has no other half")
                parts.append(_Part(tuple(pieces), optional=inside))
                pieces, inside = [], not inside
            elif found["stray"]:
                raise ValueError(f"{written!r}: {found['stray']} at {found.start() + 1} has no other half")
            elif found["column"]:
                pieces.append((True, found["column"].strip()))
            else:
                pieces.append((False, found["text"] or found[0][0]))
        if inside:
            raise ValueError(f"{written!r}: [ has no other half")
        return cls(written, (*parts, _Part(tuple(pieces))))

    @property
    def columns(self) -> frozenset[str]:
        """The columns it names."""
        return frozenset(said for part in self.parts for is_column, said in part.pieces if is_column)

    def fill(self, columns: Mapping[str, str]) -> str:
        """The text with those values in it, without blanks around it; a column the row lacks is empty."""
        return "".join(part.fill(columns) for part in self.parts).strip()

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls.parse, core_schema.str_schema(strict=True, min_length=1)
        )
