"""The seams: what a service needs of the world, as protocols that PostgreSQL, Kafka and the memory twins all fulfil.

One handling reads streams, folds, decides, and writes all that follows in one `Commit`: facts with their outbox rows,
view rows, due rows, handled sequences, the answer to remember. Either all of it is there afterwards or none of it.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from gehoor.events.deciding import Decider
from gehoor.events.envelope import Headers, Recorded, Stream, derived_id
from gehoor.events.private import Erased, Json

S = TypeVar("S")
C = TypeVar("C")

# --- what can go wrong ------------------------------------------------------------------------------------------


class StaleError(Exception):
    """Another handling was first: a stream moved on, a due row was taken, a sequence was handled. Start again."""


class TakenError(StaleError):
    """The due row that was fired no longer stands: another fired it, or it was moved. There is nothing to do again."""


class TemporaryError(Exception):
    """Something is away that will be back: the same message again, a little later."""


class UnknownKeyError(TemporaryError):
    """A subject's key can't be read now; that is never the same as erased."""


class DefectError(Exception):
    """The code contradicts itself; nobody outside can mend it."""


# --- one subject's behaviour and one service's ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A view row: made of one stream's state, so the stream's version fences it. Holds nothing personal in clear."""

    view: str
    key: str
    body: Json
    tags: tuple[str, ...] = ()
    """What it is found by, each `name=value`."""
    rank: str = ""
    """What a listing is ordered by, then the key."""
    audience: str | None = None
    """Who outside may see it, enforced by the database; None: nobody outside."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do at a moment: a timer to fire, a delivery to attempt. `(key, arming)` never comes back."""

    kind: str
    key: UUID
    stream: Stream
    at: datetime
    arming: int = 1


@dataclass(frozen=True)
class Aggregate(Generic[S, C]):
    """One kind of stream: how it decides, and what rows and due moments its state means.

    Rows and due moments are functions of the state; a handling writes the difference between before and after. So
    both can be thrown away and made again by folding.
    """

    kind: str
    decider: Decider[S, C]
    rows: Callable[[Stream, S], Iterable[Row]] = lambda _stream, _state: ()
    due: Callable[[Stream, S], Iterable[Due]] = lambda _stream, _state: ()
    unseals: bool = False
    """Whether its state needs private fields in clear; else they stay sealed in it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A command for a stream."""

    stream: Stream
    command: Any


@dataclass(frozen=True, slots=True)
class Moment:
    """When a due row is performed, and whether all that had been published by then has been read."""

    now: datetime
    caught_up: bool = True


Performer = Callable[[Due, Moment], Awaitable[Wish]]
"""Does what is due (calls a partner, sends a mail; for a timer nothing) and gives the command that records it."""


@dataclass(frozen=True)
class Service:
    """All that the runtime must know of a service."""

    name: str
    aggregates: Sequence[Aggregate[Any, Any]]
    listens_to: frozenset[str] = frozenset()
    """The type names of others' (or own) facts it reacts to."""
    unseals: frozenset[str] = frozenset()
    """Those of them whose private fields its reactions need in clear."""
    react: "Callable[[Recorded, Views], Awaitable[Sequence[Wish]]] | None" = None
    performers: Mapping[str, Performer] = field(default_factory=dict)
    """By the kind of the due row."""
    awaits_journal: frozenset[str] = frozenset()
    """The kinds of due rows that wait until what had been published by their moment has been read."""

    def aggregate(self, kind: str) -> Aggregate[Any, Any]:
        """The behaviour of streams of that kind.

        Raises:
            DefectError: the service has none such.
        """
        for aggregate in self.aggregates:
            if aggregate.kind == kind:
                return aggregate
        message = f"{self.name} has no streams of kind {kind}"
        raise DefectError(message)


