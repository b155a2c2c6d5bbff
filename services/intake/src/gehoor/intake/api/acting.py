"""What is done about it: contacts, promises, referrals, merging, reclassifying, reports handled."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from gehoor.events.envelope import Stream, derived_id
from gehoor.events.private import Private
from gehoor.events.terms import (
    ComplaintId,
    ContactId,
    Evidence,
    Instant,
    MatterKind,
    PromiseId,
    RemarkKind,
    StaffId,
    Warmth,
    Whither,
)
from gehoor.intake.api.finding import Named, Writes, followed, found, stream_of
from gehoor.intake.channels.contact import ContactForm, PromiseForm, contact, window
from gehoor.intake.domain.contacts import ReferElsewhere
from gehoor.intake.domain.merging import Absorb, Carried, Merge, Reclassify
from gehoor.intake.domain.promises import MakePromise, ReleasePromise, ReschedulePromise, ShowEvidence
from gehoor.intake.domain.receiving import HandleReport
from gehoor.intake.reception import Reception
from gehoor.intake.views import MATTER
from gehoor.runtime.http.bodies import Body
from gehoor.runtime.http.bodies import text as words
from gehoor.runtime.http.errors import InvalidError
from gehoor.runtime.ports import Wish


class Acted(Body):
    """What every deed has: when, and by whom where the key is a system's."""

    occurred_at: Instant | None = Field(None, description="When it happened; now, where it is not given.")
    by: StaffId | None = None


class NewPromise(PromiseForm):
    """A promise that follows a contact, or stands alone."""

    contact_id: ContactId | None = None
    occurred_at: Instant | None = None
    by: StaffId | None = None


class Reschedule(Acted):
    """Another moment, with the customer's agreement or without."""

    what: Annotated[str, words(2000)] | None = None
    starts: Instant | None = None
    until: Instant
    agreed: bool


class Release(Acted):
    """The customer lets us off."""

    agreed: bool


class Shown(Acted):
    """What shows that a visit, delivery or payment took place."""

    evidence: Evidence


class Referral(Acted):
    """The customer is sent to another counter."""

    whither: Whither
    warmth: Warmth
    to: Annotated[str, words(500)] | None = None
    contact_id: ContactId | None = None


class Reclassification(Acted):
    """What it is, and why."""

    kind: MatterKind
    remark: RemarkKind | None = None
    why: Annotated[str, words(2000)]


class Merging(Acted):
    """The complaint in which it goes on."""

    into: Annotated[str, words(50)] = Field(description="Its id or reference.")


class HandledReport(Acted):
    """Whether it was mended, or why not."""

    fixed: bool
    note: Annotated[str, words(2000)] | None = None


