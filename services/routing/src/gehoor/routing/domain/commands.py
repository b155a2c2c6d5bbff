"""What may be wished of a matter's ownership. Those that begin with `Hear` follow others' facts and never refuse."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from gehoor.events.private import Private
from gehoor.events.terms import DeskId, MatterKind, Slug, StaffId, Warmth
from gehoor.routing.domain.ownership import Cover
from gehoor.routing.facts import End, Finding


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The desk that can fix a report, and the rule that says so."""

    desk: DeskId
    rule: Slug
    policy: Slug


@dataclass(frozen=True, slots=True)
class Limit:
    """How many hand-offs and referrals a customer is put through, and who owns the matter from there."""

    hand_offs: int
    coordinator: DeskId


@dataclass(frozen=True, slots=True)
class HearMatter:
    """Intake received something at that desk."""

    at: datetime
    received_at: datetime
    kind: MatterKind
    desk: DeskId
    finding: Finding
    coordinator: DeskId
    forwarding: Forwarding | None = None
    """Of a report; None: the receiving desk keeps it."""


@dataclass(frozen=True, slots=True)
class HearReclassified:
    """Intake says it is of another kind."""

    at: datetime
    after: MatterKind
    coordinator: DeskId
    forwarding: Forwarding | None = None
    """Where it goes as a report, whose page nobody knows; None: its owner keeps it."""


@dataclass(frozen=True, slots=True)
class HearReferral:
    """The customer was sent to another counter."""

    at: datetime
    event: UUID
    limit: Limit


@dataclass(frozen=True, slots=True)
class HearEnd:
    """It is over."""

    at: datetime
    how: End


@dataclass(frozen=True, slots=True)
class HearReopening:
    """It was not over."""

    at: datetime
    away: Cover | None = None
    """The cover of the owning person, where they are away."""


@dataclass(frozen=True, slots=True)
class HearSilence:
    """The receiving desk let the clock of that offer run out."""

    at: datetime
    offer: int


@dataclass(frozen=True, slots=True)
class HearAbsence:
    """That person is away, and is covered so."""

    at: datetime
    person: StaffId
    cover: Cover


@dataclass(frozen=True, slots=True)
class HearReturn:
    """That person is back."""

    at: datetime
    person: StaffId


@dataclass(frozen=True, slots=True)
class OfferTransfer:
    """The owner's desk asks another to take it over."""

    at: datetime
    by: StaffId
    desk: DeskId
    """For which `by` speaks."""
    to_desk: DeskId
    to_person: StaffId | None
    warmth: Warmth
    context: Private[str] | None
    desks: frozenset[DeskId]
    """All there are."""


@dataclass(frozen=True, slots=True)
class AcceptTransfer:
    """The receiving desk takes it; `person` owns it within the desk."""

    at: datetime
    desk: DeskId
    person: StaffId
    limit: Limit
    away: Cover | None = None
    """The cover of that person, where they are away."""


@dataclass(frozen=True, slots=True)
class DeclineTransfer:
    """The receiving desk says no, and why."""

    at: datetime
    by: StaffId
    desk: DeskId
    why: Private[str]


Command: TypeAlias = (
    HearMatter
    | HearReclassified
    | HearReferral
    | HearEnd
    | HearReopening
    | HearSilence
    | HearAbsence
    | HearReturn
    | OfferTransfer
    | AcceptTransfer
    | DeclineTransfer
)
