"""How facts are shown: a line for people, CloudEvents JSON for machines."""

import json
from typing import Any

from rich.console import Console
from rich.text import Text

from gehoor.cli.telling import tell
from gehoor.events.envelope import Recorded, to_json
from gehoor.events.private import SEALED, rewrite

COLOURS = {"intake": "cyan", "routing": "green", "sla": "yellow", "partner-escalation": "magenta"}
SHORT = {"partner-escalation": "partner"}
LOUD = ("MISSED", "ESCALATED")


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


def console() -> Console:
    """Where lines for people go."""
    return Console(highlight=False, soft_wrap=True)
