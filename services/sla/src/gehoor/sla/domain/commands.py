"""What may be asked of a watch.

The `Hear…` commands follow from others' facts and never refuse. In all of them `at` is when it happened and `now`
when we learned of it: judgements use the first, escalations count from the second.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gehoor.events.private import Private
from gehoor.events.sla import CancelReason
from gehoor.events.terms import (
    ClockId,
    ClockKind,
    ComplaintId,
    ContactId,
    DeskId,
    EscalationId,
    MatterKind,
    PartnerId,
    PromiseId,
    PromiseKind,
    Reference,
    StaffId,
    Term,
    TicketId,
)


@dataclass(frozen=True, slots=True)
class Hear:
    """Something happened then, and is heard now."""

    at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class HearMatter(Hear):
    """A complaint, remark or report came in."""

    complaint_id: ComplaintId
    matter: MatterKind
    reference: Reference
    desk: DeskId
    label: Term | None = None
    """What the customer called it."""
    same_as_another: bool = False
    """A report of a spot that is being handled already: it has no clock of its own."""


@dataclass(frozen=True, slots=True)
class HearReclassified(Hear):
    """What was taken for one kind is another; its clocks count from its first receipt."""

    complaint_id: ComplaintId
    matter: MatterKind
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HearEarlierReceipt(Hear):
    """Another complaint, received then, was merged into this one."""

    received_at: datetime


@dataclass(frozen=True, slots=True)
class HearOwner(Hear):
    """A desk is accountable."""

    desk: DeskId


@dataclass(frozen=True, slots=True)
class HearHappening(Hear):
    """Something happened that clocks of these kinds wait for."""

    kinds: AbstractSet[ClockKind]


@dataclass(frozen=True, slots=True)
class HearPromise(Hear):
    """Somebody of the organisation told the customer what to expect, and by when."""

    promise_id: PromiseId
    kind: PromiseKind
    until: datetime
    desk: DeskId | None = None
    """Who is asked where no owner has been heard of."""
    replaces: PromiseId | None = None


@dataclass(frozen=True, slots=True)
class HearPromiseKept(Hear):
    """What was promised happened."""

    promise_id: PromiseId


@dataclass(frozen=True, slots=True)
class HearPromiseRescheduled(Hear):
    """Another promise took its place."""

    promise_id: PromiseId
    agreed: bool


@dataclass(frozen=True, slots=True)
class HearPromiseReleased(Hear):
    """The customer let us off."""

    promise_id: PromiseId


@dataclass(frozen=True, slots=True)
class HearOffer(Hear):
    """A desk is asked to take over."""

    complaint_id: ComplaintId
    offer: int
    to_desk: DeskId
    answer_by: datetime | None = None


class OfferEnd(StrEnum):
    """Accepted and declined are answers; expired is silence."""

    ANSWERED = "answered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class HearOfferOver(Hear):
    """The offer stands no longer."""

    offer: int
    end: OfferEnd


class TicketTurn(StrEnum):
    """What turned in a ticket, seen from the clock on the partner's next word."""

    ASKED = "asked"
    """The partner has it, or was told that its solution is none: it owes us a word."""
    MOVED = "moved"
    """The partner said something, and owes us the next word."""
    RESOLVED = "resolved"
    """The partner says it is done."""
    WITHDRAWN = "withdrawn"
    """We no longer ask."""


@dataclass(frozen=True, slots=True)
class HearTicket(Hear):
    """A ticket took a turn; `cause` names the very event, so that it counts once."""

    ticket_id: TicketId
    partner: PartnerId
    turn: TicketTurn
    cause: str = ""
    desk: DeskId | None = None


@dataclass(frozen=True, slots=True)
class HearEnd(Hear):
    """The matter ended: closed, withdrawn or merged."""

    reason: CancelReason


@dataclass(frozen=True, slots=True)
class HearReopened(Hear):
    """It was not over."""

    complaint_id: ComplaintId


@dataclass(frozen=True, slots=True)
class FireClock:
    """Its due came; `caught_up`: all that had been published by then has been read."""

    clock_id: ClockId
    arming: int
    now: datetime
    caught_up: bool = True


@dataclass(frozen=True, slots=True)
class FireWarning:
    """The moment to warn of it came."""

    clock_id: ClockId
    arming: int
    now: datetime


@dataclass(frozen=True, slots=True)
class ClimbLadder:
    """Nobody answered in time: the next level is asked, or the top again."""

    escalation_id: EscalationId
    raising: int
    now: datetime


@dataclass(frozen=True, slots=True)
class AnswerEscalation:
    """A named human says what happens next, and by when."""

    escalation_id: EscalationId
    by: StaffId
    next_step: Private[str]
    next_step_by: datetime
    now: datetime


class AttemptEnd(StrEnum):
    """What an attempt to deliver came to."""

    TAKEN = "taken"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RecordAttempt:
    """An attempt to deliver an escalation was made."""

    escalation_id: EscalationId
    delivery_id: ContactId
    attempt: int
    end: AttemptEnd
    detail: str
    now: datetime
    next_at: datetime | None = None
    """When to try again; None: that was the last attempt."""


Command = (
    HearMatter
    | HearReclassified
    | HearEarlierReceipt
    | HearOwner
    | HearHappening
    | HearPromise
    | HearPromiseKept
    | HearPromiseRescheduled
    | HearPromiseReleased
    | HearOffer
    | HearOfferOver
    | HearTicket
    | HearEnd
    | HearReopened
    | FireClock
    | FireWarning
    | ClimbLadder
    | AnswerEscalation
    | RecordAttempt
)
