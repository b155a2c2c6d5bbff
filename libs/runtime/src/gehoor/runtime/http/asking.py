"""What a route gets: who asks, and the service to ask. `Reading` for a GET, `Posting` for a POST.

    Reads = Annotated[Reading, Depends(reading("routing:read"))]
    Writes = Annotated[Posting, Depends(posting("intake:write"))]

    @router.get("/complaints/{id}/owner")
    async def owner(id: ComplaintId, asked: Reads) -> OwnerShown:
        row = await asked.heard(lambda: asked.views.get("owner", str(id)))
        return OwnerShown.model_validate(row.body)

    @router.post("/complaints", status_code=201)
    async def receive(body: NewComplaint, asked: Writes) -> Response:
        complaint = ComplaintId(asked.new_id())
        wish = Wish(Stream("complaint", complaint), ReceiveComplaint(..., by=asked.caller.acting(body.by)))
        return await asked.answer([wish], status=201, body=lambda recorded: {"id": str(complaint)})

A POST under an `Idempotency-Key` has one effect however often it comes, and the same answer; another request under the
same key is a 422. So an answer holds ids, references and states, and never a person's words: it is kept.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
import uuid_utils.compat
from fastapi import Depends, Header, Request
from starlette.responses import Response

from gehoor.events.envelope import Recorded, derived_id
from gehoor.events.private import Json
from gehoor.runtime.handling import Asked, Handling, Work
from gehoor.runtime.http.errors import InvalidError, KeyReusedError, NotYetHeardError
from gehoor.runtime.http.keys import Caller, caller
from gehoor.runtime.ports import Cause, Remembered, Views, Wish

T = TypeVar("T")

HEARD_WITHIN = timedelta(seconds=2)
"""How long a request waits for the journal to tell of what it is about."""
_LOOK_EVERY = timedelta(milliseconds=50)
_KEY = re.compile(r"^[A-Za-z0-9._~:/+=-]{1,128}$")
"""What an idempotency key may be; UUIDs and ULIDs fit."""


@dataclass(frozen=True)
class Serving:
    """What the application serves from; `create_app` puts it on the application's state."""

    handling: Handling
    views: Views
    """The service's own rows; a partner's route passes `audience` along."""
    traceparent: Callable[[], str | None] = lambda: None
    """The trace that the request at hand belongs to."""


@dataclass(frozen=True)
class Reading:
    """One question: who asks, and what can be asked."""

    caller: Caller
    serving: Serving

    @property
    def handling(self) -> Handling:
        """For `read`: a stream as it stands, with its words in clear."""
        return self.serving.handling

    @property
    def views(self) -> Views:
        """The service's rows."""
        return self.serving.views

    def now(self) -> datetime:
        """This moment, by the service's clock."""
        return self.handling.clock.now()

    async def heard(self, look: Callable[[], Awaitable[T | None]], *, within: timedelta = HEARD_WITHIN) -> T:
        """What `look` finds, looking again for a moment while it finds None.

        Raises:
            NotYetHeardError: it found nothing within the bound.
        """
        for _ in range(within // _LOOK_EVERY):
            if (found := await look()) is not None:
                return found
            await self.handling.clock.sleep(_LOOK_EVERY)
        raise NotYetHeardError


@dataclass(frozen=True)
class Posting(Reading):
    """One wish: `answer` handles what it comes to, once, and answers."""

    cause: Cause
    """Why: derived from the idempotency key where there is one, so that trying again is the same cause."""
    key: str | None
    digest: str

    def new_id(self) -> UUID:
        """An id for something new (UUIDv7)."""
        return uuid_utils.compat.uuid7()

    async def answer(
        self,
        wishes: Sequence[Wish],
        *,
        status: int = 200,
        body: Callable[[Sequence[Recorded]], Json] = lambda _recorded: {},
    ) -> Response:
        """Handle the wishes in one transaction, and answer with that status and body.

        `body` is made of the facts that followed: none where the wishes changed nothing.

        Raises:
            Refusal: a wish contradicts what has happened; nothing was stored.
            KeyReusedError: the idempotency key was used for another request.
        """
        if self.key is None:
            recorded = await self.handling.handle_all([Work(self.cause, wishes)])
            return _answer(status, body(recorded))
        by, key = self.caller.id, self.key
        asked = Asked(by, key, lambda recorded: Remembered(by, key, self.digest, status, _json(body(recorded))))
        kept = await self.handling.answer(Work(self.cause, wishes, asked=asked))
        if kept.digest != self.digest:
            raise KeyReusedError("this Idempotency-Key was used for another request")
        return _answer(kept.status, kept.body)


def reading(scope: str) -> Callable[..., Reading]:
    """A dependency for a GET: the caller has that scope."""

    def asked(request: Request, who: Annotated[Caller, Depends(caller(scope))]) -> Reading:
        return Reading(who, request.app.state.serving)

    return asked


def posting(scope: str) -> Callable[..., Awaitable[Posting]]:
    """A dependency for a POST: the caller has that scope, and `Idempotency-Key` is honoured where it is sent."""

    async def asked(
        request: Request,
        who: Annotated[Caller, Depends(caller(scope))],
        idempotency_key: Annotated[
            str | None, Header(description="The same key and body: one effect, and the same answer.")
        ] = None,
    ) -> Posting:
        if idempotency_key is not None and not _KEY.match(idempotency_key):
            detail = "1 to 128 letters, digits or any of ._~:/+=-"
            raise InvalidError.of("#/Idempotency-Key", detail, place="header")
        serving: Serving = request.app.state.serving
        id_: UUID = (
            uuid_utils.compat.uuid7()
            if idempotency_key is None
            else derived_id("request", serving.handling.service.name, who.id, idempotency_key)
        )
        cause = Cause(id_, id_, traceparent=serving.traceparent())
        return Posting(who, serving, cause, idempotency_key, await _digest(request))

    return asked


async def _digest(request: Request) -> str:
    asked = f"{request.method} {request.url.path}?{request.url.query} {request.headers.get('content-type', '')}\n"
    return sha256(asked.encode() + await request.body()).hexdigest()


def _json(body: Any) -> Json:
    """With ids, moments and codes as JSON has them, whether the answer is kept or not."""
    return orjson.loads(orjson.dumps(body))


def _answer(status: int, body: Any) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
