"""What was said, and what was sent."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.intake.people import Attachment
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    ComplaintId,
    ContactId,
    Direction,
    Evidence,
    ForeignId,
    Joined,
    Language,
    Outcome,
    PromiseId,
    Slug,
    StaffId,
    Step,
    Term,
    Warmth,
    Whither,
)


class ContactRecorded(Fact, type="intake.contact-recorded.v1"):
    """The customer came again, or we reached for them."""

    contact_id: ContactId
    direction: Direction
    channel: Channel
    by: StaffId | None = Field(None, description="Who of ours; none where the customer wrote and nobody spoke.")
    outcome: Outcome
    joined: Joined
    steps: tuple[Step, ...] = Field((), description="In the order they were taken.")
    out_of_order: bool = Field(
        False, description="Action was taken before the customer was let speak and acknowledged."
    )
    keeps: tuple[PromiseId, ...] = Field((), description="The promises this contact was meant to keep.")
    gives_answer: bool = Field(False, description="It gave the answer; a clear no with its reason is one.")
    evidence: Evidence | None = Field(None, description="What it showed of a visit, delivery or payment.")
    note: Private[str] | None = None
    message: Private[str] | None = Field(None, description="What was written, by the customer or to the customer.")
    delivery_id: ContactId | None = Field(None, description="The message, where the system sends it.")
    attachments: tuple[Attachment, ...] = ()
    channel_id: ForeignId | None = None


class ReferredElsewhere(Fact, type="intake.referred-elsewhere.v1"):
    """The customer was sent to another counter. It counts as a hand-off; who is accountable does not change."""

    whither: Whither
    warmth: Warmth
    by: StaffId
    to: Private[str] | None = Field(None, description="Whom the customer was sent to.")
    contact_id: ContactId | None = None


class Acknowledged(Fact, type="intake.acknowledged.v1"):
    """The customer was told that we have it, and under which reference."""

    automatic: bool
    language: Language
    channel: Channel
    contact_id: ContactId | None = Field(None, description="The contact in which a person did.")
    delivery_id: ContactId | None = Field(None, description="The message by which the system did.")


class SetAsideReason(StrEnum):
    """Why a message is no complaint and no contact."""

    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"
    LOOP = "loop"
    LIST_MAIL = "list-mail"
    SPAM = "spam"
    UNREADABLE = "unreadable"


class MessageSetAside(Fact, type="intake.message-set-aside.v1"):
    """A message that no person waits for an answer to; kept whole, with the reason."""

    reason: SetAsideReason
    channel: Channel
    kept: Attachment
    detail: Slug | None = Field(None, description="What told us so, as a code.")
    channel_id: ForeignId | None = None
    sender: Private[str] | None = Field(None, description="The address it came from, where it could be read.")
    about: ComplaintId | None = Field(None, description="The complaint whose thread it is in.")


class Reached(StrEnum):
    """What became of a message we sent."""

    DELIVERED = "delivered"
    FAILED = "failed"


class MessageDelivered(Fact, type="intake.message-delivered.v1"):
    """The last word on a message of ours: a server took it, or we gave up after the attempts policy allows."""

    delivery_id: ContactId
    reached: Reached
    attempts: int = Field(ge=1)
    detail: Term | None = None
