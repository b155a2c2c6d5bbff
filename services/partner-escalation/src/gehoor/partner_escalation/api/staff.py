"""What our staff asks of partners, and how they do. Only the owner's desk wishes; who may read, reads all tickets."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.terms import ComplaintId, MatterKind, PartnerId, TicketId
from gehoor.partner_escalation.api.paging import following, place
from gehoor.partner_escalation.api.shapes import (
    Accepted,
    Answered,
    Disputed,
    Kept,
    NewTicket,
    RecordShown,
    Redelivered,
    Sought,
    TicketShown,
    TicketsShown,
    TicketTold,
    Wished,
    Withdrawn,
)
from gehoor.partner_escalation.api.telling import in_clear, told
from gehoor.partner_escalation.domain import KIND
from gehoor.partner_escalation.domain.commands import (
    AcceptResolution,
    AnswerQuestion,
    DisputeResolution,
    KeepOpen,
    OpenTicket,
    Redeliver,
    Staff,
    StaffCommand,
    WithdrawTicket,
)
from gehoor.partner_escalation.policy import Policy
from gehoor.partner_escalation.views import MATTERS, TICKETS_OF, record
from gehoor.runtime.http.asking import Posting, Reading, posting, reading
from gehoor.runtime.http.errors import AbsentError, ForbiddenError, InvalidError
from gehoor.runtime.ports import Row, Views, Wish

_PAGE = 500


def _ours(asked: Reading) -> None:
    if asked.caller.partner is not None:
        raise ForbiddenError("this key is a partner's")


def _reading(asked: Annotated[Reading, Depends(reading("partner-escalation:read"))]) -> Reading:
    _ours(asked)
    return asked


def _posting(asked: Annotated[Posting, Depends(posting("partner-escalation:write"))]) -> Posting:
    _ours(asked)
    return asked


Reads = Annotated[Reading, Depends(_reading)]
Writes = Annotated[Posting, Depends(_posting)]


def routes(policy: Policy) -> APIRouter:
    """The endpoints of our staff."""
    router = APIRouter(tags=["tickets"])

    @router.post("/complaints/{id}/tickets", status_code=201)
    async def open_ticket(id: ComplaintId, body: NewTicket, asked: Writes) -> Response:  # noqa: A002 - the path's name
        """Ask a partner to do its part. It is told what policy lets it see for this category, and nothing else."""
        terms = policy.terms(body.partner)
        if terms is None:
            raise InvalidError.of("#/partner", "there is no such partner", "unknown")
        by = _speaker(body, asked)
        await asked.heard(lambda: _classified(id, asked.views))
        opening = OpenTicket(
            at=asked.now(),
            ticket_id=TicketId(asked.new_id()),
            by=by,
            terms=terms,
            asked=body.asked,
            details=body.details,
            wanted_by=body.wanted_by,
        )
        opened = {"ticket_id": str(opening.ticket_id), "complaint_id": str(id), "partner": body.partner}
        return await asked.answer([Wish(Stream(KIND, id), opening)], status=201, body=lambda _recorded: opened)

    @router.get("/tickets")
    async def list_tickets(asked: Reads, sought: Annotated[Sought, Query()]) -> TicketsShown:
        """The tickets that fit all that is named, oldest first."""
        rows = await asked.views.find(TICKETS_OF, *sought.tags(), after=place(sought.after), limit=sought.limit)
        shown = [TicketShown.model_validate(row.body) for row in rows]
        return TicketsShown(tickets=shown, next=following(rows, sought.limit))

    @router.get("/tickets/{id}")
    async def show_ticket(id: TicketId, asked: Reads) -> TicketTold:  # noqa: A002
        """A ticket with all that was said."""
        row = await _row(id, asked)
        tickets, _ = await asked.handling.read(_stream(row))
        ticket = tickets.tickets[id]
        return TicketTold.model_validate(
            {
                **row.body,
                **told(ticket),
                "shared": in_clear(ticket.shared),
                "shared_fields": ticket.shared_fields,
            }
        )

    @router.post("/tickets/{id}/keep")
    async def keep_open(id: TicketId, body: Kept, asked: Writes) -> Response:  # noqa: A002
        """Go on asking also after the complaint is closed."""
        return await _wish(asked, id, KeepOpen(asked.now(), id, _speaker(body, asked)))

    @router.post("/tickets/{id}/redeliver")
    async def redeliver(id: TicketId, body: Redelivered, asked: Writes) -> Response:  # noqa: A002
        """Try again what was given up, under the same keys."""
        return await _wish(asked, id, Redeliver(asked.now(), id, _speaker(body, asked)))

    @router.post("/tickets/{id}/answer")
    async def answer(id: TicketId, body: Answered, asked: Writes) -> Response:  # noqa: A002
        """Tell the partner what it asked."""
        wish = AnswerQuestion(asked.now(), id, _speaker(body, asked), body.answer, body.question)
        return await _wish(asked, id, wish)

    @router.post("/tickets/{id}/accept")
    async def accept(id: TicketId, body: Accepted, asked: Writes) -> Response:  # noqa: A002
        """You asked the customer: it is done. Closing the complaint stays yours to do, at intake."""
        return await _wish(asked, id, AcceptResolution(asked.now(), id, _speaker(body, asked)))

    @router.post("/tickets/{id}/dispute")
    async def dispute(id: TicketId, body: Disputed, asked: Writes) -> Response:  # noqa: A002
        """You asked the customer: it is not done. The partner is asked anew."""
        return await _wish(asked, id, DisputeResolution(asked.now(), id, _speaker(body, asked), body.why))

    @router.post("/tickets/{id}/withdraw")
    async def withdraw(id: TicketId, body: Withdrawn, asked: Writes) -> Response:  # noqa: A002
        """It need not be done any more."""
        return await _wish(asked, id, WithdrawTicket(asked.now(), id, _speaker(body, asked), body.why))

    @router.get("/partners/{id}/record")
    async def show_record(id: PartnerId, asked: Reads) -> RecordShown:  # noqa: A002
        """How a partner does, over all its tickets."""
        bodies = [row.body for row in await _all_of(id, asked.views)]
        agreed = policy.partners.get(id)
        if agreed is None and not bodies:
            raise AbsentError
        return RecordShown.model_validate({"partner": id, "name": agreed.name if agreed else None, **record(bodies)})

    return router


# --- what routes share --------------------------------------------------------------------------------------------


def _speaker(wished: Wished, asked: Posting) -> Staff:
    """Who wishes, for the desk that is named.

    Raises:
        ForbiddenError: the key does not speak for that desk, or acts for somebody else.
    """
    if not asked.caller.speaks_for(wished.desk):
        raise ForbiddenError(f"this key does not speak for {wished.desk}")
    return Staff(asked.caller.acting(wished.by), wished.desk)


async def _wish(asked: Posting, id_: TicketId, command: StaffCommand) -> Response:
    row = await _row(id_, asked)

    def followed(recorded: Sequence[Recorded]) -> Any:
        return {"ticket_id": str(id_), "followed": [event.fact.type for event in recorded]}

    return await asked.answer([Wish(_stream(row), command)], body=followed)


async def _row(id_: TicketId, asked: Reading) -> Row:
    row = await asked.views.get(TICKETS_OF, str(id_))
    if row is None:
        raise AbsentError
    return row


async def _classified(complaint: ComplaintId, views: Views) -> Row | None:
    """The complaint, once it is known what it is about: a remark never is, and needs not be."""
    row = await views.get(MATTERS, str(complaint))
    if row is None or (row.body["category"] is None and row.body["matter"] == MatterKind.COMPLAINT):
        return None
    return row


async def _all_of(partner: PartnerId, views: Views) -> Sequence[Row]:
    rows: list[Row] = []
    after: tuple[str, str] | None = None
    while page := await views.find(TICKETS_OF, f"partner={partner}", after=after, limit=_PAGE):
        rows += page
        after = (page[-1].rank, page[-1].key)
    return rows


def _stream(row: Row) -> Stream:
    return Stream.parse(f"{KIND}-{row.body['complaint_id']}")
