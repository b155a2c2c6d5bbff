"""Receiving: from the first fact on, a desk of ours is accountable."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Acknowledged,
    Attachment,
    ComplaintReceived,
    ContactPoint,
    PointKind,
    RemarkReceived,
    ReporterThanked,
    ReportHandled,
    ReportReceived,
)
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    ComplaintId,
    ContactId,
    CustomerId,
    DeskId,
    Digest,
    ForeignId,
    Language,
    MatterKind,
    Reference,
    RemarkKind,
    StaffId,
    Term,
)
from gehoor.intake.domain import contacts, refusing
from gehoor.intake.domain.contacts import RecordContact
from gehoor.intake.domain.state import Matter, Status


@dataclass(frozen=True, slots=True)
class Sender:
    """Who came, as far as they said."""

    customer_id: CustomerId
    name: Private[str] | None = None
    points: tuple[ContactPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmReceipt:
    """An acknowledgement by the system."""

    channel: Channel
    delivery_id: ContactId | None = None
    """The mail it goes by; None where the answer to the caller is the acknowledgement."""


@dataclass(frozen=True, slots=True)
class ReceiveComplaint:
    """A customer complained."""

    at: datetime
    reference: Reference
    channel: Channel
    desk: DeskId
    sender: Sender
    text: Private[str]
    language: Language
    subject: Private[str] | None = None
    label: Term | None = None
    product: Term | None = None
    remedy: Private[str] | None = None
    attachments: tuple[Attachment, ...] = ()
    channel_id: ForeignId | None = None
    recorded_by: StaffId | None = None
    contact: RecordContact | None = None
    """The contact in which a person received it."""
    confirm: ConfirmReceipt | None = None


@dataclass(frozen=True, slots=True)
class ReceiveRemark:
    """A customer wished, asked or thanked."""

    at: datetime
    reference: Reference
    kind: RemarkKind
    channel: Channel
    desk: DeskId
    sender: Sender
    text: Private[str]
    language: Language
    subject: Private[str] | None = None
    label: Term | None = None
    product: Term | None = None
    attachments: tuple[Attachment, ...] = ()
    channel_id: ForeignId | None = None
    recorded_by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class ReceiveReport:
    """A reader pressed the report button."""

    at: datetime
    reference: Reference
    desk: DeskId
    sender: Sender | None
    page: Private[str]
    spot: Digest
    text: Private[str]
    language: Language
    selection: Private[str] | None = None
    same_as: ComplaintId | None = None
    """The report of the same spot that is being handled."""


@dataclass(frozen=True, slots=True)
class HandleReport:
    """The desk that could fix it did, or says why not."""

    at: datetime
    by: StaffId
    fixed: bool
    note: Private[str] | None = None
    handled_with: ComplaintId | None = None
    thanks_id: ContactId | None = None
    """Of the thanks to a reader who left an address."""


def complaint(matter: Matter, command: ReceiveComplaint) -> Iterator[Fact]:
    """Received; and acknowledged, by the person who took it or by the system, never by both."""
    if matter.status is not Status.UNKNOWN:
        return
    received = ComplaintReceived(
        occurred_at=command.at,
        reference=command.reference,
        channel=command.channel,
        desk=command.desk,
        customer_id=command.sender.customer_id,
        name=command.sender.name,
        contact_points=command.sender.points,
        subject=command.subject,
        text=command.text,
        language=command.language,
        label=command.label,
        product=command.product,
        remedy=command.remedy,
        attachments=command.attachments,
        channel_id=command.channel_id,
        recorded_by=command.recorded_by,
    )
    yield received
    by_a_person = False
    if command.contact is not None:
        blank = replace(matter, status=Status.OPEN, kind=MatterKind.COMPLAINT, language=command.language)
        for fact in contacts.record(blank, command.contact):
            if isinstance(fact, Acknowledged):
                by_a_person = True
                yield fact if command.confirm is None else _in_writing(fact, command.confirm)
            else:
                yield fact
    if command.confirm is not None and not by_a_person:
        yield Acknowledged(
            occurred_at=command.at,
            automatic=True,
            language=command.language,
            channel=command.confirm.channel,
            delivery_id=command.confirm.delivery_id,
        )


def _in_writing(acknowledged: Acknowledged, confirm: ConfirmReceipt) -> Acknowledged:
    """By a person, and confirmed by the mail that would have gone out anyhow."""
    return acknowledged.model_copy(update={"delivery_id": confirm.delivery_id})


def remark(matter: Matter, command: ReceiveRemark) -> Iterator[Fact]:
    """A remark is kept, and nobody's clock runs for it."""
    if matter.status is not Status.UNKNOWN:
        return
    yield RemarkReceived(
        occurred_at=command.at,
        reference=command.reference,
        kind=command.kind,
        channel=command.channel,
        desk=command.desk,
        customer_id=command.sender.customer_id,
        name=command.sender.name,
        contact_points=command.sender.points,
        subject=command.subject,
        text=command.text,
        language=command.language,
        label=command.label,
        product=command.product,
        attachments=command.attachments,
        channel_id=command.channel_id,
        recorded_by=command.recorded_by,
    )


def report(matter: Matter, command: ReceiveReport) -> Iterator[Fact]:
    """A report goes its fast lane; of the same spot only the first is to be handled."""
    if matter.status is not Status.UNKNOWN:
        return
    sender = command.sender
    yield ReportReceived(
        occurred_at=command.at,
        reference=command.reference,
        desk=command.desk,
        customer_id=sender.customer_id if sender else None,
        name=sender.name if sender else None,
        contact_points=sender.points if sender else (),
        page=command.page,
        spot=command.spot,
        selection=command.selection,
        text=command.text,
        language=command.language,
        same_as=command.same_as,
    )


def handle_report(matter: Matter, command: HandleReport) -> Iterator[Fact]:
    """Handled, and the reader thanked where an address is known. With another report: not if it was already."""
    if command.handled_with is not None and matter.status is not Status.OPEN:
        return
    refusing.not_over(matter)
    if matter.kind is not MatterKind.REPORT:
        raise Refusal("not-a-report", f"It is a {matter.kind}.", ["close it", "reclassify it as a report"])
    yield ReportHandled(
        occurred_at=command.at,
        by=command.by,
        fixed=command.fixed,
        note=command.note,
        handled_with=command.handled_with,
    )
    if command.thanks_id is not None and matter.point(PointKind.EMAIL) is not None:
        yield ReporterThanked(occurred_at=command.at, channel=Channel.EMAIL, delivery_id=command.thanks_id)
