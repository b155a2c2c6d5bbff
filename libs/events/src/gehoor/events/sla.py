"""What sla states: the clocks that run, what became of them, and whom it asked for an answer."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import (
    ClockId,
    ClockKind,
    ContactId,
    DeskId,
    EscalationId,
    Instant,
    PartnerId,
    PromiseId,
    PromiseKind,
    Slug,
    StaffId,
    Term,
    TicketId,
    Value,
    Words,
)


class Watched(Value):
    """What a clock watches: the complaint itself, or the one thing of it that is named here."""

    promise_id: PromiseId | None = None
    promise_kind: PromiseKind | None = None
    replaces: PromiseId | None = Field(None, description="The promise that this one was rescheduled from.")
    ticket_id: TicketId | None = None
    partner: PartnerId | None = None
    escalation_id: EscalationId | None = Field(None, description="Whose next step it is.")
    offer: int | None = Field(None, description="Of a transfer.")


class Deadline(Value):
    """A due moment and how it was found."""

    due: Instant
    approaching_at: Instant | None = Field(None, description="When to warn; none where no warning was asked for.")
    basis: Slug = Field(description="The legal basis, or `policy`, `promise`, `offer`, `agreement`, `escalation`.")
    calendar: Slug
    policy: Slug = Field(description="The version of the policy it was found with; it stays with the clock.")
    computed: Words = Field(description="The computation in words.")


class DeadlineSet(Fact, type="sla.deadline-set.v1"):
    """A clock is armed."""

    clock_id: ClockId
    kind: ClockKind
    desk: DeskId = Field(description="Whose calendar it runs on, and who is asked first when it is missed.")
    starts: Instant
    deadline: Deadline
    watches: Watched = Watched()


class MoveReason(StrEnum):
    """Why a clock runs until another moment."""

    OWNER_CHANGED = "owner-changed"
    EARLIER_RECEIPT = "earlier-receipt"


class DeadlineMoved(Fact, type="sla.deadline-moved.v1"):
    """The same clock, another moment; the former arming does not fire."""

    clock_id: ClockId
    kind: ClockKind
    desk: DeskId
    starts: Instant
    deadline: Deadline
    arming: int = Field(ge=2, description="How many times it has now been armed.")
    why: MoveReason


class CancelReason(StrEnum):
    """Why a clock stopped without being met or missed."""

    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    RESCHEDULED = "rescheduled"
    RELEASED = "released"
    NO_COMPLAINT = "no-complaint"
    SUPERSEDED = "superseded"
    TICKET_WITHDRAWN = "ticket-withdrawn"
    TRANSFER_OVER = "transfer-over"


class DeadlineCancelled(Fact, type="sla.deadline-cancelled.v1"):
    """Nothing is owed by this clock any more."""

    clock_id: ClockId
    kind: ClockKind
    reason: CancelReason


class DeadlineApproaching(Fact, type="sla.deadline-approaching.v1"):
    """A warning before the moment itself."""

    clock_id: ClockId
    kind: ClockKind
    desk: DeskId
    due: Instant
    watches: Watched = Watched()


class DeadlineMet(Fact, type="sla.deadline-met.v1"):
    """What the clock waited for happened in time."""

    clock_id: ClockId
    kind: ClockKind
    desk: DeskId
    due: Instant
    early_seconds: int = Field(ge=0, description="Wall time left, in seconds.")
    early_working_seconds: int = Field(ge=0, description="Working time left in the clock's calendar, in seconds.")
    watches: Watched = Watched()


class MissReason(StrEnum):
    """How a clock was missed."""

    DUE_PASSED = "due-passed"
    """Nothing had happened when its moment passed."""
    UNILATERAL = "unilateral"
    """A promise was put off without the customer's agreement."""
    HEARD_LATE = "heard-late"
    """It happened, or nothing was wanted any more, but after the due; known before the clock fired."""


class DeadlineMissed(Fact, type="sla.deadline-missed.v1"):
    """The moment passed, and what the clock waited for had not happened."""

    clock_id: ClockId
    kind: ClockKind
    desk: DeskId
    due: Instant
    reason: MissReason
    miss: int = Field(ge=1, description="The how manieth miss on this complaint.")
    fired_late_seconds: int = Field(ge=0, description="How long after its due the clock fired, in seconds.")
    caught_up: bool = Field(True, description="Whether all that had been published by then had been read.")
    watches: Watched = Watched()


class MissCorrected(Fact, type="sla.miss-corrected.v1"):
    """It had happened in time and was only recorded afterwards: the miss does not count."""

    clock_id: ClockId
    kind: ClockKind
    happened_at: Instant
    watches: Watched = Watched()


class DeliveryChannel(StrEnum):
    """By which way an escalation reaches its addressee."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class EscalationRaised(Fact, type="sla.escalation-raised.v1"):
    """A question to a named addressee that wants a human answer by a moment.

    One escalation climbs under one id: raised again at the next level, and at the top again and again.
    """

    escalation_id: EscalationId
    level: int = Field(ge=1)
    addressee: Slug = Field(description="A role of the policy: deputy, coordinator, manager.")
    desk: DeskId = Field(description="The desk that is asked: the accountable one, for a transfer the receiving one.")
    clock_id: ClockId = Field(description="The clock that was missed.")
    kind: ClockKind
    watches: Watched = Watched()
    answer_by: Instant
    policy: Slug
    computed: Words = Field(description="The computation of `answer_by` in words.")
    repeat: int = Field(0, ge=0, description="How often this level was asked before: the top repeats.")
    channels: tuple[DeliveryChannel, ...] = Field((), description="By which ways it is delivered, each on its own.")


class EscalationDelivered(Fact, type="sla.escalation-delivered.v1"):
    """The addressee's server took it."""

    escalation_id: EscalationId
    level: int = Field(ge=1)
    repeat: int = Field(0, ge=0)
    channel: DeliveryChannel
    delivery_id: ContactId
    attempts: int = Field(ge=1)


class EscalationUndelivered(Fact, type="sla.escalation-undelivered.v1"):
    """It could not be delivered by this way; the ladder goes on regardless."""

    escalation_id: EscalationId
    level: int = Field(ge=1)
    repeat: int = Field(0, ge=0)
    channel: DeliveryChannel
    delivery_id: ContactId
    attempts: int = Field(ge=1)
    detail: Term


class EscalationAnswered(Fact, type="sla.escalation-answered.v1"):
    """A human answered with a next step and its date, which is a clock from now on."""

    escalation_id: EscalationId
    by: StaffId
    next_step: Private[str]
    next_step_by: Instant


class EndReason(StrEnum):
    """Why an escalation needs no answer any more."""

    KEPT_LATE = "kept-late"
    DONE_LATE = "done-late"
    CORRECTED = "corrected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    RELEASED = "released"
    RESCHEDULED = "rescheduled"
    TICKET_WITHDRAWN = "ticket-withdrawn"
    NEXT_STEP_DONE = "next-step-done"
    NO_COMPLAINT = "no-complaint"


class EscalationEnded(Fact, type="sla.escalation-ended.v1"):
    """Its cause is gone."""

    escalation_id: EscalationId
    clock_id: ClockId
    reason: EndReason
