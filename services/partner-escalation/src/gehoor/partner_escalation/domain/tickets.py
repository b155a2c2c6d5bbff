"""The tickets of one complaint as they stand: what each partner was asked, said, and is still to be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gehoor.events.intake import ContactPoint
from gehoor.events.partner import MessageKind, ReminderReason
from gehoor.events.private import Private
from gehoor.events.terms import (
    Category,
    ClockId,
    DeskId,
    ForeignId,
    MatterKind,
    PartnerId,
    Reference,
    Slug,
    StaffId,
    Term,
    TicketId,
    UpdateId,
)
from gehoor.partner_escalation.facts import End, UpdateKind


class Stage(StrEnum):
    """How far a ticket is. Resolved is the partner's word; only our owner makes it accepted or disputed."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    PROGRESSING = "progressing"
    RESOLVED = "resolved"
    DISPUTED = "disputed"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"

    @property
    def over(self) -> bool:
        """Nothing more is asked of the partner, and it need not see the customer's fields any longer."""
        return self in {Stage.ACCEPTED, Stage.WITHDRAWN}

    @property
    def waits_for_partner(self) -> bool:
        """It is the partner's turn."""
        return not self.over and self is not Stage.RESOLVED


@dataclass(frozen=True, slots=True)
class Update:
    """What a partner said, under an id of its own choice."""

    kind: UpdateKind
    at: datetime
    reference: Private[ForeignId] | None = None
    words: Private[str] | None = None
    counted: bool = True
    """False where it was only noted: too late, or overtaken."""
    answer: Private[str] | None = None
    """Ours, to a question."""


@dataclass(frozen=True, slots=True)
class Message:
    """A webhook that is still to arrive: `attempt` is the one that is due at `at`, the key is the same for all."""

    kind: MessageKind
    delivery_id: UpdateId
    queued_at: datetime
    at: datetime
    attempt: int = 1
    first: int = 1
    """The attempt that patience counts from: a later one where we were asked to try again."""
    number: int = 1
    """The how manieth of its kind on the ticket."""
    question: UpdateId | None = None
    """Which one it answers."""
    words: Private[str] | None = None
    """Ours: the answer, or why we dispute."""
    due: datetime | None = None
    """When the partner's answer is or was due, where it reminds."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One thing asked of one partner."""

    id: TicketId
    partner: PartnerId
    category: Category
    opened_at: datetime
    asked: Private[str]
    shared: Private[dict[str, str]]
    shared_fields: tuple[Slug, ...]
    opened_by: StaffId | None = None
    wanted_by: datetime | None = None
    stage: Stage = Stage.ASKED
    changed_at: datetime | None = None
    """When the stage last changed; None while it is as it was opened."""
    acknowledged: bool = False
    """Since it was last asked: a dispute asks again."""
    reference: Private[ForeignId] | None = None
    """The partner's own."""
    updates: Mapping[UpdateId, Update] = field(default_factory=dict)
    kept_open: bool = False
    told_at: datetime | None = None
    """When a first message arrived."""
    answered_at: datetime | None = None
    """When the partner first said that it was done."""
    deadlines: frozenset[tuple[ClockId, ReminderReason, datetime]] = frozenset()
    """What sla said of the clocks on it."""
    missed: frozenset[ClockId] = frozenset()
    reminders: int = 0
    disputes: tuple[Private[str], ...] = ()
    """Why we did not take the partner's word, each time."""
    messages: tuple[Message, ...] = ()
    """Still to arrive, in order: one goes when the one before it arrived or was given up."""
    undelivered: tuple[Message, ...] = ()
    """Given up, in order; their next attempts wait for somebody to ask for them."""

    @property
    def open_questions(self) -> tuple[UpdateId, ...]:
        """What the partner wants to know and was not told, oldest first."""
        return tuple(
            id_
            for id_, update in self.updates.items()
            if update.kind is UpdateKind.QUESTION and update.counted and update.answer is None
        )

    @property
    def late(self) -> bool:
        """A clock on the partner's answer was missed, and not corrected since."""
        return bool(self.missed)


@dataclass(frozen=True, slots=True)
class Known:
    """What a policy could let a partner see of the complaint."""

    reference: Reference
    name: Private[str] | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    product: Term | None = None
    label: Term | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the complaint to the customer."""

    desk: DeskId
    person: StaffId | None = None
    hand_off: int = 0


@dataclass(frozen=True, slots=True)
class Tickets:
    """All tickets of one complaint, and what of the complaint decides on them."""

    matter: MatterKind | None = None
    known: Known | None = None
    owner: Owner | None = None
    category: Category | None = None
    end: End | None = None
    erased: bool = False
    tickets: Mapping[TicketId, Ticket] = field(default_factory=dict)

    def next_message(self, delivery_id: UpdateId) -> tuple[Ticket, Message] | None:
        """The message of that key and its ticket, if it is the one whose turn it is."""
        for ticket in self.tickets.values():
            if ticket.messages and ticket.messages[0].delivery_id == delivery_id:
                return ticket, ticket.messages[0]
        return None
