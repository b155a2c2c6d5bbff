"""`gehoor timeline`: one complaint's story in plain sentences, from the journal."""

from collections.abc import Sequence
from contextlib import aclosing
from uuid import UUID

from gehoor.cli.installation import Installation
from gehoor.cli.journal import Unread, read_journal
from gehoor.events import intake
from gehoor.events.envelope import Recorded


class UnknownComplaintError(Exception):
    """The journal holds nothing under that id or reference."""


async def story_of(installation: Installation, named: str) -> Sequence[Recorded]:
    """All published facts of one complaint in the order they were recorded, private fields sealed.

    Args:
        installation: Whose journal is read.
        named: The complaint's id, or its reference, also in lower case or with its dash left out.

    Raises:
        UnknownComplaintError: there are none.
    """
    subject = _as_id(named) or await _referred_to(installation, named)
    events = [
        record
        async for record in read_journal(installation.kafka, installation.journal, subject=subject)
        if isinstance(record, Recorded)
    ]
    if not events:
        raise UnknownComplaintError(f"nothing is known of {named}")
    return sorted(events, key=lambda event: (event.recorded_at, event.service, event.sequence or 0))


def _as_id(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None


async def _referred_to(installation: Installation, named: str) -> UUID:
    wanted = named.upper().replace("-", "")
    async with aclosing(read_journal(installation.kafka, installation.journal)) as records:
        async for record in records:
            if (
                not isinstance(record, Unread)
                and isinstance(record.fact, intake.ComplaintReceived | intake.ReportReceived | intake.RemarkReceived)
                and record.fact.reference.replace("-", "") == wanted
            ):
                return record.subject
    raise UnknownComplaintError(f"no complaint has the reference {named}")
