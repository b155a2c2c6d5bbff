"""What a request may be, before any route sees it: how large, how deep, of what kind, how slow."""

import json
import re
from asyncio import timeout as bounded
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gehoor.runtime.http.errors import (
    BusyError,
    Flaw,
    InvalidError,
    LateError,
    MalformedError,
    SlowError,
    TooLargeError,
    UnsupportedError,
)

MIB = 1024 * 1024
_JSON = frozenset({"application/json"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ODD_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""How NUL or half of a surrogate pair is written in JSON."""
_BRACKET_OR_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Accepts:
    """The bodies that one path reads."""

    media_types: frozenset[str] = _JSON
    bytes_max: int = MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of every request."""

    accepts: Mapping[str, Accepts] = field(default_factory=dict)
    """By whole path, where it is not the default."""
    otherwise: Accepts = field(default_factory=Accepts)
    depth_max: int = 32
    requests_max: int = 1000
    """At the same time, in one process."""
    body_within: timedelta = timedelta(seconds=10)
    answer_within: timedelta = timedelta(seconds=15)


class TimeBound:
    """The layer that ends a request which takes too long, and takes in no more at a time than can be answered."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, within the bound.

        Raises:
            LateError: the bound was reached.
            BusyError: too many requests are under way.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.under_way >= self.limits.requests_max:
            raise BusyError
        self.under_way += 1
        try:
            async with bounded(self.limits.answer_within.total_seconds()):
                await self.app(scope, receive, send)
        except TimeoutError:
            raise LateError("No answer in time; try again with the same Idempotency-Key.") from None
        finally:
            self.under_way -= 1


class BodyBound:
    """The layer that reads a request's body, within its bounds, before anything is made of it."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a body that is small, plain and of a kind that is read here.

        Raises:
            TooLargeError, UnsupportedError, MalformedError, InvalidError, SlowError: it is not.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        _check_line(scope)
        if scope["method"] not in _WITH_BODY:
            await self.app(scope, receive, send)
            return
        accepts = self.limits.accepts.get(scope["path"], self.limits.otherwise)
        headers = Headers(scope=scope)
        body = await self._body(receive, headers, accepts)
        if body:
            self._check_body(body, headers, accepts)
        await self.app(scope, _again(body, receive), send)

    async def _body(self, receive: Receive, headers: Headers, accepts: Accepts) -> bytes:
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced[:20]) > accepts.bytes_max:
            raise TooLargeError(accepts.bytes_max)
        read = bytearray()
        try:
            async with bounded(self.limits.body_within.total_seconds()):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise SlowError("the caller went away before the body was there")
                    read += message.get("body", b"")
                    if len(read) > accepts.bytes_max:
                        raise TooLargeError(accepts.bytes_max)
                    if not message.get("more_body", False):
                        return bytes(read)
        except TimeoutError:
            raise SlowError("the body did not come in time") from None

    def _check_body(self, body: bytes, headers: Headers, accepts: Accepts) -> None:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in accepts.media_types:
            raise UnsupportedError(accepts.media_types)
        if media_type.endswith("json"):
            check_json(body, self.limits.depth_max)


def check_json(body: bytes, depth_max: int) -> None:
    """See to it that JSON can be parsed and stored: no deeper than that, all of it text.

    Raises:
        MalformedError: it is no UTF-8, or no JSON.
        InvalidError: it is too deep, or a string holds NUL or half of a surrogate pair; names the field.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        raise MalformedError("The body is no UTF-8.") from None
    if body.count(b"[") + body.count(b"{") > depth_max and _depth(body) > depth_max:
        raise InvalidError.of("#", f"nested deeper than {depth_max}", "too-deep")
    if _ODD_ESCAPE.search(body):
        _check_strings(body)


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for found in _BRACKET_OR_STRING.finditer(body):
        token = found.group()
        if token in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in b"]}":
            depth -= 1
    return deepest


def _check_strings(body: bytes) -> None:
    try:
        parsed = json.loads(body)
    except ValueError:
        raise MalformedError("The body is no JSON.") from None
    flaws = list(_odd_strings(parsed, "#"))
    if flaws:
        raise InvalidError(*flaws)


def _odd_strings(value: Any, at: str) -> list[Flaw]:
    if isinstance(value, str):
        return [] if _is_text(value) else [Flaw("body", at, "no-text", "holds NUL or half of a surrogate pair")]
    if isinstance(value, list):
        return [flaw for index, item in enumerate(value) for flaw in _odd_strings(item, f"{at}/{index}")]
    if isinstance(value, dict):
        if not all(map(_is_text, value)):
            return [Flaw("body", at, "no-text", "a field's name holds NUL or half of a surrogate pair")]
        return [flaw for name, item in value.items() for flaw in _odd_strings(item, f"{at}/{name[:64]}")]
    return []


def _is_text(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def _check_line(scope: Scope) -> None:
    if "\x00" in scope["path"]:
        raise InvalidError.of("#", "the path holds NUL", "no-text", "path")
    if "\x00" in unquote(scope["query_string"].decode("latin-1")):
        raise InvalidError.of("#", "the query holds NUL", "no-text", "query")


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then whatever comes after it."""
    given = False

    async def read() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read