def routes(reception: Reception) -> APIRouter:
    """The deeds."""
    router = APIRouter(tags=["acting"])
    policy = reception.policy

    @router.post("/complaints/{id}/contacts", status_code=201)
    async def record_contact(id: Named, body: ContactForm, asked: Writes) -> Response:  # noqa: A002
        """The customer came again, or we reached for them; with the promises it keeps, and those made in it."""
        row = await found(id, asked)
        staff, fresh = asked.caller.acting(body.by), await reception.fresh()
        command = contact(body, policy, row.body["language"], staff, fresh, asked.new_id)
        return await asked.answer([Wish(Stream(MATTER, UUID(row.key)), command)], status=201, body=followed)

    @router.post("/complaints/{id}/promises", status_code=201)
    async def make_promise(id: Named, body: NewPromise, asked: Writes) -> Response:  # noqa: A002
        """Tell the customer what to expect, and by when."""
        at = policy.happened(body.occurred_at, asked.now())
        promise = body.promise(asked.new_id())
        command = MakePromise(at, promise, asked.caller.acting(body.by), body.contact_id)
        return await asked.answer([Wish(await stream_of(id, asked), command)], status=201, body=followed)

    @router.post("/complaints/{id}/promises/{promise}/reschedule", status_code=201)
    async def reschedule(id: Named, promise: PromiseId, body: Reschedule, asked: Writes) -> Response:  # noqa: A002
        """Another moment. Without the customer's agreement the promise was missed."""
        command = ReschedulePromise(
            at=policy.happened(body.occurred_at, asked.now()),
            promise_id=promise,
            new_id=PromiseId(asked.new_id()),
            due=window(body.starts, body.until),
            agreed=body.agreed,
            by=asked.caller.acting(body.by),
            what=Private(body.what) if body.what else None,
        )
        return await asked.answer([Wish(await stream_of(id, asked), command)], status=201, body=followed)

    @router.post("/complaints/{id}/promises/{promise}/release")
    async def release(id: Named, promise: PromiseId, body: Release, asked: Writes) -> Response:  # noqa: A002
        """The customer lets us off; nobody else can."""
        at = policy.happened(body.occurred_at, asked.now())
        command = ReleasePromise(at, promise, body.agreed, asked.caller.acting(body.by))
        return await asked.answer([Wish(await stream_of(id, asked), command)], body=followed)

    @router.post("/complaints/{id}/promises/{promise}/evidence")
    async def show_evidence(id: Named, promise: PromiseId, body: Shown, asked: Writes) -> Response:  # noqa: A002
        """Something other than our own word keeps a visit, delivery or payment."""
        at = policy.happened(body.occurred_at, asked.now())
        command = ShowEvidence(at, promise, body.evidence, asked.caller.acting(body.by))
        return await asked.answer([Wish(await stream_of(id, asked), command)], body=followed)

    @router.post("/complaints/{id}/referral", status_code=201)
    async def refer(id: Named, body: Referral, asked: Writes) -> Response:  # noqa: A002
        """The customer is sent to another counter: it counts, and changes no responsibility."""
        command = ReferElsewhere(
            at=policy.happened(body.occurred_at, asked.now()),
            whither=body.whither,
            warmth=body.warmth,
            by=asked.caller.acting(body.by),
            to=Private(body.to) if body.to else None,
            contact_id=body.contact_id,
        )
        return await asked.answer([Wish(await stream_of(id, asked), command)], status=201, body=followed)

    @router.post("/complaints/{id}/reclassification")
    async def reclassify(id: Named, body: Reclassification, asked: Writes) -> Response:  # noqa: A002
        """What was taken for one kind is another; its id and its first receipt stay."""
        at = policy.happened(body.occurred_at, asked.now())
        command = Reclassify(at, body.kind, asked.caller.acting(body.by), Private(body.why), body.remark)
        return await asked.answer([Wish(await stream_of(id, asked), command)], body=followed)

    @router.post("/complaints/{id}/merge")
    async def merge(id: Named, body: Merging, asked: Writes) -> Response:  # noqa: A002
        """It is the same matter as another, which goes on for both, with all that was promised."""
        one, other = await stream_of(id, asked), await stream_of(body.into, asked)
        if one == other:
            raise InvalidError.of("#/into", "another complaint is wanted")
        at = policy.happened(body.occurred_at, asked.now())
        matter, _ = await asked.handling.read(one)
        carried = tuple(Carried(owed, PromiseId(derived_id("carried", owed.id, other.id))) for owed in matter.owed)
        by = asked.caller.acting(body.by)
        into = Merge(at, ComplaintId(other.id), by, frozenset(owed.id for owed in matter.owed))
        absorb = Absorb(at, ComplaintId(one.id), matter.received_at, carried)
        return await asked.answer([Wish(one, into), Wish(other, absorb)], body=followed)

    @router.post("/reports/{id}/handled")
    async def handle_report(id: Named, body: HandledReport, asked: Writes) -> Response:  # noqa: A002
        """The desk that could mend it did, or says why not; all who reported the same are thanked."""
        command = HandleReport(
            at=policy.happened(body.occurred_at, asked.now()),
            by=asked.caller.acting(body.by),
            fixed=body.fixed,
            note=Private(body.note) if body.note else None,
            thanks_id=ContactId(asked.new_id()),
        )
        return await asked.answer([Wish(await stream_of(id, asked), command)], body=followed)

    return router
