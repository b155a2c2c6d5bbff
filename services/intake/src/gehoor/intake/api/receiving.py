"""What comes in: complaints, remarks, reports, events of other systems, mails."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from gehoor.events.envelope import Recorded
from gehoor.events.private import Json
from gehoor.intake.api.finding import Writes
from gehoor.intake.channels import cloudevents
from gehoor.intake.channels.arriving import Arrival
from gehoor.intake.channels.cloudevents import Event
from gehoor.intake.channels.form import ComplaintForm, RemarkForm
from gehoor.intake.channels.report import ReportForm
from gehoor.intake.once import EVENTS, MAILS, once, shown
from gehoor.intake.reception import Acting, Reception
from gehoor.runtime.handling import Work
from gehoor.runtime.http.asking import Posting
from gehoor.runtime.http.errors import InvalidError
from gehoor.runtime.http.problems import problem_of
from gehoor.runtime.observability import log
from gehoor.runtime.ports import TemporaryError, Wish

_DEFECT = 500


def routes(reception: Reception) -> APIRouter:
    """The ways in."""
    router = APIRouter(tags=["receiving"])

    @router.post("/complaints", status_code=201)
    async def receive_complaint(body: ComplaintForm, asked: Writes) -> Response:
        """A complaint by web, phone, desk, letter or chat. The receiving desk is accountable from now on."""
        return await _take(reception, await reception.complaint(body, _acting(asked)(body.by)), asked)

    @router.post("/remarks", status_code=201)
    async def receive_remark(body: RemarkForm, asked: Writes) -> Response:
        """A wish, a question or thanks."""
        return await _take(reception, await reception.remark(body, _acting(asked)(body.by)), asked)

    @router.post("/reports", status_code=201)
    async def receive_report(body: ReportForm, asked: Writes) -> Response:
        """A report about a spot on a page. A spot that is being handled is handled once, for all who report it."""
        return await _take(reception, await reception.report(body), asked)

    @router.post("/mails", status_code=201, openapi_extra=_body("message/rfc822"))
    async def receive_mail(request: Request, asked: Writes) -> Response:
        """A raw mail: a complaint, a contact in a thread we know, or a message set aside. The same mail counts once."""
        return _answered(*await _mail(reception, asked, await request.body()))

    @router.post(
        "/events",
        status_code=201,
        openapi_extra=_body(cloudevents.STRUCTURED, cloudevents.BATCH, cloudevents.BINARY),
    )
    async def receive_events(request: Request, asked: Writes) -> Response:
        """CloudEvents: structured, binary, or a batch, where each event has an answer of its own."""
        raw = await request.body()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == cloudevents.BATCH:
            return _answered(200, {"results": [await _one(reception, asked, one) for one in _batch(raw)]})
        if media_type == cloudevents.STRUCTURED:
            event = cloudevents.structured(cloudevents.parsed(raw))
        else:
            event = cloudevents.binary(dict(request.headers), raw, "ce-")
        return _answered(*await _event(reception, asked, event))

    return router


def _acting(asked: Posting) -> Acting:
    """The person whose key it is, else whom the form names; nobody, where it names none: the customer wrote."""
    return lambda named: asked.caller.acting(named) if named or asked.caller.staff else None


async def _take(reception: Reception, arrival: Arrival, asked: Posting) -> Response:
    wishes = [Wish(arrival.stream, arrival.command)]
    if asked.key is not None and await asked.handling.store.remembered(asked.caller.id, asked.key):
        return await asked.answer(wishes)
    async with reception.keeping(arrival) as keeping:

        def body(_recorded: Sequence[Recorded]) -> Json:
            keeping.stored = True
            return shown(arrival)

        return await asked.answer(wishes, status=201, body=body)


async def _event(reception: Reception, asked: Posting, event: Event) -> tuple[int, Json]:
    kept = await asked.handling.store.remembered(EVENTS, event.key)
    if kept is not None:
        return kept.status, kept.body
    arrival = await reception.event(event, _acting(asked))
    return await _once(reception, asked, arrival, once(EVENTS, event.key, event.digest, arrival))


async def _mail(reception: Reception, asked: Posting, raw: bytes) -> tuple[int, Json]:
    key, arrival = await reception.mail(raw)
    kept = await asked.handling.store.remembered(MAILS, key)
    if kept is not None:
        return kept.status, kept.body
    return await _once(reception, asked, arrival, once(MAILS, key, key, arrival))


async def _once(reception: Reception, asked: Posting, arrival: Arrival, work: Work) -> tuple[int, Json]:
    """Handle what was not handled before; what another brought meanwhile has its answer."""
    async with reception.keeping(arrival) as keeping:
        keeping.stored = bool(await asked.handling.handle_all([work]))
    key = work.asked
    kept = None if key is None else await asked.handling.store.remembered(key.caller, key.key)
    if kept is None:
        raise LookupError("what was handled is not remembered")
    return kept.status, kept.body


async def _one(reception: Reception, asked: Posting, said: Any) -> Mapping[str, Any]:
    """One event of a batch: its answer, or the problem it is. No event is lost for another's sake."""
    named = said if isinstance(said, dict) else {}
    known = {name: named.get(name) for name in ("id", "source") if isinstance(named.get(name), str)}
    try:
        status, answer = await _event(reception, asked, cloudevents.structured(said))
    except (TemporaryError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 - a defect too is this event's answer, and noted
        problem = problem_of(error)
        if problem.status == _DEFECT:
            log.error("an event of a batch is broken", error=error)
        return {
            "event": known,
            "status": problem.status,
            "problem": {"code": problem.code, "detail": problem.detail, "possible": list(problem.possible)},
        }
    return {"event": known, "status": status, **answer}


def _batch(raw: bytes) -> list[Any]:
    events = cloudevents.parsed(raw)
    if not isinstance(events, list) or len(events) > cloudevents.BATCH_MAX:
        raise InvalidError.of("#", f"a batch is a list of at most {cloudevents.BATCH_MAX} events")
    return events


def _answered(status: int, body: Json) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _body(*media_types: str) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: {} for media_type in media_types}}}