# --- causes and answers ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is handled: what the facts that follow name as theirs."""

    id: UUID
    correlation: UUID
    command: str = ""
    """Tells the commands of one cause apart."""
    traceparent: str | None = None

    @classmethod
    def of_fact(cls, heard: Recorded) -> "Cause":
        """A reaction to a fact."""
        return cls(heard.id, heard.correlation, traceparent=heard.traceparent)

    @classmethod
    def of_due(cls, due: Due) -> "Cause":
        """A timer or delivery: the same for every try at the same arming."""
        fired = derived_id("due", due.key, due.arming)
        return cls(fired, fired)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a caller was answered under its idempotency key."""

    caller: str
    key: str
    digest: str
    """Of the request: another request under the same key is refused."""
    status: int
    body: Json


@dataclass(frozen=True, slots=True)
class Heard:
    """A journal record that was handled: its source and sequence are kept in the same transaction."""

    source: str
    sequence: int


# --- the store ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Append:
    """Facts for one stream, which must still be at `after`."""

    stream: Stream
    after: int
    """The version the decision was made on; 0 for a new stream."""
    events: tuple[Recorded, ...]
    """With id, version, sequence and times; private fields as they were decided."""
    bodies: tuple[bytes, ...]
    """The sealed bytes of each, as stored and published."""


Partition = tuple[str, int]
"""Topic and partition."""


@dataclass(frozen=True, slots=True)
class Commit:
    """All that one handling writes."""

    at: datetime
    appends: Sequence[Append] = ()
    rows_set: Sequence[Row] = ()
    rows_dropped: Sequence[tuple[str, str]] = ()
    """View and key."""
    armed: Sequence[Due] = ()
    """Replaces what stands under the same key and kind."""
    disarmed: Sequence[Due] = ()
    fired: Sequence[Due] = ()
    """Must still stand as claimed; gone afterwards."""
    heard: Sequence[Heard] = ()
    """Each must be above what was handled of its source."""
    progress: Mapping[Partition, int] = field(default_factory=dict)
    """The next offset to read, per partition."""
    remember: Sequence[Remembered] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A pending outbox row as a journal record."""

    position: int
    key: bytes
    headers: Headers
    value: bytes
    recorded_at: datetime


class Views(Protocol):
    """Reading view rows."""

    async def get(self, view: str, key: str, *, audience: str | None = None) -> Row | None:
        """The row, None where there is none. With an audience: only where it may see it."""
        ...

    async def find(
        self,
        view: str,
        *tags: str,
        after: tuple[str, str] | None = None,
        limit: int = 100,
        audience: str | None = None,
    ) -> Sequence[Row]:
        """The rows that have all those tags, by rank and key, from just after `(rank, key)`."""
        ...


