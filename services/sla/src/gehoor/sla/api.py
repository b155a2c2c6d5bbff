"""Sla over HTTP: the clocks on a complaint, the questions that wait for an answer, and answering one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.private import Private
from gehoor.events.sla import DeadlineSet, EndReason, EscalationAnswered, MissReason, Watched
from gehoor.events.terms import (
    ClockId,
    ClockKind,
    ComplaintId,
    DeskId,
    EscalationId,
    Instant,
    MatterKind,
    Reference,
    Slug,
    StaffId,
)
from gehoor.runtime.http.asking import Posting, Reading, posting, reading
from gehoor.runtime.http.bodies import Body, text
from gehoor.runtime.http.errors import AbsentError, InvalidError
from gehoor.runtime.ports import Row, Wish
from gehoor.sla.domain import ClockState, EscalationState
from gehoor.sla.domain.commands import AnswerEscalation
from gehoor.sla.reactions import WATCH
from gehoor.sla.views import CLOCKS, ESCALATIONS, WATCHES

Reads = Annotated[Reading, Depends(reading("sla:read"))]
Writes = Annotated[Posting, Depends(posting("sla:write"))]
Cursor = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]
_PAGE = 500


class Answer(Body):
    """A named human takes it up."""

    by: StaffId | None = Field(None, description="Who answers, where the key belongs to a system.")
    next_step: Annotated[str, text(2000)] = Field(description="What happens next.")
    next_step_by: Instant = Field(description="By when: a clock from now on.")


class ClockShown(BaseModel):
    """One deadline, and how it was found."""

    id: ClockId
    kind: ClockKind
    state: ClockState
    desk: DeskId = Field(description="Who is asked when it is missed.")
    starts: datetime
    due: datetime
    approaching_at: datetime | None = Field(description="When a warning is given.")
    basis: Slug = Field(description="The legal basis, or `policy`, `promise`, `offer`, `agreement`, `escalation`.")
    calendar: Slug
    policy: Slug = Field(description="The version of the policy that set it.")
    computed: str = Field(description="The computation in words.")
    watches: Watched
    over_at: datetime | None = Field(description="When it was met, missed or cancelled.")
    missed_because: MissReason | None
    done_late_at: datetime | None = Field(description="When it was done after all.")


class ClocksShown(BaseModel):
    """A matter's clocks, by due."""

    id: ComplaintId
    reference: Reference
    matter: MatterKind
    desk: DeskId
    misses: int = Field(description="Missed clocks, corrected ones not counted.")
    clocks: list[ClockShown]


class EscalationShown(BaseModel):
    """A question to somebody, and what became of it."""

    id: EscalationId
    complaint_id: ComplaintId
    reference: Reference | None
    state: EscalationState
    level: int
    repeat: int
    addressee: Slug
    desk: DeskId
    clock_id: ClockId
    kind: ClockKind
    owed: str = Field(description="What nobody has seen to, in words.")
    due: datetime
    raised_at: datetime
    answer_by: datetime
    undelivered: int = Field(description="Deliveries still under way.")
    answered_by: StaffId | None
    next_step_by: datetime | None
    ended: EndReason | None


class EscalationsShown(BaseModel):
    """A page of escalations, by the moment an answer is wanted."""

    escalations: list[EscalationShown]
    next: str | None


def routes() -> APIRouter:
    """Sla's endpoints."""
    router = APIRouter(tags=["sla"])

    @router.get("/complaints/{id}/clocks")
    async def show_clocks(id: ComplaintId, asked: Reads) -> ClocksShown:  # noqa: A002 - as the path names it
        """Every clock on a complaint, remark or report, with the computation of its due."""
        row = await asked.heard(lambda: asked.views.get(WATCHES, str(id)))
        if not asked.caller.speaks_for(row.body["desk"]):
            raise AbsentError
        found = await asked.views.find(CLOCKS, f"complaint={id}", limit=_PAGE)
        return ClocksShown(**row.body, clocks=[ClockShown.model_validate(clock.body) for clock in found])

    @router.get("/escalations")
    async def list_escalations(
        asked: Reads,
        state: EscalationState = EscalationState.OPEN,
        addressee: Annotated[Slug | None, Query(description="A role of the ladder.")] = None,
        desk: Annotated[DeskId | None, Query(description="The desk that is accountable.")] = None,
        *,
        after: Cursor = None,
        limit: Limit = 100,
    ) -> EscalationsShown:
        """Who is asked for an answer, the most pressing first."""
        desk = _own_desk(asked, desk)
        tags = [f"state={state}"]
        tags += [f"addressee={addressee}"] if addressee is not None else []
        tags += [f"desk={desk}"] if desk is not None else []
        found = await asked.views.find(ESCALATIONS, *tags, after=_cut(after), limit=limit)
        shown = [EscalationShown.model_validate(row.body) for row in found]
        return EscalationsShown(escalations=shown, next=_next(found, limit))

    @router.post("/escalations/{id}/answer")
    async def answer(id: EscalationId, body: Answer, asked: Writes) -> Response:  # noqa: A002
        """Take it up: a named human, a next step, and its date, which is a clock from now on."""
        row = await asked.heard(lambda: asked.views.get(ESCALATIONS, str(id)))
        if not asked.caller.speaks_for(row.body["desk"]):
            raise AbsentError
        wish = AnswerEscalation(
            escalation_id=id,
            by=asked.caller.acting(body.by),
            next_step=Private(body.next_step),
            next_step_by=body.next_step_by,
            now=asked.now(),
        )
        stream = Stream.parse(f"{WATCH}-{row.body['complaint_id']}")
        return await asked.answer([Wish(stream, wish)], body=_followed)

    return router


def _own_desk(asked: Reading, desk: DeskId | None) -> DeskId | None:
    """The desk to look at: a key that speaks for some desks only looks at one of those.

    Raises:
        AbsentError: it does not speak for that desk.
        InvalidError: it speaks for several, and named none.
    """
    if desk is not None and not asked.caller.speaks_for(desk):
        raise AbsentError
    if desk is None and asked.caller.desks is not None:
        if len(asked.caller.desks) != 1:
            raise InvalidError.of("#/desk", "name one of the desks this key speaks for", place="query")
        return next(iter(asked.caller.desks))
    return desk


def _followed(recorded: Sequence[Recorded]) -> dict[str, Any]:
    """What it came to, in ids and states."""
    answer: dict[str, Any] = {"followed": [event.fact.type for event in recorded]}
    for event in recorded:
        match fact := event.fact:
            case EscalationAnswered():
                answer |= {"answered_by": fact.by, "next_step_by": fact.next_step_by.isoformat()}
            case DeadlineSet():
                answer |= {"clock_id": str(fact.clock_id)}
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
