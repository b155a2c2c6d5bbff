"""Routing over HTTP: who owns it, handing over, who is away."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from gehoor.events.envelope import Recorded, Stream, derived_id
from gehoor.events.private import Private
from gehoor.events.routing import OwnerAccepted, OwnerAssigned, PersonAbsent, PersonReturned, TransferOffered
from gehoor.events.terms import ComplaintId, DeskId, StaffId
from gehoor.routing.api.shapes import (
    Absence,
    Acceptance,
    DeskShown,
    DesksShown,
    NewTransfer,
    OwnerShown,
    OwnersShown,
    Refused,
    TransfersShown,
    WaitingShown,
)
from gehoor.routing.domain.commands import AcceptTransfer, DeclineTransfer, OfferTransfer
from gehoor.routing.domain.presence import Away, Leave, Return
from gehoor.routing.policy import Policy
from gehoor.routing.views import MATTER, OWNERS, STAFF, TRANSFERS, away_of
from gehoor.runtime.http.asking import Posting, Reading, posting, reading
from gehoor.runtime.http.errors import AbsentError, ForbiddenError, InvalidError
from gehoor.runtime.ports import Row, Wish

Reads = Annotated[Reading, Depends(reading("routing:read"))]
Writes = Annotated[Posting, Depends(posting("routing:write"))]
Desk = Annotated[DeskId, Path(description="A desk of the policy.")]
Person = Annotated[StaffId, Path(description="An opaque staff id.")]
Cursor = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]


def routes(policy: Policy) -> APIRouter:
    """Routing's endpoints."""
    router = APIRouter(tags=["routing"])
    desks = frozenset(policy.desks)

    @router.get("/complaints/{id}/owner")
    async def show_owner(id: ComplaintId, asked: Reads) -> OwnerShown:  # noqa: A002 - as the path names it
        """Who is accountable, who acts meanwhile, and the transfer that is open, with its context."""
        row = await asked.heard(lambda: asked.views.get(OWNERS, str(id)))
        shown = OwnerShown.model_validate(row.body)
        if shown.transfer is not None:
            shown.transfer.context = await _context(asked, id, shown.transfer.offer)
        return shown

    @router.post("/complaints/{id}/transfer", status_code=201)
    async def offer_transfer(id: ComplaintId, body: NewTransfer, asked: Writes) -> Response:  # noqa: A002
        """Ask another desk to take it over. Until that desk accepts, nothing moves."""
        _speaking_for(body.desk, asked)
        await _heard_of(id, asked)
        offer = OfferTransfer(
            at=asked.now(),
            by=asked.caller.acting(body.by),
            desk=body.desk,
            to_desk=body.to_desk,
            to_person=body.to_person,
            warmth=body.warmth,
            context=None if body.context is None else Private(body.context),
            desks=desks,
        )
        return await asked.answer([Wish(Stream(MATTER, id), offer)], status=201, body=_followed)

    @router.post("/complaints/{id}/transfer/accept")
    async def accept_transfer(id: ComplaintId, body: Acceptance, asked: Writes) -> Response:  # noqa: A002
        """Take it over: from now on you are accountable."""
        _speaking_for(body.desk, asked)
        await _heard_of(id, asked)
        person = body.person or asked.caller.acting(body.by)
        accept = AcceptTransfer(
            at=asked.now(),
            desk=body.desk,
            person=person,
            limit=policy.limit,
            away=await away_of(person, asked.views),
        )
        return await asked.answer([Wish(Stream(MATTER, id), accept)], body=_followed)

    @router.post("/complaints/{id}/transfer/decline")
    async def decline_transfer(id: ComplaintId, body: Refused, asked: Writes) -> Response:  # noqa: A002
        """Say no: the owner stays."""
        _speaking_for(body.desk, asked)
        await _heard_of(id, asked)
        by = asked.caller.acting(body.by)
        decline = DeclineTransfer(at=asked.now(), by=by, desk=body.desk, why=Private(body.why))
        return await asked.answer([Wish(Stream(MATTER, id), decline)], body=_followed)

    @router.post("/persons/{person}/absence")
    async def leave(person: Person, body: Absence, asked: Writes) -> Response:
        """That person is away: what they own is covered from now on."""
        wish = Leave(asked.now(), person, body.desk, Away(body.covered_by, body.until), desks)
        return await asked.answer([Wish(_staff(person), wish)], body=_followed)

    @router.post("/persons/{person}/return")
    async def come_back(person: Person, asked: Writes) -> Response:
        """That person is back, and acts again on what they own."""
        return await asked.answer([Wish(_staff(person), Return(asked.now()))], body=_followed)

    @router.get("/desks")
    async def list_desks(_asked: Reads) -> DesksShown:
        """The desks of the policy."""
        shown = [
            DeskShown(
                id=id_,
                name=desk.name,
                calendar=desk.calendar,
                operated_by=desk.operated_by,
                coordinator=id_ == policy.routing.coordinator,
            )
            for id_, desk in policy.desks.items()
        ]
        return DesksShown(policy=policy.version, desks=shown)

    @router.get("/desks/{desk}/complaints")
    async def list_owned(desk: Desk, asked: Reads, after: Cursor = None, limit: Limit = 100) -> OwnersShown:
        """What the desk owns and is open, by when it was received."""
        _existing(desk, asked, desks)
        rows = await asked.views.find(OWNERS, f"desk={desk}", "stage=open", after=_cut(after), limit=limit)
        return OwnersShown(complaints=[OwnerShown.model_validate(row.body) for row in rows], next=_next(rows, limit))

    @router.get("/desks/{desk}/transfers")
    async def list_waiting(desk: Desk, asked: Reads, after: Cursor = None, limit: Limit = 100) -> TransfersShown:
        """What waits for the desk to accept or decline, by when it was offered."""
        _existing(desk, asked, desks)
        rows = await asked.views.find(TRANSFERS, f"to={desk}", after=_cut(after), limit=limit)
        return TransfersShown(
            transfers=[WaitingShown.model_validate(row.body) for row in rows], next=_next(rows, limit)
        )

    return router


