"""What came in: complaints, reports and remarks, and what they turn out to be."""

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.intake.people import Attachment, ContactPoint
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    ComplaintId,
    ContactId,
    CustomerId,
    DeskId,
    Digest,
    ForeignId,
    Instant,
    Language,
    MatterKind,
    Reference,
    RemarkKind,
    StaffId,
    Term,
)


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
