"""What a partner sees and says of its own tickets, under its own key, and of nothing else.

Every route reads the ticket's row as the partner first: with the partner as the audience, so that the database, by
row-level security, gives none but its own. What stands behind another's ticket id is the same "none", found by the same
one look, as what stands behind an id that nobody has. Writing needs no table of its own with a policy of its own: an
update goes on only from the row that was read so, its stream is taken from that row, and the decision asks once more
whose ticket it is. So there is one gate, and it is the one that reading is tested by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.terms import PartnerId, TicketId
from gehoor.partner_escalation.api.paging import following, place
from gehoor.partner_escalation.api.shapes import NewUpdate, OwnTicket, OwnTickets, OwnTicketTold, SoughtOwn, UpdateTaken
from gehoor.partner_escalation.api.telling import told
from gehoor.partner_escalation.domain import KIND
from gehoor.partner_escalation.domain.commands import TakeUpdate
from gehoor.partner_escalation.effects import shown
from gehoor.partner_escalation.facts import UpdateNoted
from gehoor.partner_escalation.views import OF_PARTNER
from gehoor.runtime.http.asking import Posting, Reading, posting, reading
from gehoor.runtime.http.errors import AbsentError, ForbiddenError
from gehoor.runtime.ports import Row, Wish

SCOPE = "partner-escalation:partner"


@dataclass(frozen=True)
class Theirs:
    """One question of a partner's."""

    asked: Reading
    partner: PartnerId

    async def row(self, ticket: TicketId) -> Row:
        """The ticket's row.

        Raises:
            AbsentError: there is none, or it is another's: the two look the same.
        """
        row = await self.asked.views.get(OF_PARTNER, str(ticket), audience=self.partner)
        if row is None:
            raise AbsentError
        return row


@dataclass(frozen=True)
class TheirsToSay(Theirs):
    """One update of a partner's."""

    asked: Posting


def _partner(asked: Reading) -> PartnerId:
    if asked.caller.partner is None:
        raise ForbiddenError("this key is no partner's")
    return asked.caller.partner


def _reading(asked: Annotated[Reading, Depends(reading(SCOPE))]) -> Theirs:
    return Theirs(asked, _partner(asked))


def _posting(asked: Annotated[Posting, Depends(posting(SCOPE))]) -> TheirsToSay:
    return TheirsToSay(asked, _partner(asked))


Reads = Annotated[Theirs, Depends(_reading)]
Writes = Annotated[TheirsToSay, Depends(_posting)]


def routes() -> APIRouter:
    """The endpoints of partners."""
    router = APIRouter(prefix="/partner", tags=["partner"])

    @router.get("/tickets")
    async def list_own(theirs: Reads, sought: Annotated[SoughtOwn, Query()]) -> OwnTickets:
        """Your tickets, oldest first."""
        tags = [] if sought.stage is None else [f"stage={sought.stage}"]
        rows = await theirs.asked.views.find(
            OF_PARTNER, *tags, after=place(sought.after), limit=sought.limit, audience=theirs.partner
        )
        own = [OwnTicket.model_validate(row.body) for row in rows]
        return OwnTickets(tickets=own, next=following(rows, sought.limit))

    @router.get("/tickets/{id}")
    async def show_own(id: TicketId, theirs: Reads) -> OwnTicketTold:  # noqa: A002 - as the path names it
        """One of your tickets with what was said, and, while it is open, what you may see of the customer."""
        row = await theirs.row(id)
        tickets, _ = await theirs.asked.handling.read(_stream(row))
        ticket = tickets.tickets[id]
        return OwnTicketTold.model_validate({**row.body, **told(ticket), "shared": shown(tickets, ticket)})

    @router.post("/tickets/{id}/updates", response_model=UpdateTaken)
    async def take_update(id: TicketId, body: NewUpdate, theirs: Writes) -> Response:  # noqa: A002
        """Say something of a ticket. Twice, late or out of order, it has one effect."""
        row = await theirs.row(id)
        command = TakeUpdate(
            at=theirs.asked.now(),
            ticket_id=id,
            partner=theirs.partner,
            update_id=body.update_id,
            kind=body.kind,
            reference=body.partner_reference,
            words=body.words,
        )

        def taken(recorded: Sequence[Recorded]) -> Any:
            effect = "known" if not recorded else "noted" if isinstance(recorded[0].fact, UpdateNoted) else "taken"
            return {"ticket_id": str(id), "update_id": str(body.update_id), "effect": effect}

        return await theirs.asked.answer([Wish(_stream(row), command)], body=taken)

    return router


def _stream(row: Row) -> Stream:
    return Stream.parse(f"{KIND}-{row.body['complaint_id']}")
