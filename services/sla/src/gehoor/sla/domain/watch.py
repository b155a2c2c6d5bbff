"""The state of a watch: what is known of the complaint, its clocks, its escalations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gehoor.events.envelope import derived_id
from gehoor.events.sla import Deadline, DeliveryChannel, EndReason, MissReason, Watched
from gehoor.events.terms import (
    ClockId,
    ClockKind,
    ComplaintId,
    ContactId,
    DeskId,
    EscalationId,
    MatterKind,
    PromiseId,
    Reference,
    Slug,
    StaffId,
    Term,
    TicketId,
)

RECEIPT_KINDS = {
    MatterKind.COMPLAINT: (ClockKind.ACKNOWLEDGEMENT, ClockKind.FIRST_ANSWER, ClockKind.RESOLUTION),
    MatterKind.REPORT: (ClockKind.REPORT,),
    MatterKind.REMARK: (),
}
"""The clocks that start when something is received."""


class ClockState(StrEnum):
    """Running until one of the others; a miss can still be corrected."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline under watch."""

    id: ClockId
    kind: ClockKind
    desk: DeskId
    """The desk it was set for."""
    starts: datetime
    deadline: Deadline
    watches: Watched
    arming: int = 1
    state: ClockState = ClockState.RUNNING
    warned: bool = False
    over_at: datetime | None = None
    """When it was met, missed or cancelled."""
    missed_because: MissReason | None = None
    done_late_at: datetime | None = None
    """When what it waited for happened after all."""

    @property
    def due(self) -> datetime:
        """The moment it waits for."""
        return self.deadline.due

    @property
    def running(self) -> bool:
        """Whether it still waits."""
        return self.state is ClockState.RUNNING

    @property
    def owed(self) -> bool:
        """Whether what it waited for is still to come: it runs, or was missed and nothing came after all."""
        return self.running or (self.state is ClockState.MISSED and self.done_late_at is None)


class EscalationState(StrEnum):
    """Open until a human answers; ended when its cause is gone."""

    OPEN = "open"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way of telling the addressee, still under way."""

    id: ContactId
    level: int
    repeat: int
    channel: DeliveryChannel
    addressee: Slug
    raised_at: datetime
    answer_by: datetime
    next_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Escalation:
    """A question that wants a human answer."""

    id: EscalationId
    clock_id: ClockId
    kind: ClockKind
    level: int
    repeat: int
    addressee: Slug
    desk: DeskId
    raised_at: datetime
    """When this level was raised."""
    answer_by: datetime
    raisings: int = 1
    """How often it was raised, all levels together: the arming number of its next step."""
    state: EscalationState = EscalationState.OPEN
    answered_by: StaffId | None = None
    next_step_by: datetime | None = None
    ended: EndReason | None = None
    deliveries: Mapping[ContactId, Delivery] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it still wants an answer."""
        return self.state is EscalationState.OPEN


@dataclass(frozen=True, slots=True)
class Watch:
    """All that sla knows of one complaint, remark or report."""

    complaint_id: ComplaintId | None = None
    matter: MatterKind | None = None
    reference: Reference | None = None
    received_at: datetime | None = None
    desk: DeskId | None = None
    """Who is accountable."""
    label: Term | None = None
    """What the customer called it."""
    happened: Mapping[ClockKind, datetime] = field(default_factory=dict)
    """What clocks of receipt would have waited for, by kind: when it first happened."""
    settled: frozenset[TicketId] = frozenset()
    clocks: Mapping[ClockId, Clock] = field(default_factory=dict)
    """In the order they were set."""
    escalations: Mapping[EscalationId, Escalation] = field(default_factory=dict)

    @property
    def misses(self) -> int:
        """How many clocks were missed on this complaint, corrected ones not counted."""
        return sum(clock.state is ClockState.MISSED for clock in self.clocks.values())

    def of_kind(self, *kinds: ClockKind) -> Iterator[Clock]:
        """The clocks of those kinds, as they stand now."""
        return iter([clock for clock in self.clocks.values() if clock.kind in kinds])

    def of_ticket(self, ticket: TicketId) -> list[Clock]:
        """A partner's clocks on one ticket."""
        return [clock for clock in self.clocks.values() if clock.watches.ticket_id == ticket]

    def of_promise(self, promise: PromiseId) -> Clock | None:
        """The clock of a promise."""
        return self.clocks.get(promise_clock(promise))

    def raised_by(self, clock: ClockId) -> Escalation | None:
        """The escalation that a clock raised."""
        return self.escalations.get(escalation_of(clock))

    def next_step_of(self, escalation: EscalationId) -> Clock | None:
        """The clock of the next step that was given in answer."""
        return self.clocks.get(next_step_clock(escalation))

    def asked(self, clock: Clock) -> DeskId:
        """Who is asked when it is missed: the accountable desk, of a transfer the receiving one."""
        return clock.desk if clock.kind is ClockKind.TRANSFER or self.desk is None else self.desk


def receipt_clock(complaint: ComplaintId | None, kind: ClockKind, cause: str) -> ClockId:
    """Of what is owed for a complaint itself: since it was received, reopened or reclassified."""
    return ClockId(derived_id("clock", complaint, kind, cause))


def promise_clock(promise: PromiseId) -> ClockId:
    """Of a promise."""
    return ClockId(derived_id("clock", promise))


def transfer_clock(complaint: ComplaintId, offer: int) -> ClockId:
    """Of an offer to take over."""
    return ClockId(derived_id("clock", complaint, ClockKind.TRANSFER, offer))


def ticket_clock(ticket: TicketId, cause: str) -> ClockId:
    """Of a partner's next word: since it was delivered, since an update, since a dispute."""
    return ClockId(derived_id("clock", ticket, cause))


def next_step_clock(escalation: EscalationId) -> ClockId:
    """Of the next step that answered an escalation."""
    return ClockId(derived_id("clock", escalation, ClockKind.NEXT_STEP))


def escalation_of(clock: ClockId) -> EscalationId:
    """Of a missed clock: one clock is missed once, so it raises one escalation, which climbs."""
    return EscalationId(derived_id("escalation", clock))


def delivery_of(escalation: EscalationId, level: int, repeat: int, channel: DeliveryChannel) -> ContactId:
    """Of one raising by one way: the key of all its attempts."""
    return ContactId(derived_id("delivery", escalation, level, repeat, channel))
