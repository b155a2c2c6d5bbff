"""What routing notes of others' facts, kept to itself: enough to decide again without asking anybody."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.routing import Because
from gehoor.events.terms import Category, DeskId, MatterKind, Severity, Slug, Value


class Finding(Value):
    """What the classification rules make of a matter, whatever kind it is now."""

    category: Category
    severity: Severity
    rule: Slug
    because: Because
    confidence: float = Field(ge=0, le=1)
    desk: DeskId | None = Field(None, description="Of the category; none where the receiving desk keeps it.")
    policy: Slug


class End(StrEnum):
    """How a matter came to an end."""

    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    HANDLED = "handled"


class MatterHeard(Fact, type="routing-notes.matter-heard.v1"):
    """Intake received something; the receiving desk is its first owner."""

    kind: MatterKind
    desk: DeskId
    finding: Finding


class KindChanged(Fact, type="routing-notes.kind-changed.v1"):
    """What was taken for one kind is another."""

    after: MatterKind


class ReferralHeard(Fact, type="routing-notes.referral-heard.v1"):
    """The customer was sent to another counter; it counts like a hand-off."""

    event: UUID = Field(description="Of intake's fact, so that none counts twice.")


class EndHeard(Fact, type="routing-notes.end-heard.v1"):
    """It is over, until it is reopened."""

    how: End


class ReopeningHeard(Fact, type="routing-notes.reopening-heard.v1"):
    """It was not over; referrals and hand-offs count anew."""
