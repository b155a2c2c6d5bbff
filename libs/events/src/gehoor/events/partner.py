"""What partner-escalation states: what a third party was asked, what it said, and what we made of its word."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import (
    Category,
    ClockId,
    ForeignId,
    Instant,
    PartnerId,
    Slug,
    StaffId,
    Term,
    TicketId,
    UpdateId,
)


class TicketOpened(Fact, type="partner-escalation.ticket-opened.v1"):
    """A third party is asked to do its part; the customer stays ours."""

    ticket_id: TicketId
    partner: PartnerId
    category: Category
    asked: Private[str] = Field(description="What we want of them.")
    shared_fields: tuple[Slug, ...] = Field(description="Which fields policy lets this partner see for this category.")
    shared: Private[dict[str, str]] = Field(description="Their values, and nothing else of the customer.")
    opened_by: StaffId | None = Field(None, description="None where policy opened it.")
    wanted_by: Instant | None = Field(None, description="None: the agreement with the partner says by when.")
    policy: Slug = Field(description="The version that said what may be shared.")


class WithdrawReason(StrEnum):
    """Why we stopped asking."""

    BY_OWNER = "by-owner"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    NO_COMPLAINT = "no-complaint"


class TicketWithdrawn(Fact, type="partner-escalation.ticket-withdrawn.v1"):
    """We no longer ask it of them."""

    ticket_id: TicketId
    partner: PartnerId
    reason: WithdrawReason
    by: StaffId | None = Field(None, description="None where the complaint itself ended.")
    why: Private[str] | None = None


class TicketKeptOpen(Fact, type="partner-escalation.ticket-kept-open.v1"):
    """The owner wants it done even when the complaint is closed before."""

    ticket_id: TicketId
    partner: PartnerId
    by: StaffId


class MessageKind(StrEnum):
    """What a webhook to a partner says."""

    OPENED = "opened"
    REMINDED = "reminded"
    ANSWERED = "answered"
    DISPUTED = "disputed"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class TicketDelivered(Fact, type="partner-escalation.ticket-delivered.v1"):
    """The partner's server said it has the message."""

    ticket_id: TicketId
    partner: PartnerId
    message: MessageKind
    delivery_id: UpdateId = Field(description="The key, the same over all attempts.")
    attempt: int = Field(ge=1)
    status: int = Field(ge=200, le=299)


class DeliveryFailed(Fact, type="partner-escalation.delivery-failed.v1"):
    """An attempt failed for certain; where `gave_up`, nobody tries again of itself."""

    ticket_id: TicketId
    partner: PartnerId
    message: MessageKind
    delivery_id: UpdateId
    attempt: int = Field(ge=1)
    detail: Term = Field(description="A code: `http-503`, `refused`, `no-endpoint`.")
    gave_up: bool
    next_at: Instant | None = Field(None, description="When the next attempt is due; none after the last.")


class DeliveryUnknown(Fact, type="partner-escalation.delivery-unknown.v1"):
    """No answer came: it may have arrived. It is tried again with the same key."""

    ticket_id: TicketId
    partner: PartnerId
    message: MessageKind
    delivery_id: UpdateId
    attempt: int = Field(ge=1)
    detail: Term = Field(description="A code: `timed-out`, `reset`.")
    gave_up: bool = False
    next_at: Instant | None = Field(None, description="When the next attempt is due; none after the last.")


class RedeliveryAsked(Fact, type="partner-escalation.redelivery-asked.v1"):
    """What was given up is to be told after all, under the same keys."""

    ticket_id: TicketId
    partner: PartnerId
    by: StaffId


class TicketAcknowledged(Fact, type="partner-escalation.ticket-acknowledged.v1"):
    """The partner has it, under its own number."""

    ticket_id: TicketId
    partner: PartnerId
    update_id: UpdateId = Field(description="The partner's choice: the same again has no further effect.")
    partner_reference: Private[ForeignId] | None = Field(None, description="The partner's own number of it.")
    words: Private[str] | None = None


class TicketProgressed(Fact, type="partner-escalation.ticket-progressed.v1"):
    """The partner says it is moving."""

    ticket_id: TicketId
    partner: PartnerId
    update_id: UpdateId
    words: Private[str] | None = None


class QuestionAsked(Fact, type="partner-escalation.question-asked.v1"):
    """The partner wants to know something first."""

    ticket_id: TicketId
    partner: PartnerId
    update_id: UpdateId
    question: Private[str]


class QuestionAnswered(Fact, type="partner-escalation.question-answered.v1"):
    """We told them."""

    ticket_id: TicketId
    partner: PartnerId
    question: UpdateId = Field(description="The update that asked it.")
    answer: Private[str]
    by: StaffId


class TicketResolved(Fact, type="partner-escalation.ticket-resolved.v1"):
    """The partner says it is done: its word, not yet our judgement."""

    ticket_id: TicketId
    partner: PartnerId
    update_id: UpdateId
    words: Private[str] | None = None


class ResolutionAccepted(Fact, type="partner-escalation.resolution-accepted.v1"):
    """Our owner, who asked the customer, agrees that it is done."""

    ticket_id: TicketId
    partner: PartnerId
    by: StaffId


class ResolutionDisputed(Fact, type="partner-escalation.resolution-disputed.v1"):
    """Our owner, who asked the customer, says it is not done."""

    ticket_id: TicketId
    partner: PartnerId
    by: StaffId
    why: Private[str]


class ReminderReason(StrEnum):
    """Which word of sla's a reminder follows."""

    APPROACHING = "approaching"
    MISSED = "missed"


class PartnerReminded(Fact, type="partner-escalation.partner-reminded.v1"):
    """The partner is reminded, because its deadline comes near or has passed."""

    ticket_id: TicketId
    partner: PartnerId
    reminder: int = Field(ge=1, description="The how manieth on this ticket.")
    because: ReminderReason
    clock_id: ClockId | None = Field(None, description="The clock that comes near or was missed.")
    due: Instant | None = Field(None, description="When the answer is or was due.")
