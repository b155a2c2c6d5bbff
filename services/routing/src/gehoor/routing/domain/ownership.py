"""One matter's ownership: a complaint, remark or report, and exactly one accountable owner from the first fact on.

The state and what evolves it; `commands` says what may be wished, `deciding` what follows from a wish.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from gehoor.events.fact import Fact
from gehoor.events.routing import (
    ComplaintClassified,
    CoverEnded,
    HandOffLimitReached,
    OwnerAccepted,
    OwnerAssigned,
    OwnerCovered,
    ReportForwarded,
    TransferDeclined,
    TransferExpired,
    TransferOffered,
)
from gehoor.events.terms import DeskId, MatterKind, StaffId, Warmth
from gehoor.routing.facts import End, EndHeard, Finding, KindChanged, MatterHeard, ReferralHeard, ReopeningHeard


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers to the customer: a desk, and within it perhaps a person."""

    desk: DeskId
    person: StaffId | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Cover:
    """Who acts while the owning person is away; None: the desk as a whole. The owner stays accountable."""

    by: StaffId | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A transfer that waits for the receiving desk's word."""

    number: int
    from_desk: DeskId
    to_desk: DeskId
    to_person: StaffId | None
    warmth: Warmth
    at: datetime


@dataclass(frozen=True, slots=True)
class Ownership:
    """What routing knows of one matter."""

    kind: MatterKind | None = None
    """None: not heard of yet."""
    received_at: datetime | None = None
    finding: Finding | None = None
    classified: bool = False
    owner: Owner | None = None
    cover: Cover | None = None
    end: End | None = None
    """None: open."""
    hand_off: int = 0
    """How often accountability has moved by a transfer or a limit; never starts again."""
    accepted: int = 0
    """Transfers accepted since it was received or reopened."""
    referrals: int = 0
    """Times the customer was sent elsewhere since then."""
    referral_events: frozenset[UUID] = frozenset()
    limit_reached: bool = False
    offers: int = 0
    offer: Offer | None = None


def evolve(owned: Ownership, fact: Fact) -> Ownership:
    """The state after one more fact.

    Raises:
        TypeError: it is no fact of a matter here; such a history is not to be trusted.
    """
    match fact:
        case MatterHeard():
            return replace(
                owned,
                kind=fact.kind,
                received_at=fact.occurred_at,
                finding=fact.finding,
                owner=Owner(fact.desk, None, fact.occurred_at),
            )
        case KindChanged():
            return replace(owned, kind=fact.after)
        case ComplaintClassified():
            return replace(owned, classified=True)
        case OwnerAssigned():
            return _owned_by(owned, Owner(fact.desk, fact.person, fact.occurred_at), fact.hand_off)
        case ReportForwarded():
            return _owned_by(owned, Owner(fact.desk, None, fact.occurred_at), owned.hand_off)
        case TransferOffered():
            offer = Offer(fact.offer, fact.from_desk, fact.to_desk, fact.to_person, fact.warmth, fact.occurred_at)
            return replace(owned, offer=offer, offers=fact.offer)
        case OwnerAccepted():
            accepted = replace(owned, offer=None, accepted=owned.accepted + 1)
            return _owned_by(accepted, Owner(fact.desk, fact.person, fact.occurred_at), fact.hand_off)
        case TransferDeclined() | TransferExpired():
            return replace(owned, offer=None)
        case OwnerCovered():
            return replace(owned, cover=Cover(fact.covered_by))
        case CoverEnded():
            return replace(owned, cover=None)
        case ReferralHeard():
            return replace(owned, referrals=owned.referrals + 1, referral_events=owned.referral_events | {fact.event})
        case HandOffLimitReached():
            return replace(owned, limit_reached=True)
        case EndHeard():
            return replace(owned, end=fact.how)
        case ReopeningHeard():
            return replace(owned, end=None, accepted=0, referrals=0, limit_reached=False)
        case _:
            raise TypeError(f"{fact.type} is no fact of a matter in routing")


def _owned_by(owned: Ownership, owner: Owner, hand_off: int) -> Ownership:
    return replace(owned, owner=owner, hand_off=hand_off, cover=None)