# --- what routes share --------------------------------------------------------------------------------------------


def _speaking_for(desk: DeskId, asked: Reading) -> None:
    """See to it that the key may act as that desk.

    Raises:
        ForbiddenError: it may not.
    """
    if not asked.caller.speaks_for(desk):
        raise ForbiddenError(f"this key does not speak for {desk}")


def _existing(desk: DeskId, asked: Reading, desks: frozenset[DeskId]) -> None:
    """See to it that there is such a desk, and that the key may look at what it has.

    Raises:
        AbsentError: one of them is not so, and it is not said which.
    """
    if desk not in desks or not asked.caller.speaks_for(desk):
        raise AbsentError


async def _heard_of(id_: ComplaintId, asked: Reading) -> None:
    await asked.heard(lambda: asked.views.get(OWNERS, str(id_)))


async def _context(asked: Reading, id_: ComplaintId, offer: int) -> str | None:
    """What the receiver of that offer must know; None for a cold one, and where the customer was erased."""
    _, events = await asked.handling.read(Stream(MATTER, id_))
    for event in events:
        match event.fact:
            case TransferOffered(offer=number, context=context) if number == offer and context is not None:
                return None if context.erased else context.reveal()
            case _:
                continue
    return None


def _staff(person: StaffId) -> Stream:
    return Stream(STAFF, derived_id(STAFF, person))


def _followed(recorded: Sequence[Recorded]) -> dict[str, Any]:
    """What the wish came to, in ids and states: by then the last word of each fact that followed."""
    answer: dict[str, Any] = {"followed": [event.fact.type for event in recorded]}
    for event in recorded:
        match fact := event.fact:
            case TransferOffered():
                answer |= {"offer": fact.offer, "hand_off": fact.hand_off}
            case OwnerAccepted() | OwnerAssigned():
                answer |= {"desk": fact.desk, "person": fact.person, "hand_off": fact.hand_off}
            case PersonAbsent():
                answer |= {"away": True}
            case PersonReturned():
                answer |= {"away": False}
            case _:
                continue
    return answer


def _cut(after: str | None) -> tuple[str, str] | None:
    """Where the page before ended.

    Raises:
        InvalidError: it is no `next` of ours.
    """
    if after is None:
        return None
    rank, tilde, key = after.partition("~")
    if not tilde:
        raise InvalidError.of("#/after", "not the `next` of a page", place="query")
    return rank, key


def _next(rows: Sequence[Row], limit: int) -> str | None:
    return f"{rows[-1].rank}~{rows[-1].key}" if len(rows) == limit else None
