"""Which complaint a path names, by its id or by the reference that the customer reads out; and what a deed answers."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.fact import is_published
from gehoor.events.intake import ContactRecorded, PromiseMade
from gehoor.events.private import Json
from gehoor.intake.references import heard
from gehoor.intake.views import MATTER, MATTERS, REFERENCES
from gehoor.runtime.http.asking import Posting, Reading, posting, reading
from gehoor.runtime.http.errors import AbsentError
from gehoor.runtime.ports import Row

Reads = Annotated[Reading, Depends(reading("intake:read"))]
Writes = Annotated[Posting, Depends(posting("intake:write"))]
Named = Annotated[str, Path(max_length=50, description="The complaint's id, or its reference.")]


async def found(named: str, asked: Reading) -> Row:
    """The row of the matter.

    Raises:
        AbsentError: there is none; a misheard reference is none.
    """
    row = await asked.views.get(MATTERS, await _id(named, asked))
    if row is None:
        raise AbsentError
    return row


async def stream_of(named: str, asked: Reading) -> Stream:
    """Its stream.

    Raises:
        AbsentError: there is no such matter.
    """
    return Stream(MATTER, UUID((await found(named, asked)).key))


async def _id(named: str, asked: Reading) -> str:
    try:
        return str(UUID(named))
    except ValueError:
        pass
    reference = heard(named)
    row = await asked.views.get(REFERENCES, reference) if reference is not None else None
    if row is None:
        raise AbsentError
    return str(row.body["id"])


def followed(recorded: Sequence[Recorded]) -> Json:
    """What followed: the types of the facts, and the ids of what is new."""
    facts = [event.fact for event in recorded]
    return {
        "followed": [fact.type for fact in facts if is_published(fact.type)],
        "contact_id": next((str(fact.contact_id) for fact in facts if isinstance(fact, ContactRecorded)), None),
        "promise_ids": [str(fact.promise_id) for fact in facts if isinstance(fact, PromiseMade)],
    }
