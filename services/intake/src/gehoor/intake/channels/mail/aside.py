"""Which mails no person waits for an answer to: what machines send (RFC 3834, RFC 3464), and what came round to us."""

from email.message import Message

from gehoor.events.intake import SetAsideReason
from gehoor.events.terms import Slug
from gehoor.intake.channels.mail.reading import Mail, header

OURS = "X-Gehoor-Reference"
"""Stands in every mail of ours; in a mail to us it says that it came round."""
RECEIVED_MAX = 40
"""Servers on the way; a mail that passed more goes in a circle."""
_DAEMONS = ("mailer-daemon@", "postmaster@")
_PRECEDENCE = {"bulk": SetAsideReason.LIST_MAIL, "list": SetAsideReason.LIST_MAIL, "junk": SetAsideReason.SPAM}
_LIST = ("List-Id", "List-Unsubscribe", "List-Post")
_REPLIED_BY_MACHINE = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")


def why_aside(mail: Mail) -> tuple[SetAsideReason, Slug] | None:
    """Why it is set aside, and what told us so; None where a person may wait for an answer."""
    message = mail.message
    if message.get(OURS) is not None or len(message.get_all("Received", [])) > RECEIVED_MAX:
        return SetAsideReason.LOOP, "came-round"
    if _bounced(mail):
        return SetAsideReason.BOUNCE, "delivery-status"
    if _word(message, "Auto-Submitted") not in {None, "no"}:
        return SetAsideReason.AUTO_REPLY, "auto-submitted"
    if any(message.get(name) is not None for name in _REPLIED_BY_MACHINE):
        return SetAsideReason.AUTO_REPLY, "x-autoreply"
    precedence = _word(message, "Precedence")
    if precedence == "auto_reply":
        return SetAsideReason.AUTO_REPLY, "precedence"
    if precedence in _PRECEDENCE:
        return _PRECEDENCE[precedence], "precedence"
    if any(message.get(name) is not None for name in _LIST):
        return SetAsideReason.LIST_MAIL, "list-headers"
    if _word(message, "X-Spam-Flag") == "yes":
        return SetAsideReason.SPAM, "x-spam-flag"
    return None


def returned_ids(mail: Mail) -> tuple[str, ...]:
    """The ids of the mails that a bounce returns."""
    inner = (part.get("Message-ID") for part in mail.message.walk() if part is not mail.message)
    return tuple(str(message_id).strip() for message_id in inner if message_id is not None)


def _bounced(mail: Mail) -> bool:
    report = mail.message.get_content_type() == "multipart/report"
    daemon = (mail.sender or "").startswith(_DAEMONS)
    return report or daemon or (header(mail.message, "Return-Path") or "").strip() == "<>"


def _word(message: Message, name: str) -> str | None:
    said = header(message, name)
    return said.partition(";")[0].strip().lower() if said else None
