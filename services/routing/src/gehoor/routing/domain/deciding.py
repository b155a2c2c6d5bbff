"""What follows from a wish: who owns a matter next, and what is refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from gehoor.events.deciding import Decider, Refusal
from gehoor.events.fact import Fact
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
from gehoor.events.terms import DeskId, MatterKind, StaffId, Warmth
from gehoor.routing.domain.commands import (
    AcceptTransfer,
    Command,
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
from gehoor.routing.domain.ownership import Cover, Offer, Owner, Ownership, evolve
from gehoor.routing.facts import End, EndHeard, Finding, KindChanged, MatterHeard, ReferralHeard, ReopeningHeard


def decide(owned: Ownership, command: Command) -> Sequence[Fact]:
    """The facts that follow from a command, none when it changes nothing.

    Raises:
        Refusal: the wish contradicts what has happened; says what, and what would be possible.
    """
    match command:
        case HearMatter():
            return _hear_matter(owned, command)
        case HearReclassified():
            return _hear_reclassified(owned, command)
        case HearReferral():
            return _hear_referral(owned, command)
        case HearEnd():
            return _hear_end(owned, command)
        case HearReopening():
            return _hear_reopening(owned, command)
        case HearSilence():
            return _hear_silence(owned, command)
        case HearAbsence():
            return _hear_absence(owned, command)
        case HearReturn():
            return _hear_return(owned, command)
        case OfferTransfer():
            return _offer_transfer(owned, command)
        case AcceptTransfer():
            return _accept_transfer(owned, command)
        case DeclineTransfer():
            return _decline_transfer(owned, command)
        case _:
            assert_never(command)


OWNERSHIP: Decider[Ownership, Command] = Decider(initial=Ownership(), evolve=evolve, decide=decide)


# --- what others' facts mean -------------------------------------------------------------------------------------


def _hear_matter(owned: Ownership, heard: HearMatter) -> Sequence[Fact]:
    if owned.finding is not None:
        return ()
    noted = MatterHeard(occurred_at=heard.received_at, kind=heard.kind, desk=heard.desk, finding=heard.finding)
    match heard.kind:
        case MatterKind.COMPLAINT:
            assigned = _assigned(heard.finding, heard.desk, heard.coordinator, heard.at)
            return noted, _classified(heard.finding, heard.at), assigned
        case MatterKind.REMARK:
            return noted, _assigned(heard.finding, heard.desk, heard.desk, heard.at)
        case MatterKind.REPORT:
            return noted, _forwarded(heard.forwarding, heard.desk, heard.finding, heard.at)
        case _:
            assert_never(heard.kind)


def _hear_reclassified(owned: Ownership, heard: HearReclassified) -> Sequence[Fact]:
    """Another kind; a desk that has accepted it keeps it."""
    if owned.kind is heard.after:
        return ()
    facts: list[Fact] = [KindChanged(occurred_at=heard.at, after=heard.after)]
    if owned.end is End.HANDLED:
        facts.append(ReopeningHeard(occurred_at=heard.at))
    if owned.finding is None or owned.owner is None:
        return facts
    stays = owned.hand_off > 0
    if heard.after is MatterKind.COMPLAINT and not owned.classified:
        facts.append(_classified(owned.finding, heard.at))
        if not stays:
            facts += _without_offer(owned, heard.at)
            facts.append(_assigned(owned.finding, owned.owner.desk, heard.coordinator, heard.at))
    elif heard.after is MatterKind.REPORT and not stays:
        facts += _without_offer(owned, heard.at)
        facts.append(_forwarded(heard.forwarding, owned.owner.desk, owned.finding, heard.at))
    return facts


def _hear_referral(owned: Ownership, heard: HearReferral) -> Sequence[Fact]:
    if heard.event in owned.referral_events:
        return ()
    noted = ReferralHeard(occurred_at=heard.at, event=heard.event)
    return noted, *_past_limit(evolve(owned, noted), heard.limit, heard.at)


def _hear_end(owned: Ownership, heard: HearEnd) -> Sequence[Fact]:
    if owned.end is heard.how:
        return ()
    return *_without_offer(owned, heard.at), EndHeard(occurred_at=heard.at, how=heard.how)


def _hear_reopening(owned: Ownership, heard: HearReopening) -> Sequence[Fact]:
    if owned.end is None:
        return ()
    reopened: Fact = ReopeningHeard(occurred_at=heard.at)
    if owned.owner is None or owned.owner.person is None or owned.cover == heard.away:
        return (reopened,)
    return reopened, _covered(owned.owner.desk, owned.owner.person, heard.away, heard.at)


def _hear_silence(owned: Ownership, heard: HearSilence) -> Sequence[Fact]:
    if owned.offer is None or owned.offer.number != heard.offer:
        return ()
    return _without_offer(owned, heard.at)


def _hear_absence(owned: Ownership, heard: HearAbsence) -> Sequence[Fact]:
    if owned.owner is None or owned.owner.person != heard.person or owned.end is not None or owned.cover == heard.cover:
        return ()
    return (_covered(owned.owner.desk, heard.person, heard.cover, heard.at),)


def _hear_return(owned: Ownership, heard: HearReturn) -> Sequence[Fact]:
    if owned.owner is None or owned.owner.person != heard.person or owned.cover is None:
        return ()
    return (_covered(owned.owner.desk, heard.person, None, heard.at),)


# --- transfers ---------------------------------------------------------------------------------------------------


def _offer_transfer(owned: Ownership, wish: OfferTransfer) -> Sequence[Fact]:
    owner = _open_owner(owned)
    if wish.desk != owner.desk:
        raise Refusal("not-owner", f"only {owner.desk}, which owns it, can hand it over", [f"ask {owner.desk}"])
    if owned.offer is not None:
        waits = f"it has been offered to {owned.offer.to_desk}, which has not answered yet"
        raise Refusal("transfer-open", waits, ["wait for the answer or for its deadline"])
    if wish.to_desk not in wish.desks:
        raise Refusal("unknown-desk", f"there is no desk {wish.to_desk}", sorted(wish.desks - {owner.desk}))
    if wish.to_desk == owner.desk:
        raise Refusal("own-desk", f"{owner.desk} owns it already", sorted(wish.desks - {owner.desk}))
    if wish.warmth is Warmth.WARM and wish.context is None:
        raise Refusal("no-context", "a warm transfer carries the story so far", ["give a context", "hand over cold"])
    if wish.warmth is Warmth.COLD and wish.context is not None:
        raise Refusal("cold-with-context", "a transfer that carries the story is a warm one", ["hand over warm"])
    offered = TransferOffered(
        occurred_at=wish.at,
        from_desk=owner.desk,
        to_desk=wish.to_desk,
        to_person=wish.to_person,
        by=wish.by,
        warmth=wish.warmth,
        context=wish.context,
        hand_off=owned.hand_off + 1,
        offer=owned.offers + 1,
    )
    return (offered,)


def _accept_transfer(owned: Ownership, wish: AcceptTransfer) -> Sequence[Fact]:
    offer = _offer_to(owned, wish.desk)
    accepted = OwnerAccepted(
        occurred_at=wish.at,
        desk=wish.desk,
        person=wish.person,
        hand_off=owned.hand_off + 1,
        offer=offer.number,
    )
    past = _past_limit(evolve(owned, accepted), wish.limit, wish.at)
    if wish.away is None or any(isinstance(fact, OwnerAssigned) for fact in past):
        return accepted, *past
    return accepted, _covered(wish.desk, wish.person, wish.away, wish.at), *past


def _decline_transfer(owned: Ownership, wish: DeclineTransfer) -> Sequence[Fact]:
    offer = _offer_to(owned, wish.desk)
    declined = TransferDeclined(
        occurred_at=wish.at,
        from_desk=offer.from_desk,
        to_desk=offer.to_desk,
        by=wish.by,
        why=wish.why,
        offer=offer.number,
    )
    return (declined,)


def _open_owner(owned: Ownership) -> Owner:
    """The owner of a matter that is open.

    Raises:
        Refusal: nothing is known of it, or it has ended.
    """
    if owned.owner is None:
        raise Refusal("unknown", "nothing is known of it here", ["ask again in a moment"])
    if owned.end is not None:
        raise Refusal("ended", f"it was {owned.end}", [] if owned.end is End.MERGED else ["reopen it first"])
    return owned.owner


def _offer_to(owned: Ownership, desk: DeskId) -> Offer:
    """The offer that waits for that desk.

    Raises:
        Refusal: the matter has ended, or none waits for that desk.
    """
    owner = _open_owner(owned)
    if owned.offer is None:
        raise Refusal("no-transfer", f"no transfer is open; {owner.desk} owns it", [f"ask {owner.desk} to offer it"])
    if owned.offer.to_desk != desk:
        raise Refusal("not-receiver", f"it was offered to {owned.offer.to_desk}", [f"ask {owned.offer.to_desk}"])
    return owned.offer


# --- the parts of a decision -------------------------------------------------------------------------------------


def _classified(finding: Finding, at: datetime) -> ComplaintClassified:
    return ComplaintClassified(
        occurred_at=at,
        category=finding.category,
        severity=finding.severity,
        rule=finding.rule,
        because=finding.because,
        confidence=finding.confidence,
        policy=finding.policy,
    )


def _assigned(finding: Finding, receiving: DeskId, unmatched: DeskId, at: datetime) -> OwnerAssigned:
    """The category's desk; the receiving one where the category has none; `unmatched` where nothing matched."""
    if finding.because is Because.NONE:
        return OwnerAssigned(occurred_at=at, desk=unmatched, why=AssignReason.NOTHING_MATCHED, hand_off=0)
    return OwnerAssigned(occurred_at=at, desk=finding.desk or receiving, why=AssignReason.CLASSIFIED, hand_off=0)


