"""S3 · The typo: twenty readers report the same line; one report is handled, twenty are thanked."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from gehoor.cli.stories.stage import Stage
from gehoor.events.intake import MessageDelivered
from gehoor.events.routing import ReportForwarded
from gehoor.events.terms import ClockKind

READERS = 20
NAME = "Lezeres Wendeline Oosterlinck"
TEXT = "Kleine dt-fout in de tweede alinea."
SELECTION = "hij vind het jammer"
NOTE = "Rechtgezet, met dank aan wie het zag."


def address(reader: int) -> str:
    """The reader's mail address."""
    return f"wendeline.oosterlinck.{reader}@lezer.example"


async def play(stage: Stage) -> Sequence[UUID]:
    """Play it to its end, and give the reports, the first to come first."""
    page = f"https://krant.example/nieuws/{uuid4().hex}"
    first = await _report(stage, page, 0)
    await stage.armed(first, ClockKind.REPORT)
    others = await asyncio.gather(*(_report(stage, page, reader) for reader in range(1, READERS)))
    handled = {"fixed": True, "note": NOTE, "by": "st_noor"}
    await stage.watch.fact(first, ReportForwarded)
    await stage.desks["newsroom"].post("intake", f"/reports/{first}/handled", handled)
    await stage.met(first, ClockKind.REPORT)
    for report in (first, *others):
        await stage.watch.fact(report, MessageDelivered)
    return (first, *others)


async def _report(stage: Stage, page: str, reader: int) -> UUID:
    """Each reader came to the page by another link, and selected in another way: the line is the same."""
    form = {
        "page": f"{page}?from={reader}#top",
        "selection": SELECTION.upper() if reader % 2 else f" {SELECTION}  ",
        "text": TEXT,
        "name": NAME,
        "contact_points": [{"kind": "email", "address": address(reader)}],
    }
    answer = await stage.desks["website"].post("intake", "/reports", form)
    return UUID(answer["id"])
