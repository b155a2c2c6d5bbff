"""Holding the journal against the stores: is every published fact there, in order, once in effect, and heard?

    audit = Audit()
    audit.store(events)                # of each service, whole; then what its outbox still holds:
    audit.wait_for("sla", positions)
    audit.read(partition, offset, fact)   # the journal, from the beginning to its end
    audit.hear("sla", families, handled, progress, held, aside=aside)
    findings = list(audit.findings())

A record that is no fact of ours, and that a service has parked or dropped, is accounted for: no finding.

Stores are read before the journal, so what was stored and does not wait in an outbox must be on it. What the journal
has and the stores had not yet is asked for again (`unknown`, `find`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from json import dumps
from uuid import UUID

from gehoor.events.catalogue import family
from gehoor.events.envelope import Recorded, Stream, to_json


class Fault(StrEnum):
    """What can be wrong."""

    MISSING = "missing"
    """Stored and published, and not on the journal."""
    FOREIGN = "foreign"
    """On the journal, and in no store."""
    OTHER = "other"
    """On the journal otherwise than in its store, or than the first time."""
    GAP = "gap"
    """A store's published facts of one stream are not numbered 1, 2, 3, …"""
    DISORDER = "disorder"
    """On the journal before an earlier fact of its stream."""
    EARLY = "early"
    """On the journal before what caused it."""
    UNREADABLE = "unreadable"
    """A record of the journal that is no fact."""
    UNHEARD = "unheard"
    """A service has read past it, listens to it, and did not handle it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    fault: Fault
    where: str
    """A service, or a place on the journal."""
    detail: str
    """Without a word of anybody's."""
    at: tuple[int, int] | None = None
    """Partition and offset, where it is of one record of the journal."""

    def __str__(self) -> str:
        return f"{self.fault}: {self.where}: {self.detail}"


@dataclass(frozen=True, slots=True)
class _Stored:
    service: str
    source: str
    sequence: int
    position: int
    type: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Read:
    """A fact where it first stands on the journal."""

    at: tuple[int, int]
    """Partition and offset."""
    id: UUID
    stream: Stream
    source: str
    sequence: int
    type: str
    cause: UUID
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Hearing:
    families: frozenset[str]
    handled: Mapping[str, int]
    progress: Mapping[int, int]
    held: frozenset[UUID]
    aside: frozenset[tuple[int, int]]


