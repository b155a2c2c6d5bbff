"""What the pages name is there: files, commands with their options, targets, metrics, settings, endpoints."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib import import_module

import pytest
import typer
from typer import core

from gehoor.cli.installation import SERVICES
from gehoor.cli.main import app
from gehoor.cli.prepare import schema_of
from gehoor.runtime.observability import Metrics
from gehoor.runtime.settings import Settings
from tests.unit.docs.pages import HOUSE, Page, guide, read, written

PAGES = written()
FOLDERS = ("libs/", "services/", "cli/", "deploy/", "tests/", "docs/", "requirements/")
OUTSIDE = ("http://", "https://", "mailto:")
OF_OTHERS = {"GEHOOR_DB_", "GEHOOR_INSTALLATION_"}
"""Beginnings of names, said as such."""


# --- files and links ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Page) -> None:
    assert [link for link in page.links if not link.startswith(OUTSIDE) and not leads(page, link)] == []


def leads(page: Page, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (HOUSE / page.path).parent / path if path else HOUSE / page.path
    if not target.resolve().is_relative_to(HOUSE) or not target.exists():
        return False
    return not anchor or anchor in read(target.resolve().relative_to(HOUSE).as_posix()).anchors


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_path_that_is_named_is_there(page: Page) -> None:
    named = {word for word in page.inline if word.startswith(FOLDERS) and " " not in word and "<" not in word}
    assert sorted(word for word in named if not list(HOUSE.glob(word.rstrip("/")))) == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    page = Page("README.md", "[a](docs/nothing.md) [b](docs/README.md#nothing) [c](#why) [d](docs/README.md)")
    assert [link for link in page.links if not leads(page, link)] == ["docs/nothing.md", "docs/README.md#nothing"]


def test_the_index_names_every_guide() -> None:
    guides = {file.name for file in (HOUSE / "docs/guides").glob("*.md")}
    assert guides == {link.rpartition("/")[2] for link in read("docs/README.md").links if link.startswith("guides/")}


# --- commands -----------------------------------------------------------------------------------------------------


class UnknownCommandError(Exception):
    """The command line is none that `gehoor` understands."""


def understood(words: list[str]) -> None:
    """See whether `gehoor` understands these words, `gehoor` itself left out.

    Raises:
        UnknownCommandError: no such command, no such option, or too many words.
    """
    command = typer.main.get_command(app)
    context = command.make_context("gehoor", [], resilient_parsing=True)
    words = list(words)
    while isinstance(command, core.TyperGroup) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            raise UnknownCommandError(f"no command {words[0]}")
        command, words = found, words[1:]
        context = command.make_context(command.name, [], parent=context, resilient_parsing=True)
    context.resilient_parsing = False  # from here on, nothing is overlooked
    try:
        _, left, _ = command.make_parser(context).parse_args(list(words))
    except Exception as wrong:
        raise UnknownCommandError(str(wrong)) from wrong
    if left:
        raise UnknownCommandError(f"too many words: {left}")


def named_commands(page: Page) -> Iterator[list[str]]:
    """Every `gehoor …` on a page, in blocks and between words; `…` stands for anything."""
    for words in page.commands():
        if words[0] == "gehoor":
            yield words[1:]
    for said in page.inline:
        words = said.split()
        if words[0] == "gehoor" and "…" not in said:
            yield words[1:]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_that_is_named_is_understood(page: Page) -> None:
    for words in named_commands(page):
        understood(words)


@pytest.mark.parametrize("words", ["relearn", "tail --nothing", "keys create a b", "parked nothing", "up --policy a b"])
def test_a_command_that_does_not_exist_is_found(words: str) -> None:
    with pytest.raises(UnknownCommandError):
        understood(words.split())


def test_the_first_hour_shows_every_command() -> None:
    """Those that another page is about, and those that stand for a machine's start, left out."""
    shown = {tuple(words[:2]) for words in named_commands(guide("first-hour"))}
    group = typer.main.get_command(app)
    assert isinstance(group, core.TyperGroup)
    for name, command in group.commands.items():
        below = list(command.commands) if isinstance(command, core.TyperGroup) else [None]
        for sub in below:
            if (name, sub) not in {("prepare", None), ("policy", "derive")}:
                assert any(words[: 1 if sub is None else 2] == tuple(filter(None, (name, sub))) for words in shown)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_target_of_make_that_is_named_is_there(page: Page) -> None:
    targets = set(re.findall(r"^([a-z]+):", (HOUSE / "Makefile").read_text(), re.MULTILINE))
    named = {words[1] for words in page.commands() if words[0] == "make" and len(words) > 1}
    named |= {found for said in page.inline for found in re.findall(r"^make ([a-z]+)$", said)}
    assert named <= targets


