"""Handling: load, fold, decide, append; and start again when another was first.

Exactly once in effect: a journal record by its source's sequence, a due row by its arming, a request by its caller's
idempotency key, each checked in the same transaction that writes what follows.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gehoor.events.catalogue import CATALOGUE, Catalogue
from gehoor.events.envelope import Recorded, Stream, event_id, to_bytes, to_json
from gehoor.events.fact import Fact, is_published
from gehoor.events.private import CLEAR, SEALED, Erased, Json
from gehoor.runtime.ports import (
    Aggregate,
    Append,
    Cause,
    Clock,
    Commit,
    DefectError,
    Due,
    Heard,
    Key,
    Keyring,
    Partition,
    Remembered,
    Row,
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


@dataclass
class _Open:
    """A stream while it is being handled: as loaded, and as decided so far."""

    aggregate: Aggregate[Any, Any]
    before: Any
    after: Any
    version: int
    sequence: int
    decided: list[Recorded] = field(default_factory=list)


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
    ) -> None:
        """`creates_keys`: only the keyring's owner; `noticed`: told of what was committed (it wakes the relay)."""
        self.service = service
        self.store = store
        self.keyring = keyring
        self.clock = clock
        self._creates_keys = creates_keys
        self._catalogue = catalogue
        self._noticed = noticed

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
        for _ in range(STALE_MAX):
            fresh = await self._not_handled_before(works)
            opened = await self._open({wish.stream for work in fresh for wish in work.wishes})
            now = self.clock.now()
            decided: list[Recorded] = []
            answers: list[Remembered] = []
            for work in fresh:
                followed = self._decide(opened, work, now)
                decided += followed
                answers += [work.asked.answer(followed)] if work.asked is not None else []
            commit = replace(await self._commit(opened, fresh, now, progress or {}), remember=answers)
            try:
                recorded = await self.store.commit(commit)
            except TakenError:
                raise
            except StaleError:
                continue
            self._noticed(recorded)
            return decided
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
        keys = await self._keys(closed) if closed else {}
        return [
            replace(event, fact=self._catalogue.read(event.fact.type, unseal(json, keys.get(event.subject), event.id)))
            if holds(json, SEALED)
            else event
            for event, json in zip(events, jsons, strict=True)
        ]

    async def _keys(self, subjects: Collection[UUID], *, create: bool = False) -> Mapping[UUID, Key | Erased]:
        return await self.keyring.keys(subjects, create=create)

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

    async def _open(self, streams: Collection[Stream]) -> dict[Stream, _Open]:
        loaded = await self.store.load(streams) if streams else {}
        opened = {}
        for stream, events in loaded.items():
            aggregate = self.service.aggregate(stream.kind)
            readable = await self.unseal(events) if aggregate.unseals else events
            state = aggregate.decider.fold(event.fact for event in readable)
            version = events[-1].version if events else 0
            sequence = max((event.sequence or 0 for event in events), default=0)
            opened[stream] = _Open(aggregate, state, state, version, sequence)
        return opened

    def _decide(self, opened: Mapping[Stream, _Open], work: Work, now: datetime) -> list[Recorded]:
        decided = []
        for place, wish in enumerate(work.wishes):
            stream = opened[wish.stream]
            command = f"{work.because.command}{type(wish.command).__name__}.{place}"
            for index, fact in enumerate(stream.aggregate.decider.decide(stream.after, wish.command)):
                decided.append(self._record(stream, wish.stream, fact, work.because, command, index, now))
        return decided

    def _record(  # noqa: PLR0917 - the parts of one row
        self, opened: _Open, stream: Stream, fact: Fact, because: Cause, command: str, index: int, now: datetime
    ) -> Recorded:
        published = is_published(fact.type)
        opened.sequence += published
        event = Recorded(
            id=event_id(self.service.name, stream, because.id, command, index),
            service=self.service.name,
            stream=stream,
            fact=fact,
            recorded_at=now,
            causation=because.id,
            correlation=because.correlation,
            sequence=opened.sequence if published else None,
            traceparent=because.traceparent,
            version=opened.version + len(opened.decided) + 1,
        )
        opened.decided.append(event)
        opened.after = opened.aggregate.decider.evolve(opened.after, fact)
        return event

    async def _commit(
        self, opened: Mapping[Stream, _Open], works: Sequence[Work], now: datetime, progress: Mapping[Partition, int]
    ) -> Commit:
        moved = {stream: held for stream, held in opened.items() if held.decided}
        fired = [work.fired for work in works if work.fired is not None]
        rows_set, rows_dropped = _rows_changed(moved)
        armed, disarmed = _due_changed(moved)
        self._no_due_again(opened, fired)
        return Commit(
            at=now,
            appends=await self._appends(moved),
            rows_set=rows_set,
            rows_dropped=rows_dropped,
            armed=armed,
            disarmed=[due for due in disarmed if due not in fired],
            fired=fired,
            heard=_last_of_each([work.heard for work in works if work.heard is not None]),
            progress=progress,
        )

    async def _appends(self, moved: Mapping[Stream, _Open]) -> list[Append]:
        jsons: dict[UUID, Json] = {event.id: to_json(event.fact) for held in moved.values() for event in held.decided}
        personal = {
            stream.id for stream, held in moved.items() if any(holds(jsons[event.id], CLEAR) for event in held.decided)
        }
        keys = await self._keys(personal, create=self._creates_keys) if personal else {}
        return [
            Append(
                stream=stream,
                after=held.version,
                events=tuple(held.decided),
                bodies=tuple(to_bytes(seal(jsons[event.id], keys.get(stream.id), event.id)) for event in held.decided),
            )
            for stream, held in moved.items()
        ]

    @staticmethod
    def _no_due_again(opened: Mapping[Stream, _Open], fired: Sequence[Due]) -> None:
        for due in fired:
            held = opened.get(due.stream)
            if held is not None and (due.kind, due.key, due.arming) in {
                (still.kind, still.key, still.arming) for still in held.aggregate.due(due.stream, held.after)
            }:
                raise DefectError(f"{due.kind} {due.key} fired and is due again under the same arming")


def _rows_changed(moved: Mapping[Stream, _Open]) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows to write and those to drop: the difference between what the state meant and what it means."""
    rows_set: list[Row] = []
    dropped: list[tuple[str, str]] = []
    for stream, held in moved.items():
        before = {(row.view, row.key): row for row in held.aggregate.rows(stream, held.before)}
        after = {(row.view, row.key): row for row in held.aggregate.rows(stream, held.after)}
        rows_set += [row for at, row in after.items() if before.get(at) != row]
        dropped += [at for at in before if at not in after]
    return rows_set, dropped


def _due_changed(moved: Mapping[Stream, _Open]) -> tuple[list[Due], list[Due]]:
    """What to arm and to disarm, likewise."""
    armed: list[Due] = []
    disarmed: list[Due] = []
    for stream, held in moved.items():
        before = {(due.kind, due.key): due for due in held.aggregate.due(stream, held.before)}
        after = {(due.kind, due.key): due for due in held.aggregate.due(stream, held.after)}
        armed += [due for at, due in after.items() if before.get(at) != due]
        disarmed += [due for at, due in before.items() if at not in after]
    return armed, disarmed


def _last_of_each(heard: Sequence[Heard]) -> list[Heard]:
    return list({one.source: one for one in heard}.values())