@dataclass
class Audit:
    """What was seen so far, and what follows from it."""

    _stored: dict[UUID, _Stored] = field(default_factory=dict)
    _waiting: dict[str, frozenset[int]] = field(default_factory=dict)
    _read: dict[UUID, _Read] = field(default_factory=dict)
    _unreadable: list[Finding] = field(default_factory=list)
    _changed: list[Finding] = field(default_factory=list)
    _hearing: dict[str, _Hearing] = field(default_factory=dict)
    _again: int = 0

    # --- what is seen ----------------------------------------------------------------------------------------------

    def store(self, events: Iterable[Recorded]) -> None:
        """Facts as a store has them; those that it keeps to itself are passed over."""
        for event in events:
            if event.sequence is not None:
                self._stored[event.id] = _Stored(
                    event.service, event.source, event.sequence, event.position, event.fact.type, _digest(event)
                )

    def find(self, events: Iterable[Recorded]) -> None:
        """What a store has of `unknown` streams now: of these only what the journal was seen to have counts."""
        self.store(event for event in events if event.id in self._read)

    def wait_for(self, service: str, positions: Collection[int]) -> None:
        """What a service's outbox still holds, read after its store."""
        self._waiting[service] = frozenset(positions)

    def read(self, partition: int, offset: int, event: Recorded) -> None:
        """A record of the journal; the same fact again is counted, and has no further effect."""
        before = self._read.get(event.id)
        if before is not None:
            self._again += 1
            if before.digest != _digest(event):
                said = f"{event.fact.type} {event.id} was another before"
                self._changed.append(_found(Fault.OTHER, (partition, offset), said))
            return
        self._read[event.id] = _Read(
            (partition, offset),
            event.id,
            event.stream,
            event.source,
            event.sequence or 0,
            event.fact.type,
            event.causation,
            _digest(event),
        )

    def fail_to_read(self, partition: int, offset: int, reason: str) -> None:
        """A record of the journal that is no fact."""
        self._unreadable.append(_found(Fault.UNREADABLE, (partition, offset), reason))

    def hear(
        self,
        service: str,
        types: Collection[str],
        handled: Mapping[str, int],
        progress: Mapping[int, int],
        held: Collection[UUID],
        *,
        aside: Collection[tuple[int, int]] = (),
    ) -> None:
        """How far a service has come.

        Args:
            service: Which.
            types: The facts it listens to.
            handled: The last sequence it handled, by source.
            progress: The next offset it will read, by partition.
            held: The subjects of which something is parked.
            aside: Partition and offset of the records that it has parked or dropped.
        """
        families = frozenset(map(family, types))
        self._hearing[service] = _Hearing(families, handled, progress, frozenset(held), frozenset(aside))

    # --- what follows ----------------------------------------------------------------------------------------------

    @property
    def sources(self) -> frozenset[str]:
        """Every source that the journal names: what services may have handled."""
        return frozenset(read.source for read in self._read.values())

    def unknown(self) -> Mapping[str, frozenset[Stream]]:
        """By service the streams that the journal has facts of which no store was seen to have."""
        streams: dict[str, set[Stream]] = defaultdict(set)
        for read in self._read.values():
            if read.id not in self._stored:
                streams[_service(read.source)].add(read.stream)
        return {service: frozenset(found) for service, found in streams.items()}

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """By service how many facts are published by its store, stand on the journal, wait, and were sent again."""
        stored = Counter(one.service for one in self._stored.values())
        read = Counter(_service(one.source) for one in self._read.values())
        behind = {service: sum(1 for _ in self._behind(hearing)) for service, hearing in self._hearing.items()}
        return {
            service: {
                "stored": stored[service],
                "on_the_journal": read[service],
                "waiting": len(self._waiting.get(service, ())),
                "still_to_hear": behind.get(service, 0),
            }
            for service in sorted({*stored, *read, *self._waiting, *self._hearing})
        }

    @property
    def again(self) -> int:
        """Records of the journal that repeat a fact."""
        return self._again

    @property
    def accounted(self) -> int:
        """Records of the journal that are wrong, and that a service has parked or dropped."""
        return len({finding.at for finding in self._all() if finding.at in self._aside})

    def findings(self) -> Iterator[Finding]:
        """All that is wrong and that nobody has seen to."""
        return (finding for finding in self._all() if finding.at not in self._aside)

    @property
    def _aside(self) -> frozenset[tuple[int, int] | None]:
        return frozenset(at for hearing in self._hearing.values() for at in hearing.aside)

    def _all(self) -> Iterator[Finding]:
        yield from self._unreadable
        yield from self._changed
        yield from self._missing()
        yield from self._gaps()
        yield from self._not_as_stored()
        yield from self._out_of_order()
        for service, hearing in self._hearing.items():
            yield from self._unheard(service, hearing)

    def _missing(self) -> Iterator[Finding]:
        for id_, stored in self._stored.items():
            waits = stored.position in self._waiting.get(stored.service, ())
            if id_ not in self._read and not waits:
                said = f"{stored.type} {id_}, {stored.sequence} of {stored.source}, at position {stored.position}"
                yield Finding(Fault.MISSING, stored.service, said)

    def _gaps(self) -> Iterator[Finding]:
        sequences: dict[tuple[str, str], list[int]] = defaultdict(list)
        for stored in self._stored.values():
            sequences[stored.service, stored.source].append(stored.sequence)
        for (service, source), found in sequences.items():
            if sorted(found) != list(range(1, len(found) + 1)):
                yield Finding(Fault.GAP, service, f"{source} has {len(found)} facts, numbered up to {max(found)}")

    def _not_as_stored(self) -> Iterator[Finding]:
        for id_, read in self._read.items():
            stored = self._stored.get(id_)
            said = f"{read.type} {id_}, {read.sequence} of {read.source}"
            if stored is None:
                yield _found(Fault.FOREIGN, read.at, said)
            elif (stored.source, stored.sequence, stored.digest) != (read.source, read.sequence, read.digest):
                yield _found(Fault.OTHER, read.at, said)

    def _out_of_order(self) -> Iterator[Finding]:
        last: dict[str, _Read] = {}
        ours = (read for read in self._read.values() if read.id in self._stored)
        for read in sorted(ours, key=lambda one: one.at):
            before = last.get(read.source)
            if before is not None and read.sequence < before.sequence:
                said = f"{read.sequence} of {read.source} stands after {before.sequence}"
                yield _found(Fault.DISORDER, read.at, said)
            last[read.source] = read
            cause = self._read.get(read.cause)
            if cause is not None and cause.at[0] == read.at[0] and cause.at > read.at:
                yield _found(Fault.EARLY, read.at, f"{read.type} {read.id} stands before its cause {cause.type}")

    def _behind(self, hearing: _Hearing) -> Iterator[_Read]:
        for read in self._read.values():
            if family(read.type) in hearing.families and read.at[1] >= hearing.progress.get(read.at[0], 0):
                yield read

    def _unheard(self, service: str, hearing: _Hearing) -> Iterator[Finding]:
        for read in self._read.values():
            if (
                family(read.type) in hearing.families
                and read.at[1] < hearing.progress.get(read.at[0], 0)
                and read.sequence > hearing.handled.get(read.source, 0)
                and read.stream.id not in hearing.held
                and read.at not in hearing.aside
            ):
                yield Finding(Fault.UNHEARD, service, f"{read.type} {read.id}, {read.sequence} of {read.source}")


def _found(fault: Fault, at: tuple[int, int], said: str) -> Finding:
    return Finding(fault, f"journal {at[0]}/{at[1]}", said, at)


def _service(source: str) -> str:
    return source.split("/")[2]


def _digest(event: Recorded) -> bytes:
    """Of all that a reader is told: the same in the store and on the journal."""
    said = [event.fact.type, str(event.stream), event.sequence, event.recorded_at.isoformat(), str(event.causation)]
    return sha256(dumps([*said, to_json(event.fact)], sort_keys=True).encode()).digest()