# --- metrics, settings, endpoints ----------------------------------------------------------------------------------


def metric_names() -> set[str]:
    """As they are scraped."""
    metrics = Metrics("docs")
    names = set()
    for metric in metrics.registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["", "_bucket", "_count", "_sum"]}.get(metric.type, [""])
        names |= {metric.name + suffix for suffix in suffixes if metric.name.startswith("gehoor_")}
    return names


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_metric_that_is_named_is_told(page: Page) -> None:
    roles = {f"gehoor_{schema_of(service)}" for service in SERVICES}
    said = {name for name in re.findall(r"\bgehoor_[a-z_]+", page.text) if not any(name.startswith(r) for r in roles)}
    assert said - metric_names() == set()


def test_the_dashboard_shows_metrics_that_are_told() -> None:
    said = set(re.findall(r"\bgehoor_[a-z_]+", (HOUSE / "deploy/grafana/gehoor.json").read_text()))
    assert said
    assert said - metric_names() == set()


def test_the_first_hour_explains_every_metric() -> None:
    said = re.findall(r"`(gehoor_[a-z_]+)`", guide("first-hour").text)
    plain = {name for name in metric_names() if not name.endswith(("_bucket", "_count", "_sum"))}
    assert plain - set(said) == set()


def settings() -> set[str]:
    """Every variable that somebody reads: a service, the command, or what deploys them."""
    for service in SERVICES:
        import_module(f"gehoor.{schema_of(service)}.settings")
    kinds: list[type[Settings]] = [Settings, *Settings.__subclasses__()]
    fields = {field for kind in kinds for field in kind.model_fields}
    read_elsewhere = [*HOUSE.glob("cli/src/**/*.py"), *HOUSE.glob("deploy/*/*.yaml")]
    elsewhere = {
        name for file in read_elsewhere for name in re.findall(r"\bGEHOOR_[A-Z_]+[A-Z]", file.read_text("utf-8"))
    }
    return {f"GEHOOR_{field.upper()}" for field in fields} | elsewhere


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_variable_that_is_named_is_read(page: Page) -> None:
    assert set(re.findall(r"\bGEHOOR_[A-Z_]*[A-Z]\b", page.text)) - settings() == set()


def routes() -> set[str]:
    """All paths under `/v1`, with `*` for what is filled in."""
    paths = set()
    for file in HOUSE.glob("services/*/src/gehoor/*/api*/**/*.py"):
        paths |= served(file.read_text("utf-8"))
    for file in HOUSE.glob("services/*/src/gehoor/*/api.py"):
        paths |= served(file.read_text("utf-8"))
    return paths


def served(source: str) -> set[str]:
    prefix = "".join(re.findall(r'APIRouter\([^)]*prefix="([^"]+)"', source))
    found = re.findall(r'@router\.(?:get|post)\(\s*"([^"]+)"', source)
    return {"/v1" + prefix + re.sub(r"\{[^}]+\}", "*", path) for path in found}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_endpoint_that_is_named_is_served(page: Page) -> None:
    named = {re.sub(r"\{[^}]+\}|\$\w+", "*", path) for path in re.findall(r"(/v1(?:/[\w\-{}$]+)+)", page.text)}
    assert sorted(path for path in named if not any(fnmatch(path, route) for route in routes())) == []
