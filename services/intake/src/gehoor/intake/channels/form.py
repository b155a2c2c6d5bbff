"""The complaint form: web, phone note, desk, letter transcript and chat are one shape with the channel named."""

from base64 import b64decode
from binascii import Error as NoBase64Error
from typing import Annotated

from pydantic import Field

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Stream
from gehoor.events.intake import Attachment, ContactPoint, PointKind
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    CustomerId,
    DeskId,
    Direction,
    ForeignId,
    Instant,
    Joined,
    Language,
    Outcome,
    RemarkKind,
    StaffId,
    Step,
    Term,
)
from gehoor.intake.channels.arriving import Arrival, Fresh, Kept, kept, language_of
from gehoor.intake.domain.contacts import RecordContact
from gehoor.intake.domain.promises import SYSTEM
from gehoor.intake.domain.receiving import ConfirmReceipt, ReceiveComplaint, ReceiveRemark, Sender
from gehoor.intake.points import normalised
from gehoor.intake.policy import Policy
from gehoor.intake.views import MATTER
from gehoor.runtime.http.bodies import Body, HeaderSafe
from gehoor.runtime.http.bodies import text as words

TEXT_MAX = 20_000
"""Characters of what a customer says: what is longer comes as an attachment."""
_BASE64_MAX = 700_000


class PointForm(Body):
    """A way to reach the customer."""

    kind: PointKind
    address: Annotated[str, words(320)]


