"""`gehoor tail`: the journal as it grows."""

from contextlib import aclosing
from uuid import UUID

from gehoor.cli.installation import Installation
from gehoor.cli.journal import Unread, read_journal
from gehoor.cli.showing import as_cloudevent, as_line, console
from gehoor.events.envelope import Recorded


def _wanted(event: Recorded, service: str | None, type_: str | None) -> bool:
    return (service is None or event.service == service) and (type_ is None or type_ in event.fact.type)


async def tail(
    installation: Installation,
    *,
    complaint: UUID | None,
    service: str | None,
    type_: str | None,
    follow: bool,
    from_start: bool,
    as_json: bool,
) -> int:
    """Print what comes by, and give how many facts were shown. What can't be read is told beside it, on stderr."""
    out, beside = console(), console(stderr=True)
    shown = 0
    records = read_journal(
        installation.kafka, installation.journal, follow=follow, from_end=not from_start, subject=complaint
    )
    async with aclosing(records):
        async for record in records:
            if isinstance(record, Unread):
                where = f"partition {record.partition}, offset {record.offset}"
                beside.print(f"unreadable: {where}: {record.reason}", style="red", markup=False)
            elif _wanted(record, service, type_):
                shown += 1
                if as_json:
                    out.out(as_cloudevent(record), highlight=False)
                else:
                    out.print(as_line(record, label=str(record.subject)[-6:]))
    return shown
