"""House rules that no linter knows, each with an example that breaks it and one that does not."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
LINES_MAX = 300
VAGUE = ("Manager", "Helper", "Util", "Utils", "Base", "Impl", "Data", "Info")
REGISTRIES = (r"pypi\.org", r"pythonhosted\.org", r"maven\.org", r"npmjs\.(org|com)", r"crates\.io")

Breaches = Iterator[str]


@dataclass(frozen=True)
class Rule:
    """What may not stand in some files.

    Attributes:
        says: The rule, in a sentence.
        where: Patterns of the files it holds for, from the top of the house.
        look: Yields each breach in a text.
        broken, kept: Texts with and without one.
    """

    says: str
    where: tuple[str, ...]
    look: Callable[[str], Breaches]
    broken: str
    kept: str

    def holds_for(self, file: str) -> bool:
        return any(fnmatch(file, pattern) for pattern in self.where)


def too_long(text: str) -> Breaches:
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{lines} lines"


def containing(*patterns: str) -> Callable[[str], Breaches]:
    """A look for lines with a match of one of these expressions."""

    def look(text: str) -> Breaches:
        for number, line in enumerate(text.splitlines(), start=1):
            if any(re.search(pattern, line, re.IGNORECASE) for pattern in patterns):
                yield f"line {number}: {line.strip()}"

    return look


def vague_classes(text: str) -> Breaches:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            words = re.findall(r"[A-Z][a-z0-9]*", node.name)
            if set(words) & set(VAGUE):
                yield f"line {node.lineno}: class {node.name}"


def calls_of(*names: str) -> Callable[[str], Breaches]:
    """A look for calls of functions, by their dotted name; giving way with sleep(0) is none."""

    def look(text: str) -> Breaches:
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) in names
                and ast.unparse(node) != "asyncio.sleep(0)"
            ):
                yield f"line {node.lineno}: {ast.unparse(node)}"

    return look


def foreign_imports(text: str) -> Breaches:
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        for name in names:
            known = name.split(".")[0] in {*sys.stdlib_module_names, "pydantic", "pydantic_core"}
            if not known and not name.startswith("gehoor.events"):
                yield name


CORE = tuple(
    f"services/*/src/gehoor/*/{name}{end}"
    for name in ("facts", "domain", "policy", "reactions", "effects")
    for end in (".py", "/*.py")
)

RULES = [
    Rule(
        "A file longer than this is two ideas: make a folder of the same name.",
        ("libs/*.py", "services/*.py", "cli/*.py"),
        too_long,
        broken="x = 1\n" * 301,
        kept="x = 1\n" * 300,
    ),
    Rule(
        "Nothing knows the machine it was written on.",
        ("*",),
        containing(r"(?<![\w.])/(?:root|work|home/\w+|Users/\w+)/"),
        broken="see /" + "home/someone/gehoor",
        kept="see docs/work/README.md and the network/home/page",
    ),
    Rule(
        "Where packages come from is the machine's to say, not ours.",
        ("*",),
        containing(*(r"\b" + host for host in REGISTRIES), r"--(?:extra-)?index-url(?! )", r"--find-links[ =]"),
        broken="https://files.python" + "hosted.org/packages/x.whl",
        kept="pip config list",
    ),
    Rule(
        "A lock says what, never from where.",
        ("requirements/*.txt",),
        containing(r"://"),
        broken="mypy @ https:" + "//example.org/mypy.whl",
        kept="mypy==2.4.1 \\",
    ),
    Rule(
        "A class is named after what it is.",
        ("*.py",),
        vague_classes,
        broken="class PromiseManager: ...",
        kept="class Database: ...",
    ),
    Rule(
        "A test waits for what should happen, with a bound, and never just for time to pass.",
        ("tests/[!wb]*.py",),  # but for waiting.py, which is how, and bench, which is about time
        calls_of("time.sleep", "asyncio.sleep", "sleep", "anyio.sleep"),
        broken="async def test() -> None:\n    await asyncio.sleep(0.1)",
        kept="async def test() -> None:\n    await asyncio.sleep(0)",
    ),
    Rule(
        "A core file opens no files: main.py reads them and hands in what they say.",
        CORE,
        calls_of("open"),
        broken="text = open('policy.yaml').read()",
        kept="text = policy.text",
    ),
    Rule(
        "The language everybody speaks needs pydantic and the standard library, and nothing more.",
        ("libs/events/src/*.py",),
        foreign_imports,
        broken="from gehoor.runtime.ports import Store",
        kept="import json\nfrom pydantic import BaseModel\nfrom gehoor.events.fact import Fact",
    ),
    Rule(
        "The project explains itself, not how it came about.",
        ("*",),
        containing(r"\bissue\s*#?\d+\b", r"\bthis session\b"),
        broken="as asked in issue " + "#3",
        kept="the issues customers have",
    ),
]


def files() -> list[str]:
    """All files of the house that are, or are about to be, committed."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(asked, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    return [name for name in told.splitlines() if (HOUSE / name).is_file()]


