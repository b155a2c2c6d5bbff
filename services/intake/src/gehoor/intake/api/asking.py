"""What is asked of intake: a complaint's dossier, its attachments, and who may be meant by a contact point."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Stream, to_json
from gehoor.events.fact import is_published
from gehoor.events.intake import PointKind
from gehoor.events.private import CLEAR, Json, Private, rewrite
from gehoor.events.terms import ComplaintId, Digest
from gehoor.intake.api.finding import Named, Reads, found
from gehoor.intake.domain.state import Delivery, Matter, Promise
from gehoor.intake.points import Digester, normalised
from gehoor.intake.reception import Reception
from gehoor.intake.views import MATTER, MATTERS
from gehoor.runtime.http.bodies import Body
from gehoor.runtime.http.bodies import text as words
from gehoor.runtime.http.errors import AbsentError
from gehoor.runtime.ports import Row

CANDIDATES_MAX = 50


class PointAsked(Body):
    """A contact point, asked in a body so that it stands in no log."""

    kind: PointKind
    address: Annotated[str, words(320)]


def routes(reception: Reception, digest: Digester) -> APIRouter:
    """The questions."""
    router = APIRouter(tags=["asking"])

    @router.get("/complaints/{id}")
    async def show(id: Named, asked: Reads) -> dict[str, Any]:  # noqa: A002
        """The dossier: how it stands, and all that happened, in clear; what was erased says so."""
        row = await found(id, asked)
        matter, events = await asked.handling.read(Stream(MATTER, UUID(row.key)))
        story = [
            {
                "id": str(event.id),
                "type": event.fact.type,
                "recorded_at": event.recorded_at.isoformat(),
                **in_clear(to_json(event.fact)),
            }
            for event in events
            if is_published(event.fact.type)
        ]
        return {"id": row.key, **dossier(matter), "story": story}

    @router.get("/complaints/{id}/attachments/{digest}")
    async def fetch(id: Named, digest: Annotated[Digest, Path()], asked: Reads) -> Response:  # noqa: A002
        """An attachment as it came. Never shown by a browser as a page of ours."""
        row = await found(id, asked)
        body = await reception.body(ComplaintId(UUID(row.key)), digest)
        if body is None:
            raise AbsentError
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(body, headers=headers, media_type="application/octet-stream")

    @router.post("/candidates")
    async def candidates(body: PointAsked, asked: Reads) -> dict[str, Any]:
        """The matters of whoever uses that contact point, newest first: staff says which is meant."""
        try:
            address = normalised(body.kind, body.address, reception.policy.intake.region)
        except ValueError as wrong:
            raise Refusal("invalid-contact-point", f"#/address: {wrong}", field="#/address") from None
        rows = await asked.views.find(MATTERS, f"point={digest(body.kind, address)}", limit=CANDIDATES_MAX)
        return {"candidates": [_candidate(row) for row in reversed(rows)]}

    return router


def dossier(matter: Matter) -> dict[str, Any]:
    """How a matter stands."""
    return {
        "reference": matter.reference,
        "kind": matter.kind,
        "status": matter.status,
        "received_at": matter.received_at.isoformat(),
        "channel": matter.channel,
        "language": matter.language,
        "customer_id": str(matter.customer_id) if matter.customer_id else None,
        "contact_points": [
            {"kind": point.kind, "address": _said(point.address), "proof": point.proof} for point in matter.points
        ],
        "owner": {"desk": matter.owner.desk, "person": matter.owner.person, "hand_off": matter.owner.hand_off},
        "acknowledged": matter.acknowledged,
        "promises": [_promise(promise) for promise in matter.promises.values()],
        "contacts": len(matter.contacts),
        "deliveries": [_delivery(waiting) for waiting in matter.deliveries.values()],
        "cause": matter.cause,
        "merged_into": str(matter.merged_into) if matter.merged_into else None,
        "erased": matter.erased,
    }


def in_clear(fact: Json) -> Any:
    """A fact's JSON with its words as plain strings; what was erased stays as it says so."""
    return rewrite(fact, CLEAR, lambda _path, value: value)


def _said(private: Private[str]) -> Any:
    erased = private.erased
    return private.reveal() if erased is None else {"erased": erased.isoformat()}


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "id": str(promise.id),
        "kind": promise.kind,
        "what": _said(promise.what),
        "starts": promise.due.starts.isoformat() if promise.due.starts else None,
        "until": promise.due.until.isoformat(),
        "by": promise.by,
        "standing": promise.standing,
        "missed": promise.missed,
        "attempts": promise.attempts,
        "replaced_by": str(promise.replaced_by) if promise.replaced_by else None,
    }


def _delivery(waiting: Delivery) -> dict[str, Any]:
    return {
        "id": str(waiting.id),
        "purpose": waiting.purpose,
        "attempts": waiting.attempts,
        "next_at": waiting.next_at.isoformat() if waiting.next_at else None,
    }


def _candidate(row: Row) -> dict[str, Any]:
    named = ("reference", "kind", "status", "desk", "channel", "received_at")
    return {"id": row.key, **{name: row.body[name] for name in named}}