def _forwarded(to: Forwarding | None, receiving: DeskId, finding: Finding, at: datetime) -> ReportForwarded:
    if to is None:
        return ReportForwarded(occurred_at=at, desk=receiving, rule="none", policy=finding.policy)
    return ReportForwarded(occurred_at=at, desk=to.desk, rule=to.rule, policy=to.policy)


def _covered(desk: DeskId, person: StaffId, cover: Cover | None, at: datetime) -> OwnerCovered | CoverEnded:
    if cover is None:
        return CoverEnded(occurred_at=at, desk=desk, person=person)
    return OwnerCovered(occurred_at=at, desk=desk, person=person, covered_by=cover.by)


def _without_offer(owned: Ownership, at: datetime) -> Sequence[TransferExpired]:
    if owned.offer is None:
        return ()
    offer = owned.offer
    return (TransferExpired(occurred_at=at, from_desk=offer.from_desk, to_desk=offer.to_desk, offer=offer.number),)


def _past_limit(owned: Ownership, limit: Limit, at: datetime) -> Sequence[Fact]:
    """What follows from being sent around once too often: once, until it is reopened."""
    sent_around = owned.accepted + owned.referrals
    if sent_around < limit.hand_offs or owned.limit_reached or owned.owner is None or owned.end is not None:
        return ()
    reached = HandOffLimitReached(
        occurred_at=at, hand_offs=owned.accepted, referrals=owned.referrals, limit=limit.hand_offs
    )
    if owned.owner.desk == limit.coordinator:
        return (reached,)
    assigned = OwnerAssigned(
        occurred_at=at, desk=limit.coordinator, why=AssignReason.HAND_OFF_LIMIT, hand_off=owned.hand_off + 1
    )
    return *_without_offer(owned, at), reached, assigned
