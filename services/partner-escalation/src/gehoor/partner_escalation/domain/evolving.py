"""What a fact changes in the tickets of a complaint."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gehoor.events.envelope import derived_id
from gehoor.events.fact import Fact
from gehoor.events.partner import (
    DeliveryFailed,
    DeliveryUnknown,
    MessageKind,
    PartnerReminded,
    QuestionAnswered,
    QuestionAsked,
    RedeliveryAsked,
    ReminderReason,
    ResolutionAccepted,
    ResolutionDisputed,
    TicketAcknowledged,
    TicketDelivered,
    TicketKeptOpen,
    TicketOpened,
    TicketProgressed,
    TicketResolved,
    TicketWithdrawn,
)
from gehoor.events.terms import TicketId, UpdateId
from gehoor.partner_escalation.domain.tickets import Known, Message, Owner, Stage, Ticket, Tickets, Update
from gehoor.partner_escalation.facts import (
    CategoryHeard,
    CorrectionHeard,
    DeadlineHeard,
    EndHeard,
    ErasureHeard,
    MatterHeard,
    OwnerHeard,
    ReclassificationHeard,
    ReopeningHeard,
    UpdateKind,
    UpdateNoted,
)

Said = TicketAcknowledged | TicketProgressed | QuestionAsked | TicketResolved | UpdateNoted
Attempted = TicketDelivered | DeliveryFailed | DeliveryUnknown


def evolve(tickets: Tickets, fact: Fact) -> Tickets:
    """The tickets after a fact.

    Raises:
        TypeError: the fact is of another kind of stream.
    """
    match fact:
        case MatterHeard():
            known = Known(fact.reference, fact.name, fact.contact_points, fact.product, fact.label)
            return replace(tickets, matter=fact.matter, known=known, owner=tickets.owner or Owner(fact.desk))
        case ReclassificationHeard():
            return replace(tickets, matter=fact.matter)
        case CategoryHeard():
            return replace(tickets, category=fact.category)
        case OwnerHeard():
            return replace(tickets, owner=Owner(fact.desk, fact.person, fact.hand_off))
        case EndHeard():
            return replace(tickets, end=fact.end)
        case ReopeningHeard():
            return replace(tickets, end=None)
        case ErasureHeard():
            return _erased(tickets, fact)
        case TicketOpened():
            return _with(tickets, _opened(fact))
        case _ if (id_ := getattr(fact, "ticket_id", None)) is not None:
            ticket = tickets.tickets.get(id_)
            return tickets if ticket is None else _with(tickets, _ticket_after(ticket, fact))
        case _:
            raise TypeError(f"{fact.type} is no fact of tickets")


def _ticket_after(ticket: Ticket, fact: Fact) -> Ticket:
    match fact:
        case TicketAcknowledged() | TicketProgressed() | QuestionAsked() | TicketResolved() | UpdateNoted():
            return _said(ticket, fact)
        case TicketDelivered() | DeliveryFailed() | DeliveryUnknown():
            return _attempted(ticket, fact)
        case DeadlineHeard():
            missed = {fact.clock_id} if fact.because is ReminderReason.MISSED else set()
            heard = {(fact.clock_id, fact.because, fact.due)}
            return replace(ticket, deadlines=ticket.deadlines | heard, missed=ticket.missed | missed)
        case CorrectionHeard():
            return replace(ticket, missed=ticket.missed - {fact.clock_id})
        case PartnerReminded():
            ticket = replace(ticket, reminders=fact.reminder)
            return _queued(ticket, MessageKind.REMINDED, fact.occurred_at, number=fact.reminder, due=fact.due)
        case QuestionAnswered():
            answered = replace(ticket.updates[fact.question], answer=fact.answer)
            ticket = replace(ticket, updates=_put(ticket.updates, fact.question, answered))
            return _queued(ticket, MessageKind.ANSWERED, fact.occurred_at, question=fact.question, words=fact.answer)
        case ResolutionAccepted():
            return _queued(_moved(ticket, Stage.ACCEPTED, fact), MessageKind.ACCEPTED, fact.occurred_at)
        case ResolutionDisputed():
            ticket = replace(
                _moved(ticket, Stage.DISPUTED, fact), acknowledged=False, disputes=(*ticket.disputes, fact.why)
            )
            number = len(ticket.disputes)
            return _queued(ticket, MessageKind.DISPUTED, fact.occurred_at, number=number, words=fact.why)
        case TicketWithdrawn():
            return _queued(_moved(ticket, Stage.WITHDRAWN, fact), MessageKind.WITHDRAWN, fact.occurred_at)
        case TicketKeptOpen():
            return replace(ticket, kept_open=True)
        case RedeliveryAsked():
            again = (replace(one, at=fact.occurred_at, first=one.attempt) for one in ticket.undelivered)
            return replace(ticket, messages=(*again, *ticket.messages), undelivered=())
        case _:
            raise TypeError(f"{fact.type} is no fact of a ticket")


def _opened(fact: TicketOpened) -> Ticket:
    ticket = Ticket(
        id=fact.ticket_id,
        partner=fact.partner,
        category=fact.category,
        opened_at=fact.occurred_at,
        asked=fact.asked,
        shared=fact.shared,
        shared_fields=fact.shared_fields,
        opened_by=fact.opened_by,
        wanted_by=fact.wanted_by,
    )
    return _queued(ticket, MessageKind.OPENED, fact.occurred_at)


def _said(ticket: Ticket, fact: Said) -> Ticket:
    """An update takes its place; whether it moves the ticket, its own type says."""
    match fact:
        case TicketAcknowledged():
            update = Update(UpdateKind.ACKNOWLEDGED, fact.occurred_at, fact.partner_reference, fact.words)
            stage = ticket.stage if ticket.stage is Stage.PROGRESSING else Stage.ACKNOWLEDGED
            ticket = replace(_moved(ticket, stage, fact), acknowledged=True)
        case TicketProgressed():
            update = Update(UpdateKind.PROGRESSED, fact.occurred_at, None, fact.words)
            ticket = _moved(ticket, Stage.PROGRESSING, fact)
        case QuestionAsked():
            update = Update(UpdateKind.QUESTION, fact.occurred_at, None, fact.question)
        case TicketResolved():
            update = Update(UpdateKind.RESOLVED, fact.occurred_at, None, fact.words)
            answered_at = ticket.answered_at or fact.occurred_at
            ticket = replace(_moved(ticket, Stage.RESOLVED, fact), answered_at=answered_at)
        case _:
            update = Update(fact.kind, fact.occurred_at, fact.partner_reference, fact.words, counted=False)
    return replace(
        ticket,
        updates=_put(ticket.updates, fact.update_id, update),
        reference=update.reference or ticket.reference,
    )


def _attempted(ticket: Ticket, fact: Attempted) -> Ticket:
    head, *rest = ticket.messages
    if isinstance(fact, TicketDelivered):
        return replace(ticket, messages=tuple(rest), told_at=ticket.told_at or fact.occurred_at)
    head = replace(head, attempt=fact.attempt + 1)
    if fact.next_at is None:
        return replace(ticket, messages=tuple(rest), undelivered=(*ticket.undelivered, head))
    return replace(ticket, messages=(replace(head, at=fact.next_at), *rest))


def _erased(tickets: Tickets, fact: ErasureHeard) -> Tickets:
    if tickets.erased:
        return tickets
    told = {id_: _queued(ticket, MessageKind.ERASED, fact.occurred_at) for id_, ticket in tickets.tickets.items()}
    return replace(tickets, erased=True, tickets=told)


def message_id(ticket: TicketId, kind: str, which: object = 1) -> UpdateId:
    """A message's key: follows from what it says, so telling the same history again gives the same key."""
    return UpdateId(derived_id("message", ticket, kind, which))


def _queued(ticket: Ticket, kind: MessageKind, at: datetime, **more: Any) -> Ticket:
    """One more message; `which` of its kind is told by the question it answers, or by its number."""
    key = message_id(ticket.id, kind, more.get("question") or more.get("number", 1))
    return replace(ticket, messages=(*ticket.messages, Message(kind, key, queued_at=at, at=at, **more)))


def _moved(ticket: Ticket, stage: Stage, fact: Fact) -> Ticket:
    return replace(ticket, stage=stage, changed_at=fact.occurred_at)


def _put(updates: Mapping[UpdateId, Update], id_: UpdateId, update: Update) -> Mapping[UpdateId, Update]:
    return {**updates, id_: update}


def _with(tickets: Tickets, ticket: Ticket) -> Tickets:
    return replace(tickets, tickets={**tickets.tickets, ticket.id: ticket})
