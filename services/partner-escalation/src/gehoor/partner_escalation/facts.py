"""What partner-escalation keeps to itself: what it heard of others, and partners' words that came too late.

What may be shown to a partner is kept here, sealed with the complaint's key: it goes when the person is erased.
"""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.intake import ContactPoint
from gehoor.events.partner import ReminderReason
from gehoor.events.private import Private
from gehoor.events.terms import (
    Category,
    ClockId,
    DeskId,
    ForeignId,
    Instant,
    MatterKind,
    Reference,
    StaffId,
    Term,
    TicketId,
    UpdateId,
)


class MatterHeard(Fact, type="partner-escalation-notes.matter-heard.v1"):
    """Something came in. Of it is kept what a policy could let a partner see, and never the customer's words."""

    matter: MatterKind
    desk: DeskId = Field(description="The first owner.")
    reference: Reference
    name: Private[str] | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    product: Term | None = None
    label: Term | None = None


class ReclassificationHeard(Fact, type="partner-escalation-notes.reclassification-heard.v1"):
    """What was taken for one kind is another; only a complaint has tickets."""

    matter: MatterKind


class CategoryHeard(Fact, type="partner-escalation-notes.category-heard.v1"):
    """What routing made of it."""

    category: Category


class OwnerHeard(Fact, type="partner-escalation-notes.owner-heard.v1"):
    """Who answers for it to the customer from now on."""

    desk: DeskId
    person: StaffId | None = None
    hand_off: int = Field(ge=0)


class End(StrEnum):
    """How a complaint ended."""

    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class EndHeard(Fact, type="partner-escalation-notes.end-heard.v1"):
    """It is over."""

    end: End


class ReopeningHeard(Fact, type="partner-escalation-notes.reopening-heard.v1"):
    """It is not over."""


class ErasureHeard(Fact, type="partner-escalation-notes.erasure-heard.v1"):
    """The person was erased: every partner with a ticket is told to delete what it was told."""


class DeadlineHeard(Fact, type="partner-escalation-notes.deadline-heard.v1"):
    """The clock on a partner's answer came near its end, or passed it."""

    ticket_id: TicketId
    clock_id: ClockId
    because: ReminderReason
    due: Instant


class CorrectionHeard(Fact, type="partner-escalation-notes.correction-heard.v1"):
    """The answer had come in time: that miss does not count."""

    ticket_id: TicketId
    clock_id: ClockId


class UpdateKind(StrEnum):
    """What a partner may say of a ticket."""

    ACKNOWLEDGED = "acknowledged"
    PROGRESSED = "progressed"
    QUESTION = "question"
    RESOLVED = "resolved"


class UpdateNoted(Fact, type="partner-escalation-notes.update-noted.v1"):
    """A partner's word that changes nothing: too late, or overtaken by another."""

    ticket_id: TicketId
    update_id: UpdateId
    kind: UpdateKind
    partner_reference: Private[ForeignId] | None = None
    words: Private[str] | None = None


Note = (
    MatterHeard
    | ReclassificationHeard
    | CategoryHeard
    | OwnerHeard
    | EndHeard
    | ReopeningHeard
    | ErasureHeard
    | DeadlineHeard
    | CorrectionHeard
)
"""What is heard of others."""
