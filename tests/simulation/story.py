"""What happened to one matter, in sentences, as all services stored it."""

from collections.abc import Iterator
from uuid import UUID

from gehoor.cli.telling import tell
from gehoor.events.fact import is_published
from tests.simulation.run import Committed, Run

BROKEN_MAX = 8


async def tell_story(run: Run, subject: UUID) -> list[str]:
    """One line a fact, notes too, with when it was stored and when it had happened where that is not the same."""
    handling = run.house.processes["intake"][0].handling
    lines = []
    for one in run.story:
        if one.event.subject == subject:
            (event,) = await handling.unseal([one.event])
            lines.append(_line(Committed(event, one.at)))
    return lines


def tell_lines(run: Run) -> Iterator[str]:
    """What did not hold, of which matter, and how to see it again."""
    yield f"seed {run.seed}: {len(run.broken)} times an invariant did not hold"
    for broken in run.broken[:BROKEN_MAX]:
        yield f"  {broken}"
    for subject, lines in run.told.items():
        yield f"  the story of {subject}:"
        yield from (f"    {line}" for line in lines)
    yield f"  again: make simulate SEED={run.seed} DAYS={run.days} CUSTOMERS={run.customers}"


def _line(one: Committed) -> str:
    event, fact = one.event, one.event.fact
    happened = "" if fact.occurred_at == one.at else f" [{fact.occurred_at:%a %H:%M:%S}]"
    said = tell(fact) if is_published(fact.type) else f"({fact.type}: {_noted(fact.model_dump(mode='json'))})"
    return f"{one.at:%a %d %H:%M:%S} {event.service:>18}  {said}{happened}"


def _noted(body: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in body.items() if name != "occurred_at" and value is not None)
