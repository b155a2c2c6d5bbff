"""Who came, as far as is known, and what they brought."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import (
    ComplaintId,
    CustomerId,
    Digest,
    StaffId,
    Term,
    Value,
)


class PointKind(StrEnum):
    """By what means a customer can be reached."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    HANDLE = "handle"


class Proof(StrEnum):
    """How sure we are that a contact point is this customer's."""

    CLAIMED = "claimed"
    REPLIED = "replied"
    VERIFIED = "verified"


class ContactPoint(Value):
    """A way to reach a customer, and how sure we are that it is theirs."""

    kind: PointKind
    address: Private[str] = Field(description="Normalised: E.164 for phones, the address for mail.")
    proof: Proof = Proof.CLAIMED


class Attachment(Value):
    """A body kept in the blob store, sealed with the subject's key."""

    digest: Digest
    size: int = Field(ge=0, description="Bytes before sealing.")
    media_type: Term
    name: Private[str] | None = None


class ErasureGround(StrEnum):
    """Why a person's keys were destroyed."""

    REQUESTED = "requested"
    RETENTION_OVER = "retention-over"
    COURT_ORDER = "court-order"


class PersonErased(Fact, type="intake.person-erased.v1"):
    """The keys of all that was known of a person are gone; drop what you hold in clear."""

    customer_id: CustomerId
    subjects: tuple[ComplaintId, ...]
    ground: ErasureGround
    by: StaffId