class Store(Views, Protocol):
    """One service's memory."""

    async def load(self, streams: Collection[Stream]) -> Mapping[Stream, Sequence[Recorded]]:
        """The facts of each, oldest first, private fields sealed; an empty sequence for a new stream."""
        ...

    async def commit(self, commit: Commit) -> Sequence[Recorded]:
        """Write all of it, and give the events with their positions.

        Raises:
            StaleError: another was first; nothing was written.
        """
        ...

    async def handled(self, sources: Collection[str]) -> Mapping[str, int]:
        """The last sequence handled of each source, 0 where none was."""
        ...

    async def remembered(self, caller: str, key: str) -> Remembered | None:
        """What that caller was answered under that key."""
        ...

    async def progress(self) -> Mapping[Partition, int]:
        """The next offset to read of each partition, as committed with the handlings."""
        ...

    async def events(self, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """The whole store in order of position, from just after one: for rebuilding, republishing, auditing."""
        ...

    async def replace_rows(self, view: str, rows: Iterable[Row]) -> None:
        """Throw a view away and put these rows in its place, in one transaction."""
        ...


class Outbox(Protocol):
    """What is stored and not yet known to be on the journal."""

    async def pending(self, limit: int) -> Sequence[Outgoing]:
        """The oldest rows by position."""
        ...

    async def sent(self, positions: Collection[int]) -> None:
        """Forget them: the broker has them."""
        ...

    async def oldest(self) -> datetime | None:
        """When the oldest pending row was recorded; None where none is pending."""
        ...


class DueTable(Protocol):
    """Timers and deliveries, by moment."""

    async def claim(self, kinds: Collection[str], now: datetime, lease: timedelta, limit: int) -> Sequence[Due]:
        """Rows due by now, oldest first, free and of no parked subject; held until the lease ends."""
        ...

    async def release(self, claimed: Collection[Due]) -> None:
        """Give them back before the lease ends."""
        ...

    async def next_at(self, kinds: Collection[str]) -> datetime | None:
        """When the next of those kinds is due."""
        ...

    async def standing(self, kind: str) -> Sequence[Due]:
        """All rows of that kind, by key: for comparing with what the streams mean."""
        ...


Key = bytes
"""A subject's data key: 32 bytes, AES-256."""


class Keyring(Protocol):
    """The keys of subjects. One owner writes it, the others read."""

    async def keys(self, subjects: Collection[UUID], *, create: bool = False) -> Mapping[UUID, Key | Erased]:
        """The key of each, or when it was erased. A subject that is left out of the answer is unknown (not erased)."""
        ...

    async def erase(self, subjects: Collection[UUID], at: datetime) -> None:
        """Destroy the keys for ever; the tombstone says when."""
        ...

    def forget(self, subjects: Collection[UUID]) -> None:
        """Drop what is cached of them."""
        ...


class Blobs(Protocol):
    """Bodies too large for a fact, sealed with their subject's key by the caller, by digest of the clear body."""

    async def put(self, subject: UUID, digest: str, sealed: bytes) -> None:
        """Keep it; the same again changes nothing."""
        ...

    async def get(self, subject: UUID, digest: str) -> bytes | None:
        """The sealed body, None where there is none."""
        ...

    async def drop(self, subjects: Collection[UUID]) -> None:
        """Throw away all bodies of those subjects."""
        ...


class Clock(Protocol):
    """Time, handed in."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long."""
        ...


# --- what leaves the house ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to somebody: plain text, and a key that stays the same over all attempts."""

    key: UUID
    to: str
    subject: str
    text: str
    reference: str | None = None
    """Our complaint's reference, shown in the subject and carried in a header."""
    in_reply_to: str | None = None
    language: str = "en"
    automatic: bool = True
    """Marks it as sent by a machine, so that no machine answers it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook goes and the secret it is signed with."""

    url: str
    secret: str


class Result(StrEnum):
    """What an attempt came to. Unknown: it may have arrived, so the next attempt has the same key."""

    TAKEN = "taken"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempted:
    """The outcome of one attempt; `refused` means that trying again is of no use."""

    result: Result
    detail: str
    """A short code without personal data: `http-503`, `smtp-550`, `timed-out`."""
    status: int | None = None


class Mailer(Protocol):
    """Hands mail to a server."""

    async def send(self, mail: Mail) -> Attempted:
        """Try once, within a bound; never raises for what the other side does."""
        ...


class Webhooks(Protocol):
    """Posts signed bodies (Standard Webhooks)."""

    async def post(self, to: Endpoint, key: UUID, body: bytes) -> Attempted:
        """Try once, within a bound; never raises for what the other side does."""
        ...


# --- the journal -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """A record as it came from a topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def at(self) -> Partition:
        """Its partition."""
        return self.topic, self.partition


Deliver = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes a batch and returns once what follows from it is committed: only then is it acknowledged."""


class Consumer(Protocol):
    """Reads topics for a group, at least once, per partition in order."""

    async def run(self, deliver: Deliver) -> None:
        """Read until `stop`; a batch is acknowledged after `deliver` returned, and comes again where it raised."""
        ...

    async def stop(self) -> None:
        """Finish the batch at hand and leave the group, within a bound."""
        ...

    async def ends(self) -> Mapping[Partition, int]:
        """The end of each partition of its topics, as the broker says now."""
        ...


class Producer(Protocol):
    """Writes records to the journal."""

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Write them in order; returns once the broker has them all.

        Raises:
            TemporaryError: it may have some of them; send all of them again.
        """
        ...


# --- all of it ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ports:
    """What a service is assembled with: the real parts in `make run`, the twins in a simulation."""

    store: Store
    due: DueTable
    outbox: Outbox
    keyring: Keyring
    blobs: Blobs
    clock: Clock
    mailer: Mailer
    webhooks: Webhooks
