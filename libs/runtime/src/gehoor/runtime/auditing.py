"""The audit: the journal, read whole, against what the stores say they published.

All that a store has published and no longer holds back must be on the journal, as it was stored; the first time each
comes, it comes in order, and after its cause. What comes again must be the same.
"""

from collections import defaultdict
from collections.abc import AsyncIterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from gehoor.events.envelope import Headers
from gehoor.runtime.ports import Message, Outgoing
from gehoor.runtime.relaying import Published

PAGE = 1000
LATE_MAX = 10_000
"""How many positions below the last one may still be filled, by transactions that commit late."""


class Fault(StrEnum):
    """What can be wrong."""

    MISSING = "missing"
    """Published by its store, and not on the journal."""
    DIFFERENT = "different"
    """Not as its store has it, or not as it was the first time."""
    OVERTAKEN = "overtaken"
    """It came after a later one of its source: who listened has passed it over."""
    BEFORE_ITS_CAUSE = "before-its-cause"
    NOT_STORED = "not-stored"
    """On the journal, and in no store."""
    UNKNOWN_SOURCE = "unknown-source"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault."""

    fault: Fault
    source: str = ""
    sequence: int = 0
    place: str = ""
    """Topic, partition and offset, where it is on the journal."""


@dataclass
class Audit:
    """What was compared, and what is wrong."""

    records: int = 0
    """Read from the journal."""
    doubled: int = 0
    """Of those: had come before. No fault: consumers pass them over."""
    published: dict[str, int] = field(default_factory=dict)
    """By service: stored for the journal."""
    pending: dict[str, int] = field(default_factory=dict)
    """By service: still in the outbox, and excused."""
    findings: list[Finding] = field(default_factory=list)


@dataclass
class _Stored:
    """What one service has published: a digest by source and sequence."""

    store: Published
    digests: dict[tuple[str, int], bytes] = field(default_factory=dict)
    pending: set[tuple[str, int]] = field(default_factory=set)
    read: int = 0

    async def catch_up(self) -> None:
        """Read what was published since."""
        position = max(self.read - LATE_MAX, 0)
        while page := await self.store.published(position, PAGE):
            self.digests |= {_where(record): _digest(record) for record in page}
            position = page[-1].position
        self.read = max(self.read, position)

    async def see_pending(self) -> None:
        """What is not yet known to be on the journal: all of it, the oldest first."""
        limit = PAGE
        while len(rows := await self.store.pending(limit)) == limit:
            limit *= 2
        self.pending = {_where(record) for record in rows}


async def audit(journal: AsyncIterable[Message], stores: Mapping[str, Published]) -> Audit:
    """Compare a journal, of which nothing may have been asked yet, with the stores of those services.

    Services may go on meanwhile: what they publish after it began is compared as far as it was read.

    Raises:
        TemporaryError: a store or the broker is away.
    """
    stored = {service: _Stored(store) for service, store in stores.items()}
    for one in stored.values():
        await one.catch_up()
        await one.see_pending()
    must_be_there = {at for one in stored.values() for at in one.digests.keys() - one.pending}
    found = Audit(
        published={service: len(one.digests) for service, one in stored.items()},
        pending={service: len(one.pending) for service, one in stored.items()},
    )
    reading = _Reading(found)
    async for message in journal:
        reading.read(message)
    for one in stored.values():
        await one.catch_up()
    found.findings += _compared(reading, stored)
    missing = must_be_there - reading.digests.keys()
    found.findings += [Finding(Fault.MISSING, source, sequence) for source, sequence in sorted(missing)]
    return found


class _Reading:
    """The journal as a listener would hear it."""

    def __init__(self, found: Audit) -> None:
        self.found = found
        self.digests: dict[tuple[str, int], bytes] = {}
        self.places: dict[tuple[str, int], str] = {}
        self._highest: dict[str, int] = defaultdict(int)
        self._ids: set[tuple[bytes | None, str]] = set()
        self._effects: dict[tuple[bytes | None, str], list[Finding]] = defaultdict(list)

    def read(self, message: Message) -> None:
        """One more record."""
        self.found.records += 1
        place = f"{message.topic}/{message.partition}/{message.offset}"
        try:
            at, ce = _where(message), _attributes(message.headers)
            id_, cause = ce["id"], ce["causationid"]
        except (KeyError, ValueError):
            self.found.findings.append(Finding(Fault.UNREADABLE, place=place))
            return
        digest = _digest(message)
        if at in self.digests:
            self.found.doubled += 1
            if self.digests[at] != digest:
                self.found.findings.append(Finding(Fault.DIFFERENT, *at, place))
            return
        self.digests[at], self.places[at] = digest, place
        if at[1] < self._highest[at[0]]:
            self.found.findings.append(Finding(Fault.OVERTAKEN, *at, place))
        self._highest[at[0]] = max(self._highest[at[0]], at[1])
        self._in_causal_order(message.key, id_, cause, Finding(Fault.BEFORE_ITS_CAUSE, *at, place))

    def _in_causal_order(self, key: bytes | None, id_: str, cause: str, finding: Finding) -> None:
        """Of one subject, nothing may come before the fact that caused it."""
        self._ids.add((key, id_))
        self.found.findings += self._effects.pop((key, id_), ())
        if (key, cause) not in self._ids:
            self._effects[key, cause].append(finding)


def _compared(reading: _Reading, stored: Mapping[str, _Stored]) -> Iterator[Finding]:
    for at, digest in reading.digests.items():
        one = stored.get(_service(at[0]))
        if one is None:
            yield Finding(Fault.UNKNOWN_SOURCE, *at, reading.places[at])
        elif at not in one.digests:
            yield Finding(Fault.NOT_STORED, *at, reading.places[at])
        elif one.digests[at] != digest:
            yield Finding(Fault.DIFFERENT, *at, reading.places[at])


def _service(source: str) -> str:
    """The service of `/gehoor/<service>/<stream>`."""
    parts = source.split("/")
    return parts[2] if source.startswith("/gehoor/") and len(parts) > 2 else ""  # noqa: PLR2004 - "", gehoor, service


def _attributes(headers: Headers) -> Mapping[str, str]:
    return {name.removeprefix("ce_"): value.decode() for name, value in headers}


def _where(record: Message | Outgoing) -> tuple[str, int]:
    """Source and sequence."""
    ce = _attributes(record.headers)
    return ce["source"], int(ce["sequence"])


def _digest(record: Message | Outgoing) -> bytes:
    """Of key, headers and value, whatever the order of the headers."""
    digest = blake2b(digest_size=16)
    parts: Sequence[bytes] = [record.key or b"", record.value or b""]
    for part in (*parts, *(f"{name}=".encode() + value for name, value in sorted(record.headers))):
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part)
    return digest.digest()
