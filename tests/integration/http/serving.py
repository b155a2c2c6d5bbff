"""A small service behind real sockets: it keeps notes, and can be asked to go wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import httpx2
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from gehoor.events.deciding import Decider, Refusal
from gehoor.events.envelope import Stream
from gehoor.events.fact import Fact
from gehoor.events.terms import Instant, Slug, StaffId
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.clock import SystemClock
from gehoor.runtime.handling import Handling
from gehoor.runtime.http.app import create_app
from gehoor.runtime.http.asking import Posting, Reading, posting, reading
from gehoor.runtime.http.bodies import Body, HeaderSafe, text
from gehoor.runtime.http.errors import AbsentError
from gehoor.runtime.http.health import Checks
from gehoor.runtime.http.keys import Gate, issue
from gehoor.runtime.http.knowing import Rates
from gehoor.runtime.http.limits import Accepts, Limits
from gehoor.runtime.http.server import Server, listen_on
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.keys import MemoryKeys
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.observability import Metrics
from gehoor.runtime.ports import Aggregate, Row, Service, Wish

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET_WORD = "Zwaluwstaart"
"""Stands for a customer's word: it may come back in no answer and no line of the log."""


class NoteKept(Fact, type="notes.note-kept.v1"):
    """Somebody kept a note."""

    label: Slug
    traced: bool = False


@dataclass(frozen=True)
class KeepNote:
    """Keep it, unless one of that label is kept here."""

    label: str


def _decide(kept: frozenset[str], command: KeepNote) -> Sequence[Fact]:
    if command.label == "forbidden":
        raise Refusal("note-forbidden", "that label is not kept", ["another label"])
    if command.label == "wrong":
        raise Refusal("invalid-label", "that is no label")
    return [] if command.label in kept else [NoteKept(label=command.label, occurred_at=NOW)]


def _evolve(kept: frozenset[str], fact: Fact) -> frozenset[str]:
    return kept | {fact.label} if isinstance(fact, NoteKept) else kept


def _rows(stream: Stream, kept: frozenset[str]) -> Sequence[Row]:
    return [Row("notes", str(stream.id), sorted(kept))] if kept else []


NOTES = Service("notes", [Aggregate("note", Decider(frozenset[str](), _evolve, _decide), _rows)])


class NewNote(Body):
    """What a caller sends."""

    label: Slug
    words: Annotated[str, text(100)] = "-"
    subject: HeaderSafe | None = None
    until: Instant | None = None
    by: StaffId | None = None
    stream: UUID | None = None


Reads = Annotated[Reading, Depends(reading("notes:read"))]
Writes = Annotated[Posting, Depends(posting("notes:write"))]


def routes(going_wrong: Mapping[str, BaseException], slow: asyncio.Event) -> APIRouter:
    """The routes of the small service."""
    router = APIRouter()

    @router.post("/notes", status_code=201)
    async def keep(body: NewNote, asked: Writes) -> Response:
        id_ = body.stream or asked.new_id()
        return await asked.answer(
            [Wish(Stream("note", id_), KeepNote(body.label))],
            status=201,
            body=lambda recorded: {
                "id": id_,
                "kept": len(recorded),
                "by": asked.caller.acting(body.by),
                "traceparent": recorded[0].traceparent if recorded else None,
            },
        )

    @router.get("/notes/{id}")
    async def note(id: UUID, asked: Reads) -> list[str]:  # noqa: A002 - the path's own word
        row = await asked.heard(lambda: asked.views.get("notes", str(id)), within=timedelta(milliseconds=200))
        labels: list[str] = row.body
        return labels

    @router.put("/notes/{id}")
    async def replace(id: UUID, asked: Reads) -> None:  # noqa: A002, ARG001 - a second method on the path
        raise AbsentError

    @router.get("/wrong/{how}")
    async def wrong(how: str, _: Reads) -> None:
        raise going_wrong[how]

    @router.get("/slow")
    async def wait(_: Reads) -> str:
        await slow.wait()
        return "at last"

    @router.post("/mails")
    async def mails(request: Request, _: Writes) -> int:
        return len(await request.body())

    return router


@dataclass(frozen=True)
class Served:
    """The service while it runs."""

    http: httpx2.AsyncClient
    port: int
    store: MemoryStore
    keys: MemoryKeys
    gate: Gate
    metrics: Metrics
    token: str
    slow: asyncio.Event

    async def key(self, *scopes: str, **more: Any) -> str:
        """A further key."""
        key, token = issue("another", scopes, NOW, **more)
        await self.keys.add(key)
        return token

    def bearing(self, token: str) -> dict[str, str]:
        """The header of that key."""
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def served(
    *,
    limits: Limits | None = None,
    going_wrong: Mapping[str, BaseException] | None = None,
    rates: Rates | None = None,
    checks: Checks | None = None,
    passed: Callable[[], float] | None = None,
    store: MemoryStore | None = None,
) -> AsyncIterator[Served]:
    """Run it, with a client that holds a key for all of it."""
    store, keys, metrics, slow = store or MemoryStore("notes"), MemoryKeys(), Metrics("notes"), asyncio.Event()
    key, token = issue("tests", {"notes:read", "notes:write"}, NOW)
    await keys.add(key)
    gate = Gate(keys, passed) if passed is not None else Gate(keys)
    assembled = Assembled(
        NOTES,
        [routes(going_wrong or {}, slow)],
        accepts={"/mails": Accepts(frozenset({"message/rfc822"}), 4 * 1024 * 1024)},
    )
    app = create_app(
        assembled,
        Handling(NOTES, store, MemoryKeyring(), SystemClock()),
        store,
        gate,
        metrics=metrics,
        rates=rates or Rates(10_000, 10_000),
        limits=limits,
        checks=checks,
    )
    listening = listen_on("127.0.0.1", 0)
    port: int = listening.getsockname()[1]
    server = Server(app, timedelta(seconds=2))
    running = asyncio.create_task(server.serve([listening]))
    try:
        await server.ready()
        bearing = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=bearing, trust_env=False) as http:
            yield Served(http, port, store, keys, gate, metrics, token, slow)
    finally:
        slow.set()
        server.stop()
        await running
        listening.close()
