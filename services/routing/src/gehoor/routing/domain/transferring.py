"""Handing over: offered, answered or met with silence, and counted. Nothing moves until another desk accepts."""

from collections.abc import Sequence
from datetime import datetime

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.routing import (
    AssignReason,
    CoverEnded,
    HandOffLimitReached,
    OwnerAccepted,
    OwnerAssigned,
    OwnerCovered,
    TransferDeclined,
    TransferExpired,
    TransferOffered,
)
from gehoor.events.terms import DeskId, StaffId, Warmth
from gehoor.routing.domain.commands import (
    AcceptTransfer,
    DeclineTransfer,
    HearSilence,
    Limit,
    OfferTransfer,
)
from gehoor.routing.domain.ownership import Cover, Offer, Owner, Ownership, evolve
from gehoor.routing.facts import End


def offer_transfer(owned: Ownership, wish: OfferTransfer) -> Sequence[Fact]:
    """The owner asks another desk; nothing moves until that desk accepts."""
    owner = _open_owner(owned)
    if wish.desk != owner.desk:
        raise Refusal("not-the-owner", f"The owner is {owner.desk}.", [f"ask {owner.desk}"])
    if owned.offer is not None:
        waits = f"It was offered to {owned.offer.to_desk}, which has not answered yet."
        raise Refusal("transfer-open", waits, ["wait for the answer or for its deadline"])
    if wish.to_desk not in wish.desks:
        raise Refusal("unknown-desk", f"There is no desk {wish.to_desk}.", sorted(wish.desks - {owner.desk}))
    if wish.to_desk == owner.desk:
        raise Refusal("own-desk", f"The owner is {owner.desk} already.", sorted(wish.desks - {owner.desk}))
    if wish.warmth is Warmth.WARM and wish.context is None:
        raise Refusal("no-context", "A warm transfer carries the story so far.", ["give a context", "hand over cold"])
    if wish.warmth is Warmth.COLD and wish.context is not None:
        raise Refusal("cold-with-context", "A transfer that carries the story is a warm one.", ["hand over warm"])
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


def accept_transfer(owned: Ownership, wish: AcceptTransfer) -> Sequence[Fact]:
    """Accountability moves; sent around once too often, it moves on to the coordinator."""
    offer = _offer_to(owned, wish.desk)
    accepted = OwnerAccepted(
        occurred_at=wish.at,
        desk=wish.desk,
        person=wish.person,
        hand_off=owned.hand_off + 1,
        offer=offer.number,
    )
    past = past_limit(evolve(owned, accepted), wish.limit, wish.at)
    if wish.away is None or any(isinstance(fact, OwnerAssigned) for fact in past):
        return accepted, *past
    return accepted, covered(wish.desk, wish.person, wish.away, wish.at), *past


def decline_transfer(owned: Ownership, wish: DeclineTransfer) -> Sequence[Fact]:
    """The owner stays."""
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


def hear_silence(owned: Ownership, heard: HearSilence) -> Sequence[Fact]:
    """Nobody answered that offer in time: the owner stays."""
    if owned.offer is None or owned.offer.number != heard.offer:
        return ()
    return without_offer(owned, heard.at)


def _open_owner(owned: Ownership) -> Owner:
    """The owner of a matter that is open.

    Raises:
        Refusal: nothing is known of it, or it has ended.
    """
    if owned.owner is None:
        raise Refusal("unknown", "Nothing is known of it here.", ["ask again in a moment"])
    if owned.end is not None:
        raise Refusal("ended", f"It was {owned.end}.", [] if owned.end is End.MERGED else ["reopen it first"])
    return owned.owner


def _offer_to(owned: Ownership, desk: DeskId) -> Offer:
    """The offer that waits for that desk.

    Raises:
        Refusal: the matter has ended, or none waits for that desk.
    """
    owner = _open_owner(owned)
    if owned.offer is None:
        raise Refusal(
            "no-transfer", f"No transfer is open. The owner is {owner.desk}.", [f"ask {owner.desk} to offer it"]
        )
    if owned.offer.to_desk != desk:
        raise Refusal("not-receiver", f"It was offered to {owned.offer.to_desk}.", [f"ask {owned.offer.to_desk}"])
    return owned.offer


# --- the parts of a decision -------------------------------------------------------------------------------------


def covered(desk: DeskId, person: StaffId, cover: Cover | None, at: datetime) -> OwnerCovered | CoverEnded:
    """Who acts for the owning person from now on."""
    if cover is None:
        return CoverEnded(occurred_at=at, desk=desk, person=person)
    return OwnerCovered(occurred_at=at, desk=desk, person=person, covered_by=cover.by)


def without_offer(owned: Ownership, at: datetime) -> Sequence[TransferExpired]:
    """The end of an offer that is open."""
    if owned.offer is None:
        return ()
    offer = owned.offer
    return (TransferExpired(occurred_at=at, from_desk=offer.from_desk, to_desk=offer.to_desk, offer=offer.number),)


def past_limit(owned: Ownership, limit: Limit, at: datetime) -> Sequence[Fact]:
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
    return *without_offer(owned, at), reached, assigned
