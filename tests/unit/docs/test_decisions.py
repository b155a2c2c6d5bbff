"""Every decision has its four parts, stands on the index, and names checks that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.unit.docs.pages import HOUSE, Page, read

DECISIONS = [read(file.relative_to(HOUSE).as_posix()) for file in sorted((HOUSE / "docs/decisions").glob("0*.md"))]
PARTS = ["Context", "Choice", "Cost", "Held by"]


@pytest.mark.parametrize("page", DECISIONS, ids=str)
def test_a_decision_has_its_four_parts_in_order(page: Page) -> None:
    assert re.findall(r"^\*\*([\w ]+)\.\*\*", page.text, re.MULTILINE) == PARTS


def test_the_index_names_every_decision_by_its_title() -> None:
    titles = [f"[{page.text.splitlines()[0].removeprefix('# ')}]({Path(page.path).name})" for page in DECISIONS]
    assert re.findall(r"^- (\[.+\]\(.+\))$", read("docs/decisions/README.md").text, re.MULTILINE) == titles


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(Path(page.path).name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [page.text[2:6] for page in DECISIONS] == [f"{number:04}" for number in numbers]


@cache
def tests() -> frozenset[str]:
    """The name of every test there is."""
    return frozenset(
        node.name
        for file in (HOUSE / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def checks(page: Page) -> tuple[list[str], list[str]]:
    """The tests and the files that a decision says it is held by."""
    held = Page(page.path, page.text.split("**Held by.**")[1]).inline
    return [word for word in held if word.startswith("test_")], [word for word in held if "/" in word and " " not in word]


@pytest.mark.parametrize("page", DECISIONS, ids=str)
def test_a_decision_is_held_by_tests_that_exist(page: Page) -> None:
    named, files = checks(page)
    assert named, "name a test that fails when somebody undoes it"
    assert [name for name in named if name not in tests()] == []
    assert [file for file in files if not list(HOUSE.glob(file))] == []


def test_a_check_that_does_not_exist_is_found() -> None:
    assert "test_nobody_wrote_this" not in tests()
    page = Page("x.md", "**Held by.** `test_nobody_wrote_this` in `tests/unit/nowhere.py`; `make check`.")
    assert checks(page) == (["test_nobody_wrote_this"], ["tests/unit/nowhere.py"])
