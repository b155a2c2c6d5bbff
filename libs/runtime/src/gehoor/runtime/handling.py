"""Handling: load, fold, decide, append; and start again when another was first.

Exactly once in effect: a journal record by its source's sequence, a due row by its arming, a request by its caller's
idempotency key, each checked in the same transaction that writes what follows.
"""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gehoor.events.catalogue import CATALOGUE, Catalogue
from gehoor.events.envelope import Recorded, Stream, to_bytes, to_json
from gehoor.events.private import CLEAR, SEALED, Json
from gehoor.runtime.opened import Opened
from gehoor.runtime.ports import (
    Append,
    Cause,
    Clock,
    Commit,
    DefectError,
    Due,
    Heard,
    Keyring,
    Partition,
    Remembered,
    Service,
    StaleError,
    Store,
    TakenError,
    Wish,
)
from gehoor.runtime.sealing import holds, seal, unseal

STALE_MAX = 20
"""How often a handling starts again before it gives way to what it competes with."""


Answer = Callable[[Sequence[Recorded]], Remembered]
"""Makes what a caller is told, and told again, out of what was recorded."""


@dataclass(frozen=True)
class Asked:
    """A request under an idempotency key: handled once, and answered the same ever after."""

    caller: str
    key: str
    answer: Answer


@dataclass(frozen=True)
class Work:
    """What one message, due row or request asks, to be handled in one transaction.

    Passed over without a word where it was handled before: by its sequence, or by its idempotency key.
    """

    because: Cause
    wishes: Sequence[Wish]
    heard: Heard | None = None
    fired: Due | None = None
    asked: Asked | None = None


