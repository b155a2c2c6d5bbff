"""The prize that never came: the facts and wishes of its story, for every test of tickets to tell from."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from gehoor.events.intake import ContactPoint, PointKind, Proof
from gehoor.events.partner import (
    MessageKind,
    PartnerReminded,
    QuestionAsked,
    ReminderReason,
    ResolutionDisputed,
    TicketAcknowledged,
    TicketDelivered,
    TicketOpened,
    TicketProgressed,
    TicketResolved,
)
from gehoor.events.private import Private
from gehoor.events.terms import ClockId, MatterKind, TicketId, UpdateId
from gehoor.partner_escalation.domain.commands import (
    AcceptResolution,
    AnswerQuestion,
    Arrival,
    DisputeResolution,
    KeepOpen,
    OpenByPolicy,
    OpenTicket,
    RecordAttempt,
    Redeliver,
    Staff,
    TakeUpdate,
    Terms,
    WithdrawTicket,
)
from gehoor.partner_escalation.domain.evolving import message_id
from gehoor.partner_escalation.facts import (
    CategoryHeard,
    CorrectionHeard,
    DeadlineHeard,
    End,
    EndHeard,
    MatterHeard,
    OwnerHeard,
    UpdateKind,
)

_IDS = UUID("b3a5a1b6-6f0e-4d39-9a53-0e2a7a0d6c11")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TICKET = TicketId(uuid5(_IDS, "ticket"))
OTHER_TICKET = TicketId(uuid5(_IDS, "other ticket"))
CLOCK = ClockId(uuid5(_IDS, "clock"))
NEXT_CLOCK = ClockId(uuid5(_IDS, "next clock"))
SPONSOR, RIVAL = "sponsor", "rival"
PRIZE = "prize.not-delivered"
TERMS = Terms(SPONSOR, {PRIZE: ("name", "address", "prize")}, "demo-1")
OWNER = Staff("st_els", "audience")
STRANGER = Staff("st_jo", "newsroom")
ASKED = "Please send the weekend that was won in August."
SHARED = {"name": "Noor Claes", "address": "Lindelaan 4, 9000 Gent", "prize": "weekend by the lake"}


def at(minutes: float) -> datetime:
    """So many minutes after the story began."""
    return START + timedelta(minutes=minutes)


def update_id(name: str) -> UpdateId:
    return UpdateId(uuid5(_IDS, name))


def point(kind: PointKind, address: str, proof: Proof = Proof.CLAIMED) -> ContactPoint:
    return ContactPoint(kind=kind, address=Private(address), proof=proof)


# --- what was heard ----------------------------------------------------------------------------------------------


def matter_heard(**changes: Any) -> MatterHeard:
    fields: dict[str, Any] = {
        "occurred_at": START,
        "matter": MatterKind.COMPLAINT,
        "desk": "front-line",
        "reference": "7KQ2-M9XD",
        "name": Private("Noor Claes"),
        "contact_points": (
            point(PointKind.EMAIL, "noor@mail.example"),
            point(PointKind.POST, "Lindelaan 4, 9000 Gent"),
        ),
        "product": "Summer contest",
        "label": "prize",
    }
    return MatterHeard(**fields | changes)


def category_heard(category: str = PRIZE) -> CategoryHeard:
    return CategoryHeard(occurred_at=at(1), category=category)


def owner_heard(desk: str = "audience", hand_off: int = 0) -> OwnerHeard:
    return OwnerHeard(occurred_at=at(1), desk=desk, hand_off=hand_off)


def end_heard(end: End = End.CLOSED, minutes: float = 500) -> EndHeard:
    return EndHeard(occurred_at=at(minutes), end=end)


def deadline_heard(
    because: ReminderReason, clock: ClockId = CLOCK, minutes: float = 100, ticket: TicketId = TICKET
) -> DeadlineHeard:
    return DeadlineHeard(occurred_at=at(minutes), ticket_id=ticket, clock_id=clock, because=because, due=at(120))


def correction_heard(clock: ClockId = CLOCK) -> CorrectionHeard:
    return CorrectionHeard(occurred_at=at(130), ticket_id=TICKET, clock_id=clock)


HEARD = (matter_heard(), category_heard(), owner_heard())
"""What is known before anybody asks a partner anything."""

# --- what we stated ----------------------------------------------------------------------------------------------


def ticket_opened(**changes: Any) -> TicketOpened:
    fields: dict[str, Any] = {
        "occurred_at": at(5),
        "ticket_id": TICKET,
        "partner": SPONSOR,
        "category": PRIZE,
        "asked": Private(ASKED),
        "shared_fields": ("name", "address", "prize"),
        "shared": Private(SHARED),
        "opened_by": "st_els",
        "policy": "demo-1",
    }
    return TicketOpened(**fields | changes)


def ticket_delivered(message: MessageKind = MessageKind.OPENED, about: object = 1, minutes: float = 6) -> Any:
    return TicketDelivered(
        occurred_at=at(minutes),
        ticket_id=TICKET,
        partner=SPONSOR,
        message=message,
        delivery_id=message_id(TICKET, message, about),
        attempt=1,
        status=200,
    )


def acknowledged(name: str = "ack", minutes: float = 150, reference: str | None = "SP-44") -> TicketAcknowledged:
    return TicketAcknowledged(
        occurred_at=at(minutes),
        ticket_id=TICKET,
        partner=SPONSOR,
        update_id=update_id(name),
        partner_reference=None if reference is None else Private(reference),
    )


def progressed(name: str = "progress", minutes: float = 155) -> TicketProgressed:
    return TicketProgressed(
        occurred_at=at(minutes),
        ticket_id=TICKET,
        partner=SPONSOR,
        update_id=update_id(name),
        words=Private("It is with our courier."),
    )


def question_asked(name: str = "question", minutes: float = 152) -> QuestionAsked:
    return QuestionAsked(
        occurred_at=at(minutes),
        ticket_id=TICKET,
        partner=SPONSOR,
        update_id=update_id(name),
        question=Private("Which weekend?"),
    )


def resolved(name: str = "done", minutes: float = 160) -> TicketResolved:
    return TicketResolved(
        occurred_at=at(minutes),
        ticket_id=TICKET,
        partner=SPONSOR,
        update_id=update_id(name),
        words=Private("Sent."),
    )


def disputed(minutes: float = 200) -> ResolutionDisputed:
    return ResolutionDisputed(
        occurred_at=at(minutes), ticket_id=TICKET, partner=SPONSOR, by="st_els", why=Private("Nothing came.")
    )


def reminded(reminder: int, because: ReminderReason, clock: ClockId = CLOCK, minutes: float = 100) -> PartnerReminded:
    return PartnerReminded(
        occurred_at=at(minutes),
        ticket_id=TICKET,
        partner=SPONSOR,
        reminder=reminder,
        because=because,
        clock_id=clock,
        due=at(120),
    )


# --- what is wished ----------------------------------------------------------------------------------------------


def open_ticket(**changes: Any) -> OpenTicket:
    fields: dict[str, Any] = {
        "at": at(5),
        "ticket_id": TICKET,
        "by": OWNER,
        "terms": TERMS,
        "asked": ASKED,
        "details": {"prize": "weekend by the lake"},
    }
    return OpenTicket(**fields | changes)


def open_by_policy(ticket: TicketId = TICKET) -> OpenByPolicy:
    return OpenByPolicy(ticket, TERMS, "Please deliver what was won.")


def keep_open(by: Staff = OWNER) -> KeepOpen:
    return KeepOpen(at(20), TICKET, by)


def redeliver(by: Staff = OWNER) -> Redeliver:
    return Redeliver(at(30), TICKET, by)


def answer_question(question: UpdateId | None = None, by: Staff = OWNER) -> AnswerQuestion:
    return AnswerQuestion(at(153), TICKET, by, "The one of the twelfth.", question)


def accept(by: Staff = OWNER) -> AcceptResolution:
    return AcceptResolution(at(300), TICKET, by)


def dispute(by: Staff = OWNER) -> DisputeResolution:
    return DisputeResolution(at(200), TICKET, by, "Nothing came.")


def withdraw(by: Staff = OWNER) -> WithdrawTicket:
    return WithdrawTicket(at(210), TICKET, by, "The winner has it from us.")


def take_update(kind: UpdateKind, name: str, minutes: float = 160, **changes: Any) -> TakeUpdate:
    fields: dict[str, Any] = {
        "at": at(minutes),
        "ticket_id": TICKET,
        "partner": SPONSOR,
        "update_id": update_id(name),
        "kind": kind,
    }
    return TakeUpdate(**fields | changes)


def record_attempt(arrival: Arrival, attempt: int = 1, **changes: Any) -> RecordAttempt:
    fields: dict[str, Any] = {
        "at": at(6),
        "delivery_id": message_id(TICKET, MessageKind.OPENED),
        "attempt": attempt,
        "arrival": arrival,
        "detail": "http-200" if arrival is Arrival.TAKEN else "http-503",
        "status": 200 if arrival is Arrival.TAKEN else None,
        "next_at": at(7),
    }
    return RecordAttempt(**fields | changes)
