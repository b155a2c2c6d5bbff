"""Every decision has its four parts, stands on the index, and names checks that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from gehoor.cli.installation import SERVICES
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.settings import ConsumerKind
from tests.unit.docs.pages import HOUSE, Page, read

DECISIONS = [read(file.relative_to(HOUSE).as_posix()) for file in sorted((HOUSE / "docs/decisions").glob("0*.md"))]
CONSUMERS = "docs/decisions/0005-two-consumers-behind-one-seam.md"
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
def every_test() -> frozenset[str]:
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
    return [word for word in held if word.startswith("test_")], [
        word for word in held if "/" in word and " " not in word
    ]


@pytest.mark.parametrize("page", DECISIONS, ids=str)
def test_a_decision_is_held_by_tests_that_exist(page: Page) -> None:
    named, files = checks(page)
    assert named, "name a test that fails when somebody undoes it"
    assert [name for name in named if name not in every_test()] == []
    assert [file for file in files if not list(HOUSE.glob(file))] == []


def test_a_check_that_does_not_exist_is_found() -> None:
    assert "test_nobody_wrote_this" not in every_test()
    page = Page("x.md", "**Held by.** `test_nobody_wrote_this` in `tests/unit/nowhere.py`; `make check`.")
    assert checks(page) == (["test_nobody_wrote_this"], ["tests/unit/nowhere.py"])


def test_each_service_reads_the_journal_as_the_decision_says() -> None:
    """The choice is one line where a service is put together; without one it is what `Assembled` has."""
    rows = re.findall(r"^\| ([a-z-]+) \| (faust|aiokafka) \|$", read(CONSUMERS).text, re.MULTILINE)
    assert dict(rows) == {service: chosen(service) for service in SERVICES}


def chosen(service: str) -> str:
    (main,) = HOUSE.glob(f"services/{service}/src/gehoor/*/main.py")
    (said,) = re.findall(r"consumer=ConsumerKind\.(\w+)", main.read_text("utf-8")) or [Assembled.consumer.name]
    return ConsumerKind[said].value
