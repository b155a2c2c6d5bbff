"""A stream while it is handled: as it was loaded, what was decided on it so far, and what that changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from gehoor.events.envelope import Recorded, Stream, event_id
from gehoor.events.fact import Fact, is_published
from gehoor.events.private import CLEAR
from gehoor.runtime.ports import Aggregate, Cause, DefectError, Due, Row
from gehoor.runtime.sealing import holds

At = TypeVar("At")
R = TypeVar("R", Row, Due)


@dataclass
class Opened:
    """One stream of one service, from loading to commit."""

    service: str
    stream: Stream
    aggregate: Aggregate[Any, Any]
    version: int
    sequence: int
    before: Any
    """The state as loaded."""
    after: Any
    """The state that the next command of the batch is decided on."""
    stored: Any
    """The state as it will be loaded again, so private fields sealed unless the aggregate unseals: rows are made of
    it, and are therefore the same when they are made again."""
    decided: list[Recorded] = field(default_factory=list)

    @classmethod
    def of(cls, service: str, stream: Stream, aggregate: Aggregate[Any, Any], events: Sequence[Recorded]) -> "Opened":
        """A stream in the state that these events make, which are all of its."""
        state = aggregate.decider.fold(event.fact for event in events)
        version = events[-1].version if events else 0
        sequence = max((event.sequence or 0 for event in events), default=0)
        return cls(service, stream, aggregate, version, sequence, before=state, after=state, stored=state)

    def decide(self, command: Any, because: Cause, name: str, now: datetime) -> list[Recorded]:
        """What follows from a command, which has that name among those of its cause.

        Raises:
            Refusal: it contradicts what has happened.
        """
        facts = self.aggregate.decider.decide(self.after, command)
        return [self._record(fact, because, name, index, now) for index, fact in enumerate(facts)]

    def settle(self, stored: Iterable[Fact]) -> None:
        """Take the decided facts in the shape in which they are stored."""
        self.stored = self.aggregate.decider.fold(stored, self.before)

    def rows_changed(self) -> tuple[list[Row], list[tuple[str, str]]]:
        """The rows to write and those to drop.

        Raises:
            DefectError: one holds something personal in clear.
        """
        before = {(row.view, row.key): row for row in self.aggregate.rows(self.stream, self.before)}
        after = {(row.view, row.key): row for row in self.aggregate.rows(self.stream, self.stored)}
        changed, gone = _difference(before, after)
        for row in changed:
            if holds(row.body, CLEAR):
                raise DefectError(f"a row of {row.view} holds a private field in clear")
        return changed, [(row.view, row.key) for row in gone]

    def due_changed(self, fired: Sequence[Due]) -> tuple[list[Due], list[Due]]:
        """What to arm and what to disarm; what fired is gone anyhow.

        Raises:
            DefectError: what fired is due again under the same arming, so it would fire for ever.
        """
        before = {(due.kind, due.key): due for due in self.aggregate.due(self.stream, self.before)}
        after = {(due.kind, due.key): due for due in self.aggregate.due(self.stream, self.stored)}
        for due in fired:
            still = after.get((due.kind, due.key))
            if due.stream == self.stream and still is not None and still.arming == due.arming:
                raise DefectError(f"{due.kind} {due.key} fired and is due again under the same arming")
        armed, gone = _difference(before, after)
        return armed, [due for due in gone if due not in fired]

    def _record(self, fact: Fact, because: Cause, name: str, index: int, now: datetime) -> Recorded:
        published = is_published(fact.type)
        self.sequence += published
        event = Recorded(
            id=event_id(self.service, self.stream, because.id, name, index),
            service=self.service,
            stream=self.stream,
            fact=fact,
            recorded_at=now,
            causation=because.id,
            correlation=because.correlation,
            sequence=self.sequence if published else None,
            traceparent=because.traceparent,
            version=self.version + len(self.decided) + 1,
        )
        self.decided.append(event)
        self.after = self.aggregate.decider.evolve(self.after, fact)
        return event


def _difference(before: Mapping[At, R], after: Mapping[At, R]) -> tuple[list[R], list[R]]:
    """What is new or other, and what is no more."""
    changed = [row for at, row in after.items() if before.get(at) != row]
    return changed, [row for at, row in before.items() if at not in after]
