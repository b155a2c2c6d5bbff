"""The words facts are made of: ids, codes, instants, and the bounds of each.

No fact holds a free string: what a person said or is called is `Private`, everything else is one of these.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, NewType
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, model_validator

ComplaintId = NewType("ComplaintId", UUID)
"""The subject of a complaint, remark or report: the id stays when it is reclassified."""
CustomerId = NewType("CustomerId", UUID)
ContactId = NewType("ContactId", UUID)
PromiseId = NewType("PromiseId", UUID)
ClockId = NewType("ClockId", UUID)
EscalationId = NewType("EscalationId", UUID)
TicketId = NewType("TicketId", UUID)
UpdateId = NewType("UpdateId", UUID)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A code of the organisation: a desk, category, partner, calendar or policy version."""
DeskId = Slug
PartnerId = Slug
Category = Slug
StaffId = Annotated[str, StringConstraints(pattern=r"^st_[a-z0-9]{1,32}$")]
"""An opaque id of somebody of ours, or `st_system`; names live in the roster, not in facts."""


def _no_number(term: str) -> str:
    if re.search(r"\d{7}", term):
        message = "a term holds no number long enough to be a phone's"
        raise ValueError(message)
    return term


Term = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f@]{1,120}$"), AfterValidator(_no_number)]
"""A word from a list: a label, a product. No control characters, no address, no number long enough to be a phone's."""
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]{0,2000}$")]
"""A sentence that our own code made out of codes and numbers; never a person's words."""
Reference = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$")]
"""What a customer reads out on the phone: Crockford base 32, the last character a check on the others."""
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""What identifies a body in the blob store."""
ForeignId = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x20\x7f]{1,255}$")]
"""Somebody else's id of the same thing (a message id, a row's key): opaque, without blanks."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""ISO 639-1: nl, fr, en, de."""


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An aware moment, kept in UTC."""


class Value(BaseModel):
    """A part of a fact. Immutable; a reader ignores fields that a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Window(Value):
    """From and until, the first optional: when something was promised, or when the customer can be reached."""

    starts: Instant | None = None
    until: Instant

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.starts is not None and self.starts >= self.until:
            message = "a window's start must lie before its end"
            raise ValueError(message)
        return self


class Channel(StrEnum):
    """How something reached us, or we reached out."""

    WEB = "web"
    PHONE = "phone"
    DESK = "desk"
    LETTER = "letter"
    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"
    SYSTEM = "system"


class Direction(StrEnum):
    """Seen from us: in is the customer who came, out is us reaching for them."""

    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    """What became of a contact."""

    REACHED = "reached"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no-answer"
    SENT = "sent"
    BOUNCED = "bounced"


class Step(StrEnum):
    """What was done in a contact: attention first, then action."""

    LET_SPEAK = "let-speak"
    ACKNOWLEDGED = "acknowledged"
    SYMPATHISED = "sympathised"
    APOLOGISED = "apologised"
    TOOK_RESPONSIBILITY = "took-responsibility"
    SUMMARISED = "summarised"
    OFFERED_OPTIONS = "offered-options"
    EXPLAINED = "explained"
    SAID_NO = "said-no"
    FIXED = "fixed"
    NOTED_PREVENTION = "noted-prevention"


ATTENTION = frozenset({Step.LET_SPEAK, Step.ACKNOWLEDGED, Step.SYMPATHISED, Step.APOLOGISED, Step.TOOK_RESPONSIBILITY})


class Joined(StrEnum):
    """How a contact was tied to its complaint: on proof, or because staff, who sees the candidates, said so."""

    FIRST = "first"
    THREAD = "thread"
    REPLY_ADDRESS = "reply-address"
    SIGNED_LINK = "signed-link"
    STAFF = "staff"
    OURS = "ours"


class MatterKind(StrEnum):
    """Not everything that comes in is a complaint."""

    COMPLAINT = "complaint"
    REMARK = "remark"
    REPORT = "report"


class RemarkKind(StrEnum):
    """What a remark is: nobody is owed an answer by law, and still it is kept."""

    WISH = "wish"
    QUESTION = "question"
    THANKS = "thanks"


class PromiseKind(StrEnum):
    """What was promised decides what keeps it."""

    CALL_BACK = "call-back"
    ANSWER = "answer"
    VISIT = "visit"
    DELIVERY = "delivery"
    PAYMENT = "payment"


class Evidence(StrEnum):
    """What shows that a visit, delivery or payment took place; our own "sent" does not."""

    CUSTOMER_CONFIRMED = "customer-confirmed"
    SIGNED_RECEIPT = "signed-receipt"
    BANK_STATEMENT = "bank-statement"
    PHOTOGRAPH = "photograph"
    TRACKING_DELIVERED = "tracking-delivered"


class ResponseKind(StrEnum):
    """A holding response explains a delay; only the other two end the investigation."""

    FINAL = "final"
    SUMMARY = "summary"
    HOLDING = "holding"


class Judgement(StrEnum):
    """What we made of the complaint."""

    FOUNDED = "founded"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"
    NONE = "none"


class Solved(StrEnum):
    """How far the matter itself was put right."""

    FULLY = "fully"
    PARTLY = "partly"
    NOT = "not"


class CloseBasis(StrEnum):
    """On what ground a complaint may end; silence is none."""

    ACCEPTED = "accepted"
    OBJECTION_PERIOD_OVER = "objection-period-over"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ReopenReason(StrEnum):
    """Why a complaint that was closed is not."""

    CUSTOMER_CAME_BACK = "customer-came-back"
    BY_STAFF = "by-staff"
    OWNER_HAD_CHANGED = "owner-had-changed"


class Warmth(StrEnum):
    """Warm: with the whole story, while the receiver listens. Cold: a number and good luck."""

    WARM = "warm"
    COLD = "cold"


class Whither(StrEnum):
    """Where a customer was sent."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class Severity(StrEnum):
    """How much it matters to the customer, as policy sees it."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class ClockKind(StrEnum):
    """The clock table of the documentation, one line each."""

    ACKNOWLEDGEMENT = "acknowledgement"
    FIRST_ANSWER = "first-answer"
    RESOLUTION = "resolution"
    PROMISE = "promise"
    TRANSFER = "transfer"
    PARTNER_ANSWER = "partner-answer"
    NEXT_STEP = "next-step"
    REPORT = "report"
