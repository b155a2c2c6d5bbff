"""Facts and commands of routing in a test's words: fixed data, one function each."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.routing import (
    AssignReason,
    Because,
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
from gehoor.events.terms import MatterKind, Severity, Warmth
from gehoor.routing.domain.commands import (
    AcceptTransfer,
    DeclineTransfer,
    Forwarding,
    HearAbsence,
    HearEnd,
    HearMatter,
    HearReclassified,
    HearReferral,
    HearReopening,
    HearReturn,
    HearSilence,
    Limit,
    OfferTransfer,
)
from gehoor.routing.domain.ownership import Cover
from gehoor.routing.facts import End, EndHeard, Finding, KindChanged, MatterHeard, ReferralHeard, ReopeningHeard

RECEIVED = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
NOW = RECEIVED + timedelta(minutes=1)
FRONT, BACK, AUDIENCE, NEWSROOM, COORDINATOR = "front-line", "back-office", "audience", "newsroom", "coordinator"
DESKS = frozenset({FRONT, BACK, AUDIENCE, NEWSROOM, COORDINATOR})
ANNA, BEN, CARL = "st_anna", "st_ben", "st_carl"
POLICY = "test-1"
LIMIT = Limit(2, COORDINATOR)
STORY = Private("The old mortgage still shows; the customer has been promised a call three times.")
REASON = Private("This is not about one of our contracts.")

FOUND = Finding(
    category="mortgage",
    severity=Severity.NORMAL,
    rule="words-mortgage",
    because=Because.KEYWORD,
    confidence=0.7,
    desk=None,
    policy=POLICY,
)
FOUND_PRIZE = FOUND.model_copy(update={"category": "prize.not-delivered", "desk": AUDIENCE})
FOUND_NOTHING = Finding(
    category="unclassified",
    severity=Severity.NORMAL,
    rule="none",
    because=Because.NONE,
    confidence=0,
    policy=POLICY,
)


# --- facts -------------------------------------------------------------------------------------------------------


def matter_heard(finding: Finding = FOUND, kind: MatterKind = MatterKind.COMPLAINT, desk: str = FRONT) -> Fact:
    return MatterHeard(occurred_at=RECEIVED, kind=kind, desk=desk, finding=finding)


def classified(finding: Finding = FOUND) -> Fact:
    return ComplaintClassified(
        occurred_at=NOW,
        category=finding.category,
        severity=finding.severity,
        rule=finding.rule,
        because=finding.because,
        confidence=finding.confidence,
        policy=finding.policy,
    )


def assigned(desk: str = FRONT, why: AssignReason = AssignReason.CLASSIFIED, hand_off: int = 0) -> Fact:
    return OwnerAssigned(occurred_at=NOW, desk=desk, why=why, hand_off=hand_off)


def forwarded(desk: str = NEWSROOM, rule: str = "articles") -> Fact:
    return ReportForwarded(occurred_at=NOW, desk=desk, rule=rule, policy=POLICY)


def offered(
    to: str = BACK,
    *,
    by_desk: str = FRONT,
    offer: int = 1,
    hand_off: int = 1,
    context: Private[str] | None = STORY,
) -> Fact:
    return TransferOffered(
        occurred_at=NOW,
        from_desk=by_desk,
        to_desk=to,
        by=ANNA,
        warmth=Warmth.COLD if context is None else Warmth.WARM,
        context=context,
        hand_off=hand_off,
        offer=offer,
    )


def accepted(desk: str = BACK, person: str = BEN, *, offer: int = 1, hand_off: int = 1) -> Fact:
    return OwnerAccepted(occurred_at=NOW, desk=desk, person=person, hand_off=hand_off, offer=offer)


def declined(to: str = BACK, offer: int = 1) -> Fact:
    return TransferDeclined(occurred_at=NOW, from_desk=FRONT, to_desk=to, by=BEN, why=REASON, offer=offer)


def expired(to: str = BACK, *, by_desk: str = FRONT, offer: int = 1) -> Fact:
    return TransferExpired(occurred_at=NOW, from_desk=by_desk, to_desk=to, offer=offer)


def covered(by: str | None = None, person: str = BEN, desk: str = BACK) -> Fact:
    return OwnerCovered(occurred_at=NOW, desk=desk, person=person, covered_by=by)


def cover_ended(person: str = BEN, desk: str = BACK) -> Fact:
    return CoverEnded(occurred_at=NOW, desk=desk, person=person)


def limit_reached(*, hand_offs: int = 0, referrals: int = 0) -> Fact:
    return HandOffLimitReached(occurred_at=NOW, hand_offs=hand_offs, referrals=referrals, limit=2)


def referral_heard(number: int = 1) -> Fact:
    return ReferralHeard(occurred_at=NOW, event=UUID(int=number))


def end_heard(how: End = End.CLOSED) -> Fact:
    return EndHeard(occurred_at=NOW, how=how)


def reopening_heard() -> Fact:
    return ReopeningHeard(occurred_at=NOW)


def kind_changed(after: MatterKind) -> Fact:
    return KindChanged(occurred_at=NOW, after=after)


def complaint(finding: Finding = FOUND, owner: str = FRONT) -> list[Fact]:
    """A complaint that was received at the front line and has its owner."""
    return [matter_heard(finding), classified(finding), assigned(owner)]


def owned_by_ben() -> list[Fact]:
    """A complaint that Ben of the back office took over."""
    return [*complaint(), offered(), accepted()]


# --- commands ----------------------------------------------------------------------------------------------------


def hear_matter(
    finding: Finding = FOUND,
    kind: MatterKind = MatterKind.COMPLAINT,
    desk: str = FRONT,
    forwarding: Forwarding | None = None,
) -> HearMatter:
    return HearMatter(NOW, RECEIVED, kind, desk, finding, COORDINATOR, forwarding)


def hear_reclassified(after: MatterKind, forwarding: Forwarding | None = None) -> HearReclassified:
    return HearReclassified(NOW, after, COORDINATOR, forwarding)


def hear_referral(number: int = 1) -> HearReferral:
    return HearReferral(NOW, UUID(int=number), LIMIT)


def hear_end(how: End = End.CLOSED) -> HearEnd:
    return HearEnd(NOW, how)


def hear_reopening(away: Cover | None = None) -> HearReopening:
    return HearReopening(NOW, away)


def hear_silence(offer: int = 1) -> HearSilence:
    return HearSilence(NOW, offer)


def hear_absence(person: str = BEN, by: str | None = None) -> HearAbsence:
    return HearAbsence(NOW, person, Cover(by))


def hear_return(person: str = BEN) -> HearReturn:
    return HearReturn(NOW, person)


def offer_transfer(to: str = BACK, *, by_desk: str = FRONT, context: Private[str] | None = STORY) -> OfferTransfer:
    warmth = Warmth.COLD if context is None else Warmth.WARM
    return OfferTransfer(NOW, ANNA, by_desk, to, None, warmth, context, DESKS)


def accept_transfer(desk: str = BACK, person: str = BEN, away: Cover | None = None) -> AcceptTransfer:
    return AcceptTransfer(NOW, desk, person, LIMIT, away)


def decline_transfer(desk: str = BACK) -> DeclineTransfer:
    return DeclineTransfer(NOW, BEN, desk, REASON)
