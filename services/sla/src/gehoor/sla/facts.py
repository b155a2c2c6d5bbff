"""What sla keeps to itself: what it noted of others, and what became of attempts to deliver."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.terms import (
    ClockId,
    ClockKind,
    ComplaintId,
    ContactId,
    DeskId,
    EscalationId,
    Instant,
    MatterKind,
    Reference,
    Term,
    TicketId,
)


class MatterHeard(Fact, type="sla-notes.matter-heard.v1"):
    """Something came in, and somebody is accountable for it. Clocks count from when it occurred: its first receipt."""

    complaint_id: ComplaintId
    matter: MatterKind
    reference: Reference
    desk: DeskId = Field(description="The first owner.")
    label: Term | None = Field(None, description="What the customer called it, which may have a promise of its own.")


class ReclassificationHeard(Fact, type="sla-notes.reclassification-heard.v1"):
    """What was taken for one kind is another."""

    matter: MatterKind


class EarlierReceiptHeard(Fact, type="sla-notes.earlier-receipt-heard.v1"):
    """Another complaint, received earlier, was merged into this one: clocks count from that receipt."""

    received_at: Instant


class OwnerHeard(Fact, type="sla-notes.owner-heard.v1"):
    """Another desk is accountable from now on."""

    desk: DeskId


class HappeningHeard(Fact, type="sla-notes.happening-heard.v1"):
    """What a clock would wait for happened while none did: an acknowledged remark may yet become a complaint."""

    kind: ClockKind


class LateHappeningHeard(Fact, type="sla-notes.late-happening-heard.v1"):
    """What a missed clock had waited for happened after all, too late."""

    clock_id: ClockId


class TicketSettled(Fact, type="sla-notes.ticket-settled.v1"):
    """A partner's ticket was over before we heard that it had been delivered: no clock is needed."""

    ticket_id: TicketId


class WarningPassed(Fact, type="sla-notes.warning-passed.v1"):
    """The moment to warn came after the due itself: there is nothing left to warn of."""

    clock_id: ClockId


class AttemptResult(StrEnum):
    """What an attempt to deliver came to, where another will follow."""

    FAILED = "failed"
    UNKNOWN = "unknown"


class DeliveryAttempted(Fact, type="sla-notes.delivery-attempted.v1"):
    """An escalation could not be delivered yet; it is tried again with the same key."""

    escalation_id: EscalationId
    delivery_id: ContactId
    attempt: int = Field(ge=1)
    result: AttemptResult
    detail: Term
    next_at: Instant
