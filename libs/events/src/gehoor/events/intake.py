"""What intake states: what came in, what was said, what was promised, and how it ended."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
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
    Evidence,
    ForeignId,
    Instant,
    Joined,
    Judgement,
    Language,
    MatterKind,
    Outcome,
    PromiseId,
    PromiseKind,
    Reference,
    RemarkKind,
    ReopenReason,
    ResponseKind,
    Slug,
    Solved,
    StaffId,
    Step,
    Term,
    Value,
    Warmth,
    Whither,
    Window,
)


class PointKind(StrEnum):
    """By what means a customer can be reached."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    HANDLE = "handle"


class Proof(StrEnum):
    """How sure we are that a contact point is this customer's."""

    CLAIMED = "claimed"
    REPLIED = "replied"
    VERIFIED = "verified"


class ContactPoint(Value):
    """A way to reach a customer, and how sure we are that it is theirs."""

    kind: PointKind
    address: Private[str] = Field(description="Normalised: E.164 for phones, the address for mail.")
    proof: Proof = Proof.CLAIMED


class Attachment(Value):
    """A body kept in the blob store, sealed with the subject's key."""

    digest: Digest
    size: int = Field(ge=0, description="Bytes before sealing.")
    media_type: Term
    name: Private[str] | None = None


class ComplaintReceived(Fact, type="intake.complaint-received.v1"):
    """A customer complained, and from this moment somebody of ours is accountable: the desk named here."""

    reference: Reference = Field(description="Short, safe to read out, with a check character.")
    channel: Channel
    desk: DeskId = Field(description="The receiving desk: the first owner.")
    customer_id: CustomerId = Field(description="Random; says nothing about who it is.")
    name: Private[str] | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    subject: Private[str] | None = None
    text: Private[str] = Field(description="In the customer's own words.")
    language: Language
    label: Term | None = Field(None, description="What the customer called it, from the form's list.")
    product: Term | None = None
    remedy: Private[str] | None = Field(None, description="What the customer wants done.")
    attachments: tuple[Attachment, ...] = ()
    channel_id: ForeignId | None = Field(None, description="The channel's own id of it, hashed where it could name.")
    recorded_by: StaffId | None = Field(None, description="Who of ours wrote it down; none where the customer did.")


class ReportReceived(Fact, type="intake.report-received.v1"):
    """A reader pressed the report button: a short message about a spot on a page, perhaps without a name."""

    reference: Reference
    desk: DeskId = Field(description="The receiving desk; routing forwards it to the one that can fix it.")
    customer_id: CustomerId | None = None
    name: Private[str] | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    page: Private[str] = Field(description="The page's address; it may name a person.")
    spot: Digest = Field(description="Page and selection, digested: equal for readers who report the same line.")
    selection: Private[str] | None = None
    text: Private[str]
    language: Language
    same_as: ComplaintId | None = Field(None, description="The report of the same spot that is already being handled.")


class ReportHandled(Fact, type="intake.report-handled.v1"):
    """The desk that could fix it did, or said why not."""

    by: StaffId
    fixed: bool
    note: Private[str] | None = None
    handled_with: ComplaintId | None = Field(None, description="The report of the same spot that was handled.")


class ReporterThanked(Fact, type="intake.reporter-thanked.v1"):
    """The thanks to a reader who left an address is on its way."""

    channel: Channel
    delivery_id: ContactId


class RemarkReceived(Fact, type="intake.remark-received.v1"):
    """A wish, a question or thanks: no legal clock, and kept all the same."""

    reference: Reference
    kind: RemarkKind
    channel: Channel
    desk: DeskId
    customer_id: CustomerId
    name: Private[str] | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    subject: Private[str] | None = None
    text: Private[str]
    language: Language
    label: Term | None = None
    product: Term | None = None
    attachments: tuple[Attachment, ...] = ()
    channel_id: ForeignId | None = None
    recorded_by: StaffId | None = None


class Reclassified(Fact, type="intake.reclassified.v1"):
    """What was taken for one kind is another; a complaint's clocks count from its first receipt."""

    before: MatterKind
    after: MatterKind
    received_at: Instant = Field(description="The first receipt, from which clocks count.")
    by: StaffId
    why: Private[str]
    remark: RemarkKind | None = Field(None, description="Which remark it is, where it became one.")


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


class PromiseMade(Fact, type="intake.promise-made.v1"):
    """Somebody of the organisation told the customer what to expect, and by when."""

    promise_id: PromiseId
    kind: PromiseKind
    what: Private[str] = Field(description="In the words used to the customer.")
    due: Window = Field(description="From and until; the customer's preferred time where one was asked.")
    promised_by: StaffId
    contact_id: ContactId | None = Field(None, description="The contact in which it was promised.")
    replaces: PromiseId | None = Field(None, description="The promise this one was rescheduled from.")


class PromiseAttempted(Fact, type="intake.promise-attempted.v1"):
    """Somebody tried; it keeps nothing."""

    promise_id: PromiseId
    contact_id: ContactId
    outcome: Outcome


class PromiseKept(Fact, type="intake.promise-kept.v1"):
    """What was promised happened, perhaps late: a promise missed stays missed."""

    promise_id: PromiseId
    by: StaffId
    contact_id: ContactId | None = None
    evidence: Evidence | None = Field(None, description="Of a visit, delivery or payment.")


class PromiseRescheduled(Fact, type="intake.promise-rescheduled.v1"):
    """A new promise took its place. Without the customer's agreement the old one was missed at that moment."""

    promise_id: PromiseId
    replaced_by: PromiseId
    agreed: bool
    by: StaffId


class ReleaseReason(StrEnum):
    """Why nothing is owed any more."""

    CUSTOMER_AGREED = "customer-agreed"
    CUSTOMER_ACCEPTED = "customer-accepted"
    WITHDRAWN = "withdrawn"


class PromiseReleased(Fact, type="intake.promise-released.v1"):
    """The customer let us off; neither kept nor broken."""

    promise_id: PromiseId
    reason: ReleaseReason
    by: StaffId


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


class ErasureGround(StrEnum):
    """Why a person's keys were destroyed."""

    REQUESTED = "requested"
    RETENTION_OVER = "retention-over"
    COURT_ORDER = "court-order"


class PersonErased(Fact, type="intake.person-erased.v1"):
    """The keys of all that was known of a person are gone; drop what you hold in clear."""

    customer_id: CustomerId
    subjects: tuple[ComplaintId, ...]
    ground: ErasureGround
    by: StaffId
