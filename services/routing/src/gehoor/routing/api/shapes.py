"""What routing is asked and what it answers."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from gehoor.events.terms import Category, ComplaintId, DeskId, Instant, MatterKind, Severity, Slug, StaffId, Warmth
from gehoor.runtime.http.bodies import Body, text


class NewTransfer(Body):
    """Hand it over: warm, with the story, or cold."""

    desk: DeskId = Field(description="The desk that owns it, for which you speak.")
    by: StaffId | None = Field(None, description="Who hands over, where the key belongs to a system.")
    to_desk: DeskId
    to_person: StaffId | None = None
    warmth: Warmth
    context: Annotated[str, text(8000)] | None = Field(None, description="What the receiver must know; only if warm.")


class Acceptance(Body):
    """Take it over."""

    desk: DeskId = Field(description="The desk it was offered to, for which you speak.")
    by: StaffId | None = Field(None, description="Who accepts, where the key belongs to a system.")
    person: StaffId | None = Field(None, description="Who owns it within the desk; whoever accepts, if not named.")


class Refused(Body):
    """Say no, and why."""

    desk: DeskId = Field(description="The desk it was offered to, for which you speak.")
    by: StaffId | None = None
    why: Annotated[str, text(2000)]


class Absence(Body):
    """Somebody is away."""

    desk: DeskId = Field(description="Where they work.")
    covered_by: StaffId | None = Field(None, description="None: the desk as a whole.")
    until: Instant | None = Field(None, description="None: until further notice, or gone for good.")


class TransferShown(BaseModel):
    """A transfer that waits for the receiving desk's word."""

    offer: int
    from_desk: DeskId
    to_desk: DeskId
    to_person: StaffId | None
    warmth: Warmth
    offered_at: datetime
    context: str | None = Field(None, description="Of a warm transfer; none where the customer was erased.")


class OwnerShown(BaseModel):
    """Who is accountable to the customer."""

    id: ComplaintId
    kind: MatterKind
    stage: str = Field(description="`open`, or how it ended.")
    desk: DeskId
    person: StaffId | None
    since: datetime
    covered: bool = Field(description="Whether the person is away.")
    covered_by: StaffId | None = Field(description="Who acts meanwhile; none, where covered: the desk as a whole.")
    hand_off: int = Field(description="How often accountability has moved.")
    referrals: int = Field(description="How often the customer was sent elsewhere.")
    category: Category | None
    severity: Severity | None
    transfer: TransferShown | None


class OwnersShown(BaseModel):
    """A page of what a desk owns, oldest first."""

    complaints: list[OwnerShown]
    next: str | None


class WaitingShown(TransferShown):
    """A transfer, and what it is about."""

    id: ComplaintId


class TransfersShown(BaseModel):
    """A page of what waits for a desk's word, oldest first."""

    transfers: list[WaitingShown]
    next: str | None


class DeskShown(BaseModel):
    """A desk of the policy."""

    id: DeskId
    name: str
    calendar: Slug
    operated_by: str
    coordinator: bool


class DesksShown(BaseModel):
    """All desks."""

    policy: Slug
    desks: list[DeskShown]