def by_sentence(rule: Rule) -> str:
    return rule.says


@pytest.mark.parametrize("rule", RULES, ids=by_sentence)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    breaches = [
        f"{name}: {breach}"
        for name in files()
        if rule.holds_for(name)
        for breach in rule.look((HOUSE / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert not breaches, f"{rule.says}\n" + "\n".join(breaches)


@pytest.mark.parametrize("rule", RULES, ids=by_sentence)
def test_a_rule_sees_what_breaks_it_and_nothing_else(rule: Rule) -> None:
    assert list(rule.look(rule.broken))
    assert not list(rule.look(rule.kept))


@pytest.mark.parametrize(
    ("file", "held"),
    [
        ("services/sla/src/gehoor/sla/domain.py", True),
        ("services/sla/src/gehoor/sla/policy/calendars.py", True),
        ("services/sla/src/gehoor/sla/api.py", False),
    ],
)
def test_core_files_are_found_as_files_and_as_folders(file: str, *, held: bool) -> None:
    (rule,) = [rule for rule in RULES if rule.where == CORE]
    assert rule.holds_for(file) is held


def test_every_service_shows_the_same_files() -> None:
    """A reader who knows one service knows where to look in the next."""
    expected = {"domain.py", "listen.py", "main.py", "settings.py"}
    for service in HOUSE.glob("services/*/src/gehoor/*"):
        there = {entry.name for entry in service.iterdir()} | {f"{e.name}.py" for e in service.iterdir() if e.is_dir()}
        assert expected <= there, f"{service.name} lacks {sorted(expected - there)}"


BANNED = {
    "when = datetime.now(UTC)": "Take the time as an argument",
    "when = date.today()": "Take the day as an argument",
    "from uuid import uuid4": "Take the id as an argument",
    "import random": "Take what was drawn as an argument",
    "import time": "Take the time as an argument",
    "import socket": "a delivery sends it",
    "from pathlib import Path": "main.py reads files",
}


@pytest.mark.parametrize("line", BANNED)
@pytest.mark.parametrize("file", ["domain.py", "policy/calendars.py"])
def test_the_core_can_not_reach_for_the_world(tmp_path: Path, file: str, line: str) -> None:
    """The same configuration that `make check` uses, run over a file that breaks it."""
    core = tmp_path / "services/trial/src/gehoor/trial" / file
    core.parent.mkdir(parents=True)
    core.write_text(f"from datetime import UTC, date, datetime\n{line}\n")
    (tmp_path / "ruff-core.toml").write_text((HOUSE / "ruff-core.toml").read_text())
    asked = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", "ruff-core.toml", "."]
    told = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert BANNED[line] in told.stdout


def canonical(wish: str) -> str:
    """The name in a requirement, as package indexes compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", wish)[0]).lower()


@pytest.mark.parametrize("lock", ["run.txt", "test.txt"])
def test_the_lock_holds_all_that_the_parts_ask_for(lock: str) -> None:
    """`make lock` was run after the last change of a pyproject.toml."""
    parts = [
        *HOUSE.glob("libs/*/pyproject.toml"),
        *HOUSE.glob("services/*/pyproject.toml"),
        HOUSE / "cli/pyproject.toml",
    ]
    wishes = {wish for part in parts for wish in tomllib.loads(part.read_text())["project"]["dependencies"]}
    locked = {canonical(line) for line in (HOUSE / "requirements" / lock).read_text().splitlines() if "==" in line}
    missing = {canonical(wish) for wish in wishes if not wish.startswith("gehoor-")} - locked
    assert not missing, "run `make lock`"