class AttachmentForm(Body):
    """A small body; larger ones come by mail."""

    name: HeaderSafe | None = None
    media_type: Annotated[str, Field(pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}$")]
    base64: Annotated[str, Field(max_length=_BASE64_MAX)]


class ContactPart(Body):
    """The contact in which a person received it."""

    steps: list[Step] = Field(default_factory=list, max_length=20)
    note: Annotated[str, words(TEXT_MAX)] | None = None


class Form(Body):
    """What complaints and remarks have in common."""

    channel: Channel
    text: Annotated[str, words(TEXT_MAX)] = Field(description="In the customer's own words.")
    subject: HeaderSafe | None = None
    name: HeaderSafe | None = None
    contact_points: list[PointForm] = Field(default_factory=list, max_length=10)
    customer_id: CustomerId | None = Field(None, description="Where staff or a system knows who it is.")
    language: Language | None = Field(None, description="Found from the text where it is not given.")
    label: Term | None = Field(None, description="What the customer calls it, from your list.")
    product: Term | None = None
    desk: DeskId | None = Field(None, description="The receiving desk; the channel's where none is named.")
    attachments: list[AttachmentForm] = Field(default_factory=list, max_length=10)
    channel_id: ForeignId | None = Field(None, description="The channel's own id of it.")
    occurred_at: Instant | None = Field(None, description="When it happened; now, where it is not given.")
    by: StaffId | None = Field(None, description="Who of yours wrote it down, where the key is a system's.")


class ComplaintForm(Form):
    """A complaint, whatever channel it came by."""

    remedy: Annotated[str, words(2000)] | None = Field(None, description="What the customer wants done.")
    contact: ContactPart | None = None


class RemarkForm(Form):
    """A wish, a question or thanks."""

    kind: RemarkKind


def complaint(form: ComplaintForm, policy: Policy, fresh: Fresh, staff: StaffId | None) -> Arrival:
    """A complaint. `staff` is who of ours wrote it down, None where the customer did."""
    at = policy.happened(form.occurred_at, fresh.now, form.channel)
    desk = policy.receiving(form.channel, form.desk)
    attachments, bodies = _attachments(form)
    points = contact_points(form.contact_points, policy)
    command = ReceiveComplaint(
        at=at,
        reference=fresh.reference,
        channel=form.channel,
        desk=desk,
        sender=_sender(form, fresh, points),
        text=Private(form.text),
        language=form.language or language_of([form.subject or "", form.text], policy, desk),
        subject=_private(form.subject),
        label=form.label,
        product=form.product,
        remedy=_private(form.remedy),
        attachments=attachments,
        channel_id=form.channel_id,
        recorded_by=staff,
        contact=None if form.contact is None else _first(form, form.contact, fresh, staff),
        confirm=confirmation(form.channel, points, policy, fresh) or _in_writing(form, points, policy, fresh),
    )
    return Arrival(Stream(MATTER, fresh.id), command, bodies, fresh.reference, "complaint")


def remark(form: RemarkForm, policy: Policy, fresh: Fresh, staff: StaffId | None) -> Arrival:
    """A remark."""
    desk = policy.receiving(form.channel, form.desk)
    attachments, bodies = _attachments(form)
    command = ReceiveRemark(
        at=policy.happened(form.occurred_at, fresh.now, form.channel),
        reference=fresh.reference,
        kind=form.kind,
        channel=form.channel,
        desk=desk,
        sender=_sender(form, fresh, contact_points(form.contact_points, policy)),
        text=Private(form.text),
        language=form.language or language_of([form.subject or "", form.text], policy, desk),
        subject=_private(form.subject),
        label=form.label,
        product=form.product,
        attachments=attachments,
        channel_id=form.channel_id,
        recorded_by=staff,
    )
    return Arrival(Stream(MATTER, fresh.id), command, bodies, fresh.reference, "remark")


def contact_points(points: list[PointForm], policy: Policy) -> tuple[ContactPoint, ...]:
    """The contact points as they are kept: claimed, until something proves them.

    Raises:
        Refusal: one of them is no such address.
    """
    found = []
    for place, point in enumerate(points):
        try:
            address = normalised(point.kind, point.address, policy.intake.region)
        except ValueError as wrong:
            field = f"#/contact_points/{place}/address"
            raise Refusal("invalid-contact-point", f"{field}: {wrong}", field=field) from None
        found.append(ContactPoint(kind=point.kind, address=Private(address)))
    return tuple(dict.fromkeys(found))


def confirmation(
    channel: Channel, points: tuple[ContactPoint, ...], policy: Policy, fresh: Fresh
) -> ConfirmReceipt | None:
    """How the system acknowledges: by mail; where there is no address, in its answer to who asked; else not at all."""
    address = next((point.address.reveal() for point in points if point.kind is PointKind.EMAIL), None)
    if not policy.acknowledges(channel, address):
        return None
    if address is not None:
        return ConfirmReceipt(Channel.EMAIL, fresh.delivery_id)
    return ConfirmReceipt(channel) if channel in {Channel.WEB, Channel.SYSTEM} else None


def _in_writing(
    form: ComplaintForm, points: tuple[ContactPoint, ...], policy: Policy, fresh: Fresh
) -> ConfirmReceipt | None:
    """What a person acknowledged by word of mouth is confirmed by mail, where there is an address."""
    told = form.contact is not None and Step.ACKNOWLEDGED in form.contact.steps
    address = next((point.address.reveal() for point in points if point.kind is PointKind.EMAIL), None)
    if not told or address is None or policy.machine(address):
        return None
    return ConfirmReceipt(Channel.EMAIL, fresh.delivery_id)


def _first(form: ComplaintForm, contact: ContactPart, fresh: Fresh, staff: StaffId | None) -> RecordContact:
    return RecordContact(
        at=form.occurred_at or fresh.now,
        contact_id=fresh.contact_id,
        direction=Direction.IN,
        channel=form.channel,
        outcome=Outcome.REACHED,
        joined=Joined.FIRST,
        by=staff or SYSTEM,
        steps=tuple(contact.steps),
        note=_private(contact.note),
    )


def _sender(form: Form, fresh: Fresh, points: tuple[ContactPoint, ...]) -> Sender:
    return Sender(form.customer_id or fresh.customer_id, _private(form.name), points)


def _attachments(form: Form) -> tuple[tuple[Attachment, ...], tuple[Kept, ...]]:
    attachments, bodies = [], []
    for place, attached in enumerate(form.attachments):
        try:
            body = b64decode(attached.base64, validate=True)
        except NoBase64Error:
            field = f"#/attachments/{place}/base64"
            raise Refusal("invalid-attachment", f"{field}: no base64", field=field) from None
        attachment, held = kept(body, attached.media_type, attached.name)
        attachments.append(attachment)
        bodies.append(held)
    return tuple(attachments), tuple(bodies)


def _private(said: str | None) -> Private[str] | None:
    return None if said is None else Private(said)