class Handling:
    """One service's way of handling a command: `handle`, `handle_all`, and `read` for what stands."""

    def __init__(
        self,
        service: Service,
        store: Store,
        keyring: Keyring,
        clock: Clock,
        *,
        creates_keys: bool = False,
        catalogue: Catalogue = CATALOGUE,
        noticed: Callable[[Sequence[Recorded]], None] = lambda _recorded: None,
        nonce: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`creates_keys`: only the keyring's owner; `noticed`: told of what was committed; `nonce`: drawn to seal."""
        self.service = service
        self.store = store
        self.keyring = keyring
        self.clock = clock
        self._creates_keys = creates_keys
        self._catalogue = catalogue
        self._noticed = noticed
        self._nonce = nonce

    async def handle(
        self,
        wish: Wish,
        because: Cause,
        *,
        fired: Due | None = None,
        asked: Asked | None = None,
    ) -> Sequence[Recorded]:
        """Handle one command, and give the facts that followed.

        Raises:
            Refusal: the command contradicts what has happened.
            TakenError: a due row was taken by another.
            StaleError: too many others kept being first.
        """
        return await self.handle_all([Work(because, [wish], fired=fired, asked=asked)])

    async def handle_all(
        self, works: Sequence[Work], *, progress: Mapping[Partition, int] | None = None
    ) -> Sequence[Recorded]:
        """Handle a batch in one transaction: all of it, or none where one of it raises.

        Raises:
            Refusal: a command contradicts what has happened.
            TakenError: a due row was taken by another.
            StaleError: too many others kept being first.
        """
        recorded, _ = await self._handle(works, progress or {})
        return recorded

    async def answer(self, work: Work) -> Remembered:
        """Handle what is asked under a key, once, and give what was answered then, now and ever after.

        Raises:
            Refusal: a command contradicts what has happened.
            StaleError: too many others kept being first.
        """
        if work.asked is None:
            raise DefectError("nothing is asked under a key")
        _, answers = await self._handle([work], {})
        kept = answers[0] if answers else await self.store.remembered(work.asked.caller, work.asked.key)
        if kept is None:
            raise DefectError("what was handled under a key is not remembered")
        return kept

    async def _handle(
        self, works: Sequence[Work], progress: Mapping[Partition, int]
    ) -> tuple[Sequence[Recorded], Sequence[Remembered]]:
        """The facts that followed, and the answers that were given: none to what was handled before."""
        for _ in range(STALE_MAX):
            fresh = await self._not_handled_before(works)
            opened = await self._open(dict.fromkeys(wish.stream for work in fresh for wish in work.wishes))
            now = self.clock.now()
            decided: list[Recorded] = []
            answers: list[Remembered] = []
            for work in fresh:
                followed = _decide(opened, work, now)
                decided += followed
                answers += [work.asked.answer(followed)] if work.asked is not None else []
            commit = await self._commit(opened, fresh, answers, now, progress)
            try:
                recorded = await self.store.commit(commit)
            except TakenError:
                raise
            except StaleError:
                continue
            self._noticed(recorded)
            placed = {event.id: event for event in recorded}
            return [placed[event.id] for event in decided], answers
        raise StaleError("too many others were first")

    async def read(self, stream: Stream, *, unsealed: bool = True) -> tuple[Any, Sequence[Recorded]]:
        """A stream as it stands: its state and its facts, private fields in clear unless `unsealed` is False."""
        loaded = (await self.store.load([stream]))[stream]
        events = await self.unseal(loaded) if unsealed else loaded
        aggregate = self.service.aggregate(stream.kind)
        return aggregate.decider.fold(event.fact for event in events), events

    async def unseal(self, events: Sequence[Recorded]) -> Sequence[Recorded]:
        """The same events with their private fields in clear, or erased.

        Raises:
            UnknownKeyError: a key can't be read now.
        """
        jsons = [to_json(event.fact) for event in events]
        closed = {event.subject for event, json in zip(events, jsons, strict=True) if holds(json, SEALED)}
        keys = await self.keyring.keys(closed) if closed else {}
        return [
            replace(event, fact=self._catalogue.read(event.fact.type, unseal(json, keys.get(event.subject), event.id)))
            if holds(json, SEALED)
            else event
            for event, json in zip(events, jsons, strict=True)
        ]

    async def _not_handled_before(self, works: Sequence[Work]) -> list[Work]:
        """Without what was handled already, also when the same record stands twice in the batch."""
        sources = {work.heard.source for work in works if work.heard is not None}
        last = dict(await self.store.handled(sources)) if sources else {}
        asked: set[tuple[str, str]] = set()
        fresh = []
        for work in works:
            if work.heard is not None:
                if work.heard.sequence <= last.get(work.heard.source, 0):
                    continue
                last[work.heard.source] = work.heard.sequence
            if work.asked is not None:
                key = (work.asked.caller, work.asked.key)
                if key in asked or await self.store.remembered(*key) is not None:
                    continue
                asked.add(key)
            fresh.append(work)
        return fresh

    async def _open(self, streams: Collection[Stream]) -> dict[Stream, Opened]:
        loaded = dict(await self.store.load(streams)) if streams else {}
        aggregates = {stream: self.service.aggregate(stream.kind) for stream in loaded}
        closed = [event for stream, events in loaded.items() if aggregates[stream].unseals for event in events]
        readable = {event.id: event for event in await self.unseal(closed)}
        return {
            stream: Opened.of(
                self.service.name, stream, aggregates[stream], [readable.get(event.id, event) for event in events]
            )
            for stream, events in loaded.items()
        }

    async def _commit(
        self,
        opened: Mapping[Stream, Opened],
        works: Sequence[Work],
        answers: Sequence[Remembered],
        now: datetime,
        progress: Mapping[Partition, int],
    ) -> Commit:
        moved = [held for held in opened.values() if held.decided]
        appends = await self._seal(moved)
        fired = [work.fired for work in works if work.fired is not None]
        rows = [held.rows_changed() for held in moved]
        due = [held.due_changed(fired) for held in opened.values()]
        return Commit(
            at=now,
            appends=appends,
            rows_set=[row for changed, _ in rows for row in changed],
            rows_dropped=[at for _, gone in rows for at in gone],
            armed=[one for armed, _ in due for one in armed],
            disarmed=[one for _, gone in due for one in gone],
            fired=fired,
            heard=list({work.heard.source: work.heard for work in works if work.heard is not None}.values()),
            progress=progress,
            remember=answers,
        )

    async def _seal(self, moved: Sequence[Opened]) -> list[Append]:
        """The appends, their private fields sealed: here and nowhere else."""
        jsons: dict[UUID, Json] = {event.id: to_json(event.fact) for held in moved for event in held.decided}
        personal = {event_id for event_id, json in jsons.items() if holds(json, CLEAR)}
        subjects = {held.stream.id for held in moved for event in held.decided if event.id in personal}
        keys = await self.keyring.keys(subjects, create=self._creates_keys) if subjects else {}
        appends = []
        for held in moved:
            key = keys.get(held.stream.id)
            sealed = [seal(jsons[event.id], key, event.id, self._nonce) for event in held.decided]
            bodies = tuple(to_bytes(json) for json in sealed)
            appends.append(Append(held.stream, held.version, tuple(held.decided), bodies))
            held.settle(
                self._catalogue.read(event.fact.type, json)
                if event.id in personal and not held.aggregate.unseals
                else event.fact
                for event, json in zip(held.decided, sealed, strict=True)
            )
        return appends


def _decide(opened: Mapping[Stream, Opened], work: Work, now: datetime) -> list[Recorded]:
    return [
        event
        for place, wish in enumerate(work.wishes)
        for event in opened[wish.stream].decide(
            wish.command, work.because, f"{work.because.command}{type(wish.command).__name__}.{place}", now
        )
    ]
