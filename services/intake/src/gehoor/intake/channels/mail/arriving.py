"""What a mail is: a complaint, a contact in a thread we know, or a message to set aside."""

from gehoor.events.envelope import Stream
from gehoor.events.intake import Attachment, ContactPoint, PointKind, SetAsideReason
from gehoor.events.private import Private
from gehoor.events.terms import Channel, ComplaintId, Direction, ForeignId, Joined, Outcome, Slug
from gehoor.intake.channels.arriving import Arrival, Fresh, Kept, kept, language_of
from gehoor.intake.channels.form import confirmation
from gehoor.intake.channels.mail.aside import why_aside
from gehoor.intake.channels.mail.quoting import reply_of
from gehoor.intake.channels.mail.reading import Mail, UnreadableMailError, read
from gehoor.intake.domain.contacts import RecordContact
from gehoor.intake.domain.message import SetAside
from gehoor.intake.domain.receiving import ReceiveComplaint, Sender
from gehoor.intake.policy import Policy
from gehoor.intake.views import MATTER, MESSAGE, message_digest

MEDIA_TYPE = "message/rfc822"
WORDLESS = "-"
"""Stands where a mail has neither words nor subject; what it has is attached."""


def mail(
    raw: bytes, parsed: Mail | UnreadableMailError, joins: ComplaintId | None, policy: Policy, fresh: Fresh
) -> Arrival:
    """What the mail is. `joins` is the matter whose thread it is in, by the ids that only its readers know."""
    whole, body = kept(raw, MEDIA_TYPE)
    if isinstance(parsed, UnreadableMailError):
        return _aside(SetAsideReason.UNREADABLE, parsed.code, None, None, whole, body, fresh)
    if (aside := why_aside(parsed)) is not None:
        return _aside(*aside, parsed, joins, whole, body, fresh)
    if joins is not None:
        return _contact(parsed, joins, whole, body, fresh)
    return _complaint(parsed, whole, body, policy, fresh)


def parse(raw: bytes) -> Mail | UnreadableMailError:
    """The mail, or why it can't be read."""
    try:
        return read(raw)
    except UnreadableMailError as unreadable:
        return unreadable


def own_key(raw: bytes, parsed: Mail | UnreadableMailError) -> str:
    """What the mail is known by, when it comes a second time: its message id, else all of it."""
    if isinstance(parsed, Mail) and parsed.message_id is not None:
        return message_digest(parsed.message_id)
    return kept(raw, MEDIA_TYPE)[1].digest


def thread_keys(answers: tuple[str, ...]) -> tuple[str, ...]:
    """What the messages are known by that a mail answers: the customer's by digest, ours by what is before the @."""
    return tuple(key for answer in answers for key in (message_digest(answer), answer.strip("<>").partition("@")[0]))


def _complaint(mail: Mail, whole: Attachment, body: Kept, policy: Policy, fresh: Fresh) -> Arrival:
    desk = policy.receiving(Channel.EMAIL)
    points = (ContactPoint(kind=PointKind.EMAIL, address=Private(mail.sender)),) if mail.sender else ()
    command = ReceiveComplaint(
        at=fresh.now,
        reference=fresh.reference,
        channel=Channel.EMAIL,
        desk=desk,
        sender=Sender(fresh.customer_id, Private(mail.name) if mail.name else None, points),
        text=Private(mail.text or mail.subject or WORDLESS),
        language=language_of([mail.subject or "", mail.text], policy, desk),
        subject=Private(mail.subject) if mail.subject else None,
        attachments=(whole,),
        channel_id=_channel_id(mail),
        confirm=confirmation(Channel.EMAIL, points, policy, fresh),
    )
    return Arrival(Stream(MATTER, fresh.id), command, (body,), fresh.reference, "complaint")


def _contact(mail: Mail, joins: ComplaintId, whole: Attachment, body: Kept, fresh: Fresh) -> Arrival:
    words = reply_of(mail.text) or mail.subject or WORDLESS
    command = RecordContact(
        at=fresh.now,
        contact_id=fresh.contact_id,
        direction=Direction.IN,
        channel=Channel.EMAIL,
        outcome=Outcome.REACHED,
        joined=Joined.THREAD,
        message=Private(words),
        attachments=(whole,),
        channel_id=_channel_id(mail),
        proves=Private(mail.sender) if mail.sender else None,
    )
    return Arrival(Stream(MATTER, joins), command, (body,))


def _aside(  # noqa: PLR0917
    reason: SetAsideReason,
    detail: Slug,
    mail: Mail | None,
    about: ComplaintId | None,
    whole: Attachment,
    body: Kept,
    fresh: Fresh,
) -> Arrival:
    command = SetAside(
        at=fresh.now,
        reason=reason,
        channel=Channel.EMAIL,
        kept=whole,
        detail=detail,
        channel_id=_channel_id(mail) if mail else None,
        sender=Private(mail.sender) if mail and mail.sender else None,
        about=about,
    )
    return Arrival(Stream(MESSAGE, fresh.id), command, (body,), became="set-aside")


def _channel_id(mail: Mail) -> ForeignId | None:
    return message_digest(mail.message_id) if mail.message_id else None
