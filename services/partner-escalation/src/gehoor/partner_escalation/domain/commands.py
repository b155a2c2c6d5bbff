"""What can be wished. Hearing never refuses; what staff and partners wish may be refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gehoor.events.terms import Category, DeskId, PartnerId, Slug, StaffId, TicketId, UpdateId
from gehoor.partner_escalation.facts import Note, UpdateKind


@dataclass(frozen=True, slots=True)
class Terms:
    """What policy says of one partner: the fields it may see, per category that it can be asked something about."""

    partner: PartnerId
    shares: Mapping[Category, tuple[Slug, ...]]
    policy: Slug


@dataclass(frozen=True, slots=True)
class Staff:
    """Who of ours wishes, and for which desk."""

    id: StaffId
    desk: DeskId


@dataclass(frozen=True, slots=True)
class OpenByPolicy:
    """A ticket that policy opens of itself."""

    ticket_id: TicketId
    terms: Terms
    asked: str


@dataclass(frozen=True, slots=True)
class Hear:
    """Another service stated something that matters here."""

    note: Note
    opens: tuple[OpenByPolicy, ...] = ()
    """What policy opens for the category that was heard."""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """The owner's desk asks a partner to do its part."""

    at: datetime
    ticket_id: TicketId
    by: Staff
    terms: Terms
    asked: str
    details: Mapping[Slug, str] = field(default_factory=dict)
    """Fields that the complaint lacks or has wrong: only such as policy lets the partner see."""
    wanted_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeepOpen:
    """Go on asking also after the complaint is closed."""

    at: datetime
    ticket_id: TicketId
    by: Staff


@dataclass(frozen=True, slots=True)
class Redeliver:
    """Try again what was given up."""

    at: datetime
    ticket_id: TicketId
    by: Staff


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """Tell the partner what it asked."""

    at: datetime
    ticket_id: TicketId
    by: Staff
    answer: str
    question: UpdateId | None = None
    """None: the only one that is open."""


@dataclass(frozen=True, slots=True)
class AcceptResolution:
    """The owner asked the customer, and agrees that it is done."""

    at: datetime
    ticket_id: TicketId
    by: Staff


@dataclass(frozen=True, slots=True)
class DisputeResolution:
    """The owner asked the customer, and it is not done."""

    at: datetime
    ticket_id: TicketId
    by: Staff
    why: str


@dataclass(frozen=True, slots=True)
class WithdrawTicket:
    """It need not be done any more."""

    at: datetime
    ticket_id: TicketId
    by: Staff
    why: str | None = None


@dataclass(frozen=True, slots=True)
class TakeUpdate:
    """A partner says something of a ticket.

    It happened when it reached us: the partner's own clock is under watch, so its word on the time counts for nothing.
    """

    at: datetime
    ticket_id: TicketId
    partner: PartnerId
    update_id: UpdateId
    kind: UpdateKind
    reference: str | None = None
    words: str | None = None


class Arrival(StrEnum):
    """What came of an attempt to deliver."""

    TAKEN = "taken"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RecordAttempt:
    """A message was tried."""

    at: datetime
    delivery_id: UpdateId
    attempt: int
    arrival: Arrival
    detail: str
    status: int | None = None
    next_at: datetime | None = None
    """When to try again if it must be; None: this was the last attempt that policy allows."""


StaffCommand = (
    OpenTicket | KeepOpen | Redeliver | AnswerQuestion | AcceptResolution | DisputeResolution | WithdrawTicket
)
Command = Hear | StaffCommand | TakeUpdate | RecordAttempt
