"""What is known of one matter: a complaint, a remark or a report, which may turn out to be one of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from gehoor.events.intake import PointKind, Proof
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    CloseBasis,
    ComplaintId,
    ContactId,
    CustomerId,
    DeskId,
    Digest,
    Direction,
    ForeignId,
    Language,
    MatterKind,
    Outcome,
    PromiseId,
    PromiseKind,
    Reference,
    ResponseKind,
    StaffId,
    Step,
    Term,
    Window,
)


class Status(StrEnum):
    """Where a matter stands."""

    UNKNOWN = "unknown"
    """Nothing was received under this id."""
    OPEN = "open"
    HANDLED = "handled"
    """Of a report."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Standing(StrEnum):
    """What became of a promise. Missed is no standing of its own: what was missed is still owed."""

    OWED = "owed"
    KEPT = "kept"
    RESCHEDULED = "rescheduled"
    RELEASED = "released"


LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Stands where nothing has happened yet."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a customer was told to expect."""

    id: PromiseId
    kind: PromiseKind
    what: Private[str]
    due: Window
    made_at: datetime
    by: StaffId
    standing: Standing = Standing.OWED
    missed: bool = False
    """Stays true when it is kept late."""
    attempts: int = 0
    replaced_by: PromiseId | None = None

    @property
    def owed(self) -> bool:
        """Open, or missed and not yet made good."""
        return self.standing is Standing.OWED


@dataclass(frozen=True, slots=True)
class Contact:
    """One time that the customer came, or that we reached for them."""

    id: ContactId
    at: datetime
    direction: Direction
    channel: Channel
    outcome: Outcome
    delivery_id: ContactId | None = None


class Purpose(StrEnum):
    """Why a message leaves the house."""

    ACKNOWLEDGEMENT = "acknowledgement"
    THANKS = "thanks"
    ANSWER = "answer"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message of ours on its way."""

    id: ContactId
    purpose: Purpose
    next_at: datetime | None
    """When it is tried (again); None when it arrived or was given up."""
    attempts: int = 0
    words: Private[str] | None = None
    """What a person wrote; None where policy has the text."""


@dataclass(frozen=True, slots=True)
class Point:
    """A way to reach the customer."""

    kind: PointKind
    address: Private[str]
    proof: Proof


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is accountable, as far as intake has heard."""

    desk: DeskId
    person: StaffId | None = None
    hand_off: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """The last final response."""

    kind: ResponseKind
    at: datetime
    admissible: bool
    objection_until: datetime | None
    accepted: bool | None = None
    """What the customer said of it; None: nothing yet, which is no yes."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How it was closed, and on which hand-off that was decided."""

    at: datetime
    basis: CloseBasis
    desk: DeskId
    hand_off: int


@dataclass(frozen=True, slots=True)
class Spot:
    """What a report points at."""

    digest: Digest
    same_as: ComplaintId | None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a report."""

    by: StaffId
    fixed: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """All of it."""

    status: Status = Status.UNKNOWN
    kind: MatterKind = MatterKind.COMPLAINT
    reference: Reference = ""
    received_at: datetime = LONG_AGO
    channel: Channel = Channel.SYSTEM
    language: Language = "en"
    customer_id: CustomerId | None = None
    points: tuple[Point, ...] = ()
    owner: Owner = Owner("")
    label: Term | None = None
    channel_ids: tuple[ForeignId, ...] = ()
    """Of all that the customer sent, as their channels name it: what a thread is known by."""
    attention: frozenset[Step] = frozenset()
    """Of all contacts: whether the customer was let speak and acknowledged at all."""
    acknowledged: bool = False
    contacts: Mapping[ContactId, Contact] = field(default_factory=dict)
    promises: Mapping[PromiseId, Promise] = field(default_factory=dict)
    deliveries: Mapping[ContactId, Delivery] = field(default_factory=dict)
    response: Response | None = None
    closing: Closing | None = None
    merged_into: ComplaintId | None = None
    absorbed: tuple[ComplaintId, ...] = ()
    spot: Spot | None = None
    handled: Handled | None = None
    cause: Term | None = None
    seen: frozenset[tuple[str, datetime]] = frozenset()
    """What has no id of its own and has been recorded: kind and moment. The same again is the same."""
    strays: frozenset[tuple[str, PromiseId | None]] = frozenset()
    erased: bool = False

    @property
    def owed(self) -> tuple[Promise, ...]:
        """The promises that are open, or missed and not yet made good."""
        return tuple(promise for promise in self.promises.values() if promise.owed)

    def point(self, kind: PointKind) -> Point | None:
        """The best proven contact point of that kind whose address can be read; the first of equals."""
        order = list(Proof)
        known = [point for point in self.points if point.kind is kind and point.address.in_clear]
        return max(known, key=lambda point: order.index(point.proof), default=None) if not self.erased else None
