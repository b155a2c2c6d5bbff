"""The pages people read, taken apart: their links, headings, blocks of code, and what stands in code between words."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path

HOUSE = Path(__file__).parents[3]
WRITTEN = ("README.md", "docs/README.md", "docs/guides/*.md", "docs/decisions/*.md", "deploy/*/README.md")
"""By people; what is generated says so and is checked by `make check`."""

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One page, by its path from the top of the house."""

    path: str
    text: str

    def __str__(self) -> str:
        return self.path

    def blocks(self, *languages: str) -> list[str]:
        """Its blocks of code in one of these languages."""
        return [body for language, body in _BLOCK.findall(self.text) if language in languages]

    @property
    def inline(self) -> list[str]:
        """What stands in code between words."""
        return _INLINE.findall(_BLOCK.sub("", self.text))

    @property
    def links(self) -> list[str]:
        """Where it points."""
        return _LINK.findall(_BLOCK.sub("", self.text))

    @property
    def anchors(self) -> set[str]:
        """What a link to a part of it can name."""
        plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in _HEADING.findall(_BLOCK.sub("", self.text)))
        return {title.strip().replace(" ", "-") for title in plain}

    def commands(self) -> Iterator[list[str]]:
        """Each command in its blocks, as words."""
        for block in self.blocks("sh"):
            for statement in statements(block):
                if words := shlex.split(statement, comments=True):
                    yield words

    def table(self, heading: str) -> list[list[str]]:
        """The cells of the first table under a heading, its head left out."""
        below = self.text.split(f"\n## {heading}\n")[1].split("\n## ")[0].splitlines()
        rows = [line.startswith("|") and line for line in below]
        first = next(place for place, row in enumerate(rows) if row)
        table = takewhile(bool, rows[first + 2 :])
        return [[cell.strip() for cell in str(row).strip("|").split("|")] for row in table]


def statements(block: str) -> Iterator[str]:
    """The statements of a shell block, of which some go on over lines: by a backslash, or inside quotes."""
    pending = ""
    for line in block.replace("\\\n", " ").splitlines():
        pending = f"{pending}\n{line}" if pending else line
        try:
            shlex.split(pending, comments=True)
        except ValueError:
            continue
        yield pending
        pending = ""


@cache
def read(path: str) -> Page:
    """The page at that path."""
    return Page(path, (HOUSE / path).read_text("utf-8"))


def written() -> list[Page]:
    """All pages that people wrote."""
    found = {file.relative_to(HOUSE).as_posix() for pattern in WRITTEN for file in HOUSE.glob(pattern)}
    return [read(path) for path in sorted(found)]


def guide(name: str) -> Page:
    """One guide."""
    return read(f"docs/guides/{name}.md")
