"""How it ends: our response and the customer's, closing, reopening, withdrawing, looking back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from gehoor.events.envelope import Stream
from gehoor.events.private import Private
from gehoor.events.terms import (
    CloseBasis,
    ContactId,
    DeskId,
    Judgement,
    ReopenReason,
    ResponseKind,
    Solved,
    Term,
)
from gehoor.intake.api.acting import Acted
from gehoor.intake.api.finding import Named, Writes, followed, found, stream_of
from gehoor.intake.domain.endings import (
    Close,
    GiveFeedback,
    RecordCause,
    RecordCustomerResponse,
    Reopen,
    SendFinalResponse,
    Withdraw,
)
from gehoor.intake.reception import Reception
from gehoor.intake.views import MATTER
from gehoor.runtime.http.asking import Posting
from gehoor.runtime.http.bodies import text
from gehoor.runtime.http.errors import ForbiddenError, NotYetHeardError
from gehoor.runtime.ports import Row, Wish


class FinalResponse(Acted):
    """What we made of it."""

    kind: ResponseKind = ResponseKind.FINAL
    admissible: bool = True
    ground: Term | None = Field(None, description="Of refusing, where it is not admissible.")
    judgement: Judgement
    solved: Solved
    remedy: Annotated[str, text(2000)] | None = None
    explanation: Annotated[str, text(20_000)]
    appeal_body: Term | None = Field(None, description="Where the customer can go from here.")
    contact_id: ContactId | None = None
    send: bool = Field(False, description="Whether the system is to mail the explanation.")


class CustomerResponse(Acted):
    """What the customer said of it."""

    accepted: bool
    words: Annotated[str, text(5000)] | None = None


class Closure(Acted):
    """On what ground; by the owner's desk."""

    basis: CloseBasis
    desk: DeskId | None = Field(None, description="The desk you speak for; all of the key's, where none is named.")
    hand_off: int | None = Field(None, ge=0, description="The hand-off it was decided on, as routing shows it.")


class Reopening(Acted):
    """Why it is not over."""

    reason: ReopenReason = ReopenReason.BY_STAFF
    why: Annotated[str, text(2000)] | None = None


class Withdrawal(Acted):
    """The customer takes it back."""

    why: Annotated[str, text(2000)] | None = None


class Feedback(Acted):
    """How the customer looks back."""

    rating: int = Field(ge=1, le=5)
    solved_at_first_contact: bool | None = None
    words: Annotated[str, text(5000)] | None = None


class Cause(Acted):
    """Why it happened, beside what the customer called it."""

    cause: Term


def routes(reception: Reception) -> APIRouter:
    """The endings."""
    router = APIRouter(tags=["ending"])
    policy = reception.policy

    @router.post("/complaints/{id}/final-response", status_code=201)
    async def respond(id: Named, body: FinalResponse, asked: Writes) -> Response:  # noqa: A002
        """What we made of it. From here the objection period runs; a holding response ends nothing."""
        at = policy.happened(body.occurred_at, asked.now())
        holding = body.kind is ResponseKind.HOLDING
        command = SendFinalResponse(
            at=at,
            kind=body.kind,
            admissible=body.admissible,
            judgement=body.judgement,
            solved=body.solved,
            explanation=Private(body.explanation),
            by=asked.caller.acting(body.by),
            ground=body.ground,
            remedy=Private(body.remedy) if body.remedy else None,
            appeal_body=body.appeal_body,
            objection_until=None if holding else at + policy.intake.objection_period,
            contact_id=body.contact_id,
            delivery_id=ContactId(asked.new_id()) if body.send else None,
        )
        return await asked.answer([Wish(await stream_of(id, asked), command)], status=201, body=followed)

    @router.post("/complaints/{id}/customer-response", status_code=201)
    async def hear(id: Named, body: CustomerResponse, asked: Writes) -> Response:  # noqa: A002
        """The customer accepted, or objected."""
        at = policy.happened(body.occurred_at, asked.now())
        said = Private(body.words) if body.words else None
        command = RecordCustomerResponse(at, body.accepted, asked.caller.acting(body.by), said)
        return await asked.answer([Wish(await stream_of(id, asked), command)], status=201, body=followed)

    @router.post("/complaints/{id}/closure")
    async def close(id: Named, body: Closure, asked: Writes) -> Response:  # noqa: A002
        """The owner's desk ends it. Refused while a promise is owed, unless the customer accepted."""
        desks = _desks(body, asked)
        row = await _heard_of_owner(id, body, desks, asked)
        command = Close(
            at=asked.now(),
            basis=body.basis,
            by=asked.caller.acting(body.by),
            desks=desks,
            attempts_wanted=policy.intake.unreachable_attempts,
            hand_off=body.hand_off,
        )
        return await asked.answer([Wish(Stream(MATTER, UUID(row.key)), command)], body=followed)

    @router.post("/complaints/{id}/reopening")
    async def reopen(id: Named, body: Reopening, asked: Writes) -> Response:  # noqa: A002
        """It was not over."""
        at = policy.happened(body.occurred_at, asked.now())
        why = Private(body.why) if body.why else None
        command = Reopen(at, body.reason, asked.caller.acting(body.by), why)
        return await asked.answer([Wish(await stream_of(id, asked), command)], body=followed)

    @router.post("/complaints/{id}/withdrawal")
    async def withdraw(id: Named, body: Withdrawal, asked: Writes) -> Response:  # noqa: A002
        """The customer takes it back, and nothing is owed any more."""
        at = policy.happened(body.occurred_at, asked.now())
        command = Withdraw(at, asked.caller.acting(body.by), Private(body.why) if body.why else None)
        return await asked.answer([Wish(await stream_of(id, asked), command)], body=followed)

    @router.post("/complaints/{id}/feedback", status_code=201)
    async def look_back(id: Named, body: Feedback, asked: Writes) -> Response:  # noqa: A002
        """The customer's own judgement, at any time."""
        at = policy.happened(body.occurred_at, asked.now())
        said = Private(body.words) if body.words else None
        command = GiveFeedback(at, body.rating, body.solved_at_first_contact, said)
        return await asked.answer([Wish(await stream_of(id, asked), command)], status=201, body=followed)

    @router.post("/complaints/{id}/cause", status_code=201)
    async def find_cause(id: Named, body: Cause, asked: Writes) -> Response:  # noqa: A002
        """The cause, beside the label."""
        at = policy.happened(body.occurred_at, asked.now())
        command = RecordCause(at, body.cause, asked.caller.acting(body.by))
        return await asked.answer([Wish(await stream_of(id, asked), command)], status=201, body=followed)

    return router


def _desks(body: Closure, asked: Posting) -> frozenset[DeskId] | None:
    if body.desk is None:
        return asked.caller.desks
    if not asked.caller.speaks_for(body.desk):
        raise ForbiddenError("this key does not speak for that desk")
    return frozenset({body.desk})


async def _heard_of_owner(named: str, body: Closure, desks: frozenset[DeskId] | None, asked: Posting) -> Row:
    """The complaint, once intake has heard of the owner that the caller knows of, or has waited for it.

    Raises:
        AbsentError: there is no such complaint.
        NotYetHeardError: the hand-off it was decided on has not been heard of.
    """

    async def owned() -> Row | None:
        row = await found(named, asked)
        caught_up = body.hand_off is None or row.body["hand_off"] >= body.hand_off
        return row if caught_up and (desks is None or row.body["desk"] in desks) else None

    try:
        return await asked.heard(owned)
    except NotYetHeardError:
        row = await found(named, asked)
        if body.hand_off is not None and row.body["hand_off"] < body.hand_off:
            raise
        return row
