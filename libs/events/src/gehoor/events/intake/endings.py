"""How it ended, and what was learnt."""

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import (
    CloseBasis,
    ComplaintId,
    ContactId,
    DeskId,
    Instant,
    Judgement,
    ReopenReason,
    ResponseKind,
    Solved,
    StaffId,
    Term,
)


class FinalResponseSent(Fact, type="intake.final-response-sent.v1"):
    """What we made of it, in full; a holding response only says why it takes longer and until when."""

    kind: ResponseKind
    admissible: bool
    ground: Term | None = Field(None, description="Of refusing, where it is not admissible.")
    judgement: Judgement
    solved: Solved
    remedy: Private[str] | None = None
    explanation: Private[str]
    appeal_body: Term | None = Field(None, description="Where the customer can go from here.")
    objection_until: Instant | None = Field(None, description="Until when the customer may object.")
    by: StaffId
    contact_id: ContactId | None = None
    delivery_id: ContactId | None = Field(None, description="The message, where the system sends it.")


class CustomerResponded(Fact, type="intake.customer-responded.v1"):
    """The customer accepted what we made of it, or objected."""

    accepted: bool
    recorded_by: StaffId | None = None
    words: Private[str] | None = None


class Closed(Fact, type="intake.closed.v1"):
    """The owner's desk ended it, on a ground; nobody and no silence else does."""

    basis: CloseBasis
    hand_off: int = Field(ge=0, description="The hand-off it was decided on; a later one reopens it.")
    desk: DeskId
    by: StaffId


class Reopened(Fact, type="intake.reopened.v1"):
    """It was not over."""

    reason: ReopenReason
    by: StaffId | None = None
    why: Private[str] | None = None


class Withdrawn(Fact, type="intake.withdrawn.v1"):
    """The customer took it back."""

    by: StaffId | None = None
    why: Private[str] | None = None


class Merged(Fact, type="intake.merged.v1"):
    """It is the same matter as another complaint, which goes on for both."""

    into: ComplaintId
    received_at: Instant = Field(description="The first receipt of this one; the earliest of both counts.")
    by: StaffId


class FeedbackReceived(Fact, type="intake.feedback-received.v1"):
    """How the customer looks back on it."""

    rating: int = Field(ge=1, le=5)
    solved_at_first_contact: bool | None = Field(None, description="In the customer's own judgement.")
    words: Private[str] | None = None


class CauseRecorded(Fact, type="intake.cause-recorded.v1"):
    """Why it happened, beside what the customer called it: two fields, seldom the same."""

    cause: Term
    label: Term | None = None
    by: StaffId
