"""`gehoor policy`: whether a policy can be followed, and one made of a list of categories with their promises."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from gehoor.cli.deriving import derive as derived
from gehoor.cli.deriving import read_categories
from gehoor.cli.plainly import FAILED, AsJson, MisusedError
from gehoor.intake import policy as intake
from gehoor.partner_escalation import policy as partner
from gehoor.routing import policy as routing
from gehoor.sla import policy as sla

app = typer.Typer(no_args_is_help=True, help="The organisation's numbers: check them, or derive them.")

READERS: Mapping[str, Callable[[str, str], object]] = {
    "intake": intake.read,
    "routing": routing.read,
    "sla": sla.read,
    "partner-escalation": partner.read,
}
PARTS = frozenset(
    name for one in (intake.Policy, routing.Policy, sla.Policy, partner.Policy) for name in one.model_fields
)
_ERRORS = (intake.PolicyError, routing.PolicyError, sla.PolicyError, partner.PolicyError)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a field."""

    service: str
    field: str
    line: int | None
    message: str


def findings(text: str, file: str) -> Iterator[Finding]:
    """What keeps the services from following a policy; nothing where all can."""
    try:
        tree = yaml.compose(text)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        yield Finding("all", "", mark.line + 1 if mark else None, f"no YAML: {getattr(wrong, 'problem', wrong)}")
        return
    yield from _said_twice(tree)
    yield from _read_by_nobody(tree)
    for service, read in READERS.items():
        try:
            read(text, file)
        except _ERRORS as wrong:
            for told in str(wrong).splitlines():
                field, _, message = told.removeprefix(f"{file}: ").partition(": ")
                yield Finding(service, field, line_of(tree, field), message.removeprefix("Value error, "))


def _said_twice(tree: Node | None) -> Iterator[Finding]:
    """Names that stand twice in one place: a reader takes the last, and says nothing of the others."""
    nodes, seen = [("", tree)], set[int]()
    while nodes:
        above, node = nodes.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            nodes += [(f"{above}{number}.", below) for number, below in enumerate(node.value)]
        if isinstance(node, MappingNode):
            lines: dict[str, int] = {}
            for key, below in node.value:
                name, line = str(key.value), key.start_mark.line + 1
                if name in lines:
                    yield Finding("all", f"{above}{name}", line, f"it stands on line {lines[name]} too")
                lines[name] = line
                nodes.append((f"{above}{name}.", below))


def _read_by_nobody(tree: Node | None) -> Iterator[Finding]:
    """Parts of the policy that no service has a name for: misspelt, they would be left out in silence."""
    for key, _ in tree.value if isinstance(tree, MappingNode) else ():
        if key.value not in PARTS:
            message = f"no service reads this: there are {', '.join(sorted(PARTS))}"
            yield Finding("all", str(key.value), key.start_mark.line + 1, message)


def line_of(tree: Node | None, field: str) -> int | None:
    """The line of a field, or of the nearest one above it that is there; None where there is nothing at all."""
    if tree is None:
        return None
    named, node, rest = tree, tree, field.split(".")
    while rest and (found := _below(node, rest)) is not None:
        named, node, used = found
        rest = rest[used:]
    return named.start_mark.line + 1


def _below(node: Node, rest: list[str]) -> tuple[Node, Node, int] | None:
    """One level down: what names it, what it holds, and how many parts of the name that took (it may have dots)."""
    if isinstance(node, SequenceNode) and rest[0].isdecimal() and int(rest[0]) < len(node.value):
        return node.value[int(rest[0])], node.value[int(rest[0])], 1
    if isinstance(node, MappingNode):
        for used in range(len(rest), 0, -1):
            for key, value in node.value:
                if key.value == ".".join(rest[:used]):
                    return key, value, used
    return None


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The policy's YAML file.", dir_okay=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Read a policy as all four services will, and name every field that is wrong.

    [dim]gehoor policy check deploy/policy/default.yaml[/dim]
    """
    found = list(findings(_text(file), str(file)))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in found]))
    else:
        for finding in found:
            where = f"{file}:{finding.line}" if finding.line else str(file)
            named = f"{finding.field}: " if finding.field else ""
            typer.echo(f"{where}: {named}{finding.message} ({finding.service})")
        if not found:
            typer.echo(f"{file}: {', '.join(READERS)} can follow it.")
    if found:
        raise typer.Exit(FAILED)


@app.command()
def derive(
    *,
    categories: Annotated[
        Path, typer.Option(help="JSON: each category with `departments` and `promised_working_days`.", dir_okay=False)
    ],
    base: Annotated[Path, typer.Option(help="The policy it is added to.", dir_okay=False)],
    version: Annotated[str | None, typer.Option(help="Its version; without it the base's with `-derived`.")] = None,
    calendar: Annotated[str | None, typer.Option(help="The new desks' calendar; without it sla's own.")] = None,
) -> None:
    """Print a policy with a desk for each department, a rule and a promise for each category.

    A category goes to the department that is named by the fewest categories: the one it is most particular to. What
    the customer picked as the label decides, and the resolution is due within the promised working days.

    [dim]gehoor policy derive --categories categories.json --base deploy/policy/replay.yaml > policy.yaml[/dim]
    """
    written = derived(yaml.safe_load(_text(base)), read_categories(_text(categories)), version, calendar)
    typer.echo(yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=120), nl=False)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as wrong:
        raise MisusedError(f"{file} can't be read: {wrong.strerror}") from None
    except UnicodeDecodeError:
        raise MisusedError(f"{file} is not UTF-8") from None
