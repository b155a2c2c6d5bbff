"""One subject's behaviour, and one service's: what the runtime must know of them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from gehoor.events.deciding import Decider
from gehoor.events.envelope import Recorded, Stream
from gehoor.runtime.ports.errors import DefectError
from gehoor.runtime.ports.views import Row, Views

S = TypeVar("S")
C = TypeVar("C")


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
    react: Callable[[Recorded, Views], Awaitable[Sequence[Wish]]] | None = None
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
