"""What intake keeps to itself: what it noted of others' facts, and the small steps of its own deliveries."""

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.intake import PointKind, Proof
from gehoor.events.private import Private
from gehoor.events.terms import ComplaintId, ContactId, CustomerId, DeskId, Instant, PromiseId, Slug, StaffId


class OwnerNoted(Fact, type="intake-notes.owner-noted.v1"):
    """Routing said who is accountable from then on."""

    desk: DeskId
    person: StaffId | None = None
    hand_off: int = Field(ge=0)


class MissNoted(Fact, type="intake-notes.miss-noted.v1"):
    """SLA said that a promise was missed: it is still owed."""

    promise_id: PromiseId


class CorrectionNoted(Fact, type="intake-notes.correction-noted.v1"):
    """SLA said that the promise had been kept in time after all."""

    promise_id: PromiseId


class StrayNoted(Fact, type="intake-notes.stray-noted.v1"):
    """Something was heard that can't be followed: of a subject, promise or moment that intake knows nothing of."""

    heard: Slug = Field(description="What it was, as a code.")
    about: PromiseId | None = None


class PointProven(Fact, type="intake-notes.point-proven.v1"):
    """The customer answered from an address, or followed a signed link sent to it: it is theirs."""

    kind: PointKind
    address: Private[str]
    proof: Proof


class DeliveryAttempted(Fact, type="intake-notes.delivery-attempted.v1"):
    """A message of ours was tried and has to be tried again."""

    delivery_id: ContactId
    attempt: int = Field(ge=1)
    detail: Slug
    next_at: Instant


class Absorbed(Fact, type="intake-notes.absorbed.v1"):
    """Another complaint about the same matter was merged into this one."""

    merged: ComplaintId
    received_at: Instant


class SubjectErased(Fact, type="intake-notes.subject-erased.v1"):
    """The person it is about is erased: nothing is looked up by their contact points or sent to them any more."""

    customer_id: CustomerId


class KeysDestroyed(Fact, type="intake-notes.keys-destroyed.v1"):
    """The keys and bodies of an erased person are gone."""

    subjects: tuple[ComplaintId, ...]
