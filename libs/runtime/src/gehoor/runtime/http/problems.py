"""Every error as problem+json (RFC 9457), by one table of error types. Nowhere else does an error meet a status.

    {"type": "urn:gehoor:problem:promise-open", "title": "Conflict", "status": 409, "code": "promise-open",
     "detail": "a promise is still open", "possible": ["keep it", "release it"]}

A problem never repeats what the caller sent: it names the field, by place and pointer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from math import ceil
from typing import Any, TypeVar

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gehoor.events.deciding import Refusal
from gehoor.runtime.http.errors import (
    AbsentError,
    BusyError,
    Flaw,
    ForbiddenError,
    InvalidError,
    KeyReusedError,
    LateError,
    MalformedError,
    NotYetHeardError,
    SlowError,
    TooLargeError,
    TooManyError,
    UnauthorisedError,
    UnsupportedError,
)
from gehoor.runtime.ports import StaleError, TemporaryError

E = TypeVar("E", bound=Exception)

MEDIA_TYPE = "application/problem+json"
SOON = timedelta(seconds=1)
"""When a caller may try again what was too early."""
LATER = timedelta(seconds=5)
"""When a caller may try again what found something away."""
FLAWS_MAX = 50
"""How many flaws of one request are named."""
_NAME_MAX = 64
"""How much of a field's name is repeated: an unknown one is the caller's word."""


@dataclass(frozen=True)
class Problem:
    """What a caller is told of an error."""

    status: int
    code: str
    detail: str | None = None
    flaws: Sequence[Flaw] = ()
    possible: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Response:
        """The response."""
        body: dict[str, Any] = {
            "type": f"urn:gehoor:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
        }
        if self.detail is not None:
            body["detail"] = self.detail
        if self.flaws:
            body["errors"] = [
                {"in": flaw.place, "pointer": flaw.pointer, "code": flaw.code, "detail": flaw.detail}
                for flaw in self.flaws[:FLAWS_MAX]
            ]
        if self.possible:
            body["possible"] = list(self.possible)
        return Response(orjson.dumps(body), self.status, self.headers, MEDIA_TYPE)


def problem_of(error: BaseException) -> Problem:
    """The problem an error is, found by its type or the nearest ancestor of it in the table."""
    for ancestor in type(error).__mro__:
        if ancestor in _TABLE:
            return _TABLE[ancestor](error)
    return Problem(500, "defect", "Something here is broken. Nothing was stored, and it has been noted.")


def _refused(error: Refusal) -> Problem:
    status = 422 if error.code.startswith("invalid") else 409
    flaws = [Flaw("body", error.field, error.code, error.detail)] if error.field is not None else []
    return Problem(status, error.code, error.detail, flaws, error.possible)


def _plain(status: int, code: str, *, wait: timedelta | None = None) -> Callable[[Exception], Problem]:
    headers = _retry_after(wait) if wait is not None else {}
    return lambda error: Problem(status, code, _sentence(error), headers=headers)


def _sentence(error: Exception) -> str | None:
    said = str(error)
    return f"{said[0].upper()}{said[1:]}." if said else None


def _away(_: TemporaryError) -> Problem:
    return Problem(
        503, "away", "Something this needs is away. Nothing was lost: try again.", headers=_retry_after(LATER)
    )


def _validated(error: RequestValidationError) -> Problem:
    wrong = error.errors()
    if any(one["type"] == "json_invalid" for one in wrong):
        return Problem(400, "malformed", "The body is no JSON.")
    return _invalid(InvalidError(*(_flaw(one) for one in wrong)))


def _invalid(error: InvalidError) -> Problem:
    return Problem(422, "invalid", "The request does not fit; each error names its field.", error.flaws)


def _flaw(wrong: Mapping[str, Any]) -> Flaw:
    place, *path = wrong["loc"] or ("body",)
    # Arms of a union that have a place of their own, such as `function-after[...]`, are no part of what was sent.
    named = [str(part)[:_NAME_MAX] for part in path if "[" not in str(part)]
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in named)
    return Flaw(str(place), "#" + pointer, str(wrong["type"]).replace("_", "-"), _wordless(wrong))


def _wordless(wrong: Mapping[str, Any]) -> str:
    """What is wrong, without what was sent: parsers like to quote it."""
    said = re.sub(r"^Value error, ", "", str(wrong["msg"]))
    if str(wrong["type"]).endswith("_parsing"):
        said = said.partition(",")[0]
    sent = wrong.get("input")
    quoted = isinstance(sent, str) and sent and sent.casefold() in said.casefold()
    foreign = wrong["type"] == "value_error" and "error" not in wrong.get("ctx", {})
    return "It does not fit." if quoted or foreign else said


def _http(error: HTTPException) -> Problem:
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's, where a parser gave up: on too long a number, say
        return Problem(400, "malformed", "The body can't be read.")
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    # Starlette says the phrase again, FastAPI says what its own parsing met: neither tells more than the code.
    return Problem(error.status_code, code, headers=dict(error.headers or {}))


def _retry_after(wait: timedelta) -> Mapping[str, str]:
    return {"Retry-After": str(max(1, ceil(wait.total_seconds())))}


_TABLE: Mapping[type[BaseException], Callable[[Any], Problem]] = {
    Refusal: _refused,
    RequestValidationError: _validated,
    InvalidError: _invalid,
    MalformedError: _plain(400, "malformed"),
    UnauthorisedError: lambda _: Problem(
        401,
        "unauthorised",
        "A valid API key is needed: Authorization: Bearer …",
        headers={"WWW-Authenticate": "Bearer"},
    ),
    ForbiddenError: _plain(403, "forbidden"),
    AbsentError: _plain(404, "not-found"),
    SlowError: _plain(408, "too-slow"),
    NotYetHeardError: _plain(409, "not-yet-heard", wait=SOON),
    TooLargeError: _plain(413, "too-large"),
    UnsupportedError: lambda error: Problem(
        415, "unsupported-media-type", _sentence(error), headers={"Accept": ", ".join(error.accepted)}
    ),
    KeyReusedError: _plain(422, "idempotency-key-reused"),
    TooManyError: lambda error: Problem(429, "too-many", headers=_retry_after(error.wait)),
    StaleError: lambda _: Problem(503, "contended", "Too many others were first.", headers=_retry_after(SOON)),
    BusyError: lambda _: Problem(503, "busy", headers=_retry_after(SOON)),
    LateError: _plain(503, "too-late", wait=SOON),
    TemporaryError: _away,
    ConnectionError: _away,
    HTTPException: _http,
}
"""The one table. An error that has no ancestor here is a defect: a 500 without details."""


class Problems:
    """The layer that answers every error: those of the layers below, of routing, and of the routes."""

    def __init__(self, app: ASGIApp, noticed: Callable[[BaseException, Problem], None]) -> None:
        """`noticed` is told of every error, and what it is answered with."""
        self.app = app
        self.noticed = noticed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem where something is raised; once a response has begun, raise rather than pretend."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            if scope["type"] != "http":
                raise
            problem = problem_of(error)
            self.noticed(error, problem)
            if begun:
                raise
            await problem.answer()(scope, receive, noting)
