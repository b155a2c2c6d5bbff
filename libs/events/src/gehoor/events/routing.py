"""What routing states: which kind of complaint it is, and who is accountable for it at every moment."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import Category, DeskId, Instant, Severity, Slug, StaffId, Warmth


class Because(StrEnum):
    """What a classification rests on."""

    LABEL = "label"
    PRODUCT = "product"
    KEYWORD = "keyword"
    CHANNEL = "channel"
    NONE = "none"


class ComplaintClassified(Fact, type="routing.complaint-classified.v1"):
    """What it is about and how much it matters, with the rule that says so."""

    category: Category
    severity: Severity
    rule: Slug = Field(description="The policy's rule that matched; `none` where nothing did.")
    because: Because
    confidence: float = Field(ge=0, le=1, description="1: the customer's own label; less the more we read into it.")
    policy: Slug = Field(description="The version of the policy that was applied.")


class AssignReason(StrEnum):
    """Why a desk became the owner without a transfer."""

    CLASSIFIED = "classified"
    NOTHING_MATCHED = "nothing-matched"
    HAND_OFF_LIMIT = "hand-off-limit"


class OwnerAssigned(Fact, type="routing.owner-assigned.v1"):
    """Who is accountable to the customer from now on. The first one, by classification, is no hand-off."""

    desk: DeskId
    person: StaffId | None = None
    why: AssignReason
    hand_off: int = Field(ge=0, description="How often accountability has moved by a transfer or a limit.")


class TransferOffered(Fact, type="routing.transfer-offered.v1"):
    """The owner asks another desk to take it over; until that desk accepts, nothing moves."""

    from_desk: DeskId
    to_desk: DeskId
    to_person: StaffId | None = None
    by: StaffId
    warmth: Warmth
    context: Private[str] | None = Field(None, description="What the receiver must know; a warm transfer has it.")
    hand_off: int = Field(ge=1, description="The hand-off it becomes if it is accepted.")
    offer: int = Field(ge=1, description="Counts the offers of this complaint.")
    answer_by: Instant | None = Field(None, description="None: the receiving desk's transfer clock decides.")


class OwnerAccepted(Fact, type="routing.owner-accepted.v1"):
    """The receiving desk took it: from now on it is accountable."""

    desk: DeskId
    person: StaffId
    hand_off: int = Field(ge=1, description="How often accountability has now moved.")
    offer: int = Field(ge=1, description="Which offer of this complaint.")


class TransferDeclined(Fact, type="routing.transfer-declined.v1"):
    """The receiving desk said no; the owner stays."""

    from_desk: DeskId
    to_desk: DeskId
    by: StaffId
    why: Private[str]
    offer: int = Field(ge=1, description="Which offer of this complaint.")


class TransferExpired(Fact, type="routing.transfer-expired.v1"):
    """The receiving desk said nothing in time, or before the matter ended or went to the coordinator."""

    from_desk: DeskId
    to_desk: DeskId
    offer: int = Field(ge=1, description="Which offer of this complaint.")


class OwnerCovered(Fact, type="routing.owner-covered.v1"):
    """The person is away: the desk acts meanwhile, and the owner stays accountable."""

    desk: DeskId
    person: StaffId
    covered_by: StaffId | None = Field(None, description="None: the desk as a whole.")


class CoverEnded(Fact, type="routing.cover-ended.v1"):
    """The person who owns it is back and acts again."""

    desk: DeskId
    person: StaffId


class PersonAbsent(Fact, type="routing.person-absent.v1"):
    """Somebody of ours is away; what they own is covered."""

    person: StaffId
    desk: DeskId
    covered_by: StaffId | None = None
    until: Instant | None = Field(None, description="None: until further notice, or gone for good.")


class PersonReturned(Fact, type="routing.person-returned.v1"):
    """Somebody of ours is back."""

    person: StaffId
    desk: DeskId


class HandOffLimitReached(Fact, type="routing.hand-off-limit-reached.v1"):
    """From pillar to post: the coordinator owns it from here."""

    hand_offs: int = Field(ge=0, description="Accepted transfers.")
    referrals: int = Field(ge=0, description="Times the customer was sent elsewhere.")
    limit: int = Field(ge=1)


class ReportForwarded(Fact, type="routing.report-forwarded.v1"):
    """A report went to the desk that can fix it, which owns it."""

    desk: DeskId
    rule: Slug = Field(description="The policy's rule whose page pattern fits; `none` where nothing did.")
    policy: Slug = Field(description="The version of the policy that was applied.")
