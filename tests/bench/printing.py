"""The table, on a terminal and in docs/benchmarks.md."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bench.figures import Breakdown, Figure, Measured

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEAD = ("row", "what", "wanted", "found", "beside it, measured in the same run", "ratio", "met")
_MET = {True: "yes", False: "**no**", None: ""}
_ABOUT = """# Benchmarks
Written by `make bench`; load, broker, database and services share one machine, and the database writes through to its
disk. Each row stands beside a floor or a peer that was measured in the same run, so read the ratios first; but on a
machine that is busy with other things, as the line below the table tells, even those move, and latencies most of all.

"""


def show(measured: Sequence[Measured], machine: str) -> None:
    """Print it, as a table on a terminal and as plain lines elsewhere."""
    figures = [figure for one in measured for figure in one.figures]
    breakdowns = [breakdown for one in measured for breakdown in one.breakdowns]
    if not sys.stdout.isatty():
        print(_markdown(figures, breakdowns, machine))  # noqa: T201 - what it is for
        return
    console = Console()
    _table(console, None, HEAD, [_cells(figure) for figure in figures])
    for one in breakdowns:
        _table(console, one.title, one.head, one.lines)
    console.print(f"[dim]{escape(machine)}[/dim]")


def write(measured: Sequence[Measured], machine: str) -> None:
    """Write the page."""
    figures = [figure for one in measured for figure in one.figures]
    breakdowns = [breakdown for one in measured for breakdown in one.breakdowns]
    PAGE.write_text(_ABOUT + _markdown(figures, breakdowns, machine) + "\n", encoding="utf-8")


def _markdown(figures: Sequence[Figure], breakdowns: Sequence[Breakdown], machine: str) -> str:
    parts = ["\n".join(_lines(HEAD, [_cells(figure) for figure in figures])), machine + "."]
    for one in breakdowns:
        parts += [f"## {one.title}", "\n".join(_lines(one.head, one.lines))]
    return "\n\n".join(parts)


def _lines(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines)]


def _cells(figure: Figure) -> Sequence[str]:
    ratio = f"{figure.ratio:.2f}"
    return figure.row, figure.what, figure.wanted, figure.found, figure.floor, ratio, _MET[figure.met]


def _table(console: Console, title: str | None, head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    table = Table(*head, title=title, title_justify="left")
    for line in lines:
        table.add_row(*map(escape, line))
    console.print(table)
