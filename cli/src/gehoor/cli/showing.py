"""How facts are shown: a line for people, CloudEvents JSON for machines."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console, ConsoleDimensions
from rich.table import Table
from rich.text import Text

from gehoor.cli.telling import tell
from gehoor.events.envelope import Recorded, to_json
from gehoor.events.private import SEALED, rewrite

COLOURS = {"intake": "cyan", "routing": "green", "sla": "yellow", "partner-escalation": "magenta"}
SHORT = {"partner-escalation": "partner"}
LOUD = ("MISSED", "ESCALATED")
GAP = 2
"""Between two columns."""


def as_line(event: Recorded, *, label: str | None = None) -> Text:
    """When, who says so, and what happened; `label` names the story it belongs to."""
    line = Text(event.fact.occurred_at.astimezone().strftime("%a %H:%M:%S "), style="dim")
    if label is not None:
        line.append(f"{label:<10} ", style="bold")
    line.append(f"{SHORT.get(event.service, event.service):<8} ", style=COLOURS.get(event.service, "white"))
    told = tell(event.fact)
    line.append(told, style="bold red" if told.startswith(LOUD) else "")
    return line


def as_cloudevent(event: Recorded) -> str:
    """One line of structured CloudEvents JSON, private fields as sealed as they came."""
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": event.source,
        "type": event.fact.type,
        "subject": str(event.subject),
        "time": event.fact.occurred_at.isoformat(),
        "recordedtime": event.recorded_at.isoformat(),
        "sequence": str(event.sequence),
        "partitionkey": str(event.subject),
        "causationid": str(event.causation),
        "correlationid": str(event.correlation),
        "datacontenttype": "application/json",
        "data": to_json(event.fact),
    }
    return json.dumps(attributes, ensure_ascii=False)


def is_sealed(event: Recorded) -> bool:
    """Whether a private field of it is still sealed."""
    found: list[str] = []

    def note(path: str, token: Any) -> dict[str, Any]:
        found.append(path)
        return {SEALED: token}

    rewrite(to_json(event.fact), SEALED, note)
    return bool(found)


def show_rows(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows for people: folded between words in a terminal, a line each in a pipe. A word, an id say, is never cut."""
    out = Paper(highlight=False, markup=False)
    columns = list(zip(titles, *rows, strict=True))
    widths = [max(len(word) for cell in column for word in cell.split()) for column in columns]
    room = out.width - sum(widths) - len(widths) * GAP if out.is_terminal else sys.maxsize
    table = Table(box=None, header_style="bold", padding=(0, GAP, 0, 0))
    for number, (title, *cells) in enumerate(columns):
        given = min(max(map(len, (title, *cells))) - widths[number], max(room, 0))
        widths[number] += given
        room -= given
        table.add_column(title, width=widths[number])
    for row in rows:
        table.add_row(*row)
    out.size = ConsoleDimensions(max(out.width, sum(widths) + len(widths) * GAP), out.height)
    out.print(table)


class Paper(Console):
    """A console whose reader may leave: the command then ends as any other does, in `plainly`."""

    def on_broken_pipe(self) -> None:
        """Whoever read it has seen enough.

        Raises:
            BrokenPipeError: always.
        """
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Where lines for people go."""
    return Paper(highlight=False, soft_wrap=True, stderr=stderr)
