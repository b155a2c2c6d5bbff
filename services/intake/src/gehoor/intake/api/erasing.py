"""Erasing a person: one transaction says it everywhere, and the keys go right after it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from gehoor.events.envelope import Stream
from gehoor.events.intake import ErasureGround
from gehoor.events.terms import ComplaintId, CustomerId, StaffId
from gehoor.intake.domain.message import EraseMessage
from gehoor.intake.domain.noting import NoteErasure
from gehoor.intake.domain.person import ErasePerson
from gehoor.intake.views import PERSON, subjects_of
from gehoor.runtime.http.asking import Posting, posting
from gehoor.runtime.http.bodies import Body
from gehoor.runtime.http.errors import AbsentError
from gehoor.runtime.ports import Wish

Erases = Annotated[Posting, Depends(posting("intake:erase"))]


class Erasure(Body):
    """On what ground."""

    ground: ErasureGround
    by: StaffId | None = None


def routes() -> APIRouter:
    """The erasure."""
    router = APIRouter(tags=["erasing"])

    @router.post("/persons/{customer}/erasure", status_code=202)
    async def erase(customer: CustomerId, body: Erasure, asked: Erases) -> Response:
        """Destroy the keys of all that is known of a person. What was promised and who answers for it stay."""
        person = Stream(PERSON, customer)
        matters, messages = await subjects_of(asked.views, customer)
        state, _ = await asked.handling.read(person)
        if not matters and not state.erased:
            raise AbsentError
        at = asked.now()
        subjects = tuple(ComplaintId(stream.id) for stream in (*matters, *messages))
        wishes = [Wish(person, ErasePerson(at, customer, subjects, body.ground, asked.caller.acting(body.by)))]
        wishes += [Wish(stream, NoteErasure(at, customer)) for stream in matters]
        wishes += [Wish(stream, EraseMessage(at, customer)) for stream in messages]
        erased = len(state.erased | set(subjects))
        return await asked.answer(
            wishes, status=202, body=lambda _recorded: {"customer_id": str(customer), "subjects": erased}
        )

    return router
