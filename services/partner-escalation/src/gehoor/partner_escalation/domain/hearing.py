"""What follows from what others stated: it is noted, and tickets open, end or are asked after with it."""

from collections.abc import Sequence

from gehoor.events.fact import Fact
from gehoor.events.partner import PartnerReminded, TicketOpened, TicketWithdrawn, WithdrawReason
from gehoor.events.private import Private
from gehoor.events.terms import MatterKind
from gehoor.partner_escalation.domain.commands import Hear, OpenByPolicy
from gehoor.partner_escalation.domain.evolving import evolve
from gehoor.partner_escalation.domain.sharing import shared_with
from gehoor.partner_escalation.domain.tickets import Ticket, Tickets
from gehoor.partner_escalation.facts import CategoryHeard, DeadlineHeard, End, EndHeard, ReclassificationHeard


def hear(tickets: Tickets, command: Hear) -> Sequence[Fact]:
    """Noted unless it changes nothing, and with it what follows at once."""
    note = command.note
    after = evolve(tickets, note)
    if after == tickets:
        return ()
    match note:
        case CategoryHeard():
            return [note, *(_opened_by_policy(after, note, opening) for opening in _to_open(after, command.opens))]
        case EndHeard():
            return [note, *_withdrawn_with(after, note)]
        case ReclassificationHeard():
            return [note, *_withdrawn_with(after, note)]
        case DeadlineHeard():
            return [note, *_reminded(after.tickets[note.ticket_id], note)]
        case _:
            return [note]


def _to_open(tickets: Tickets, opens: Sequence[OpenByPolicy]) -> Sequence[OpenByPolicy]:
    if tickets.matter is not MatterKind.COMPLAINT or tickets.end is not None or tickets.erased:
        return ()
    return [opening for opening in opens if opening.ticket_id not in tickets.tickets]


def _opened_by_policy(tickets: Tickets, note: CategoryHeard, opening: OpenByPolicy) -> Fact:
    return TicketOpened(
        occurred_at=note.occurred_at,
        ticket_id=opening.ticket_id,
        partner=opening.terms.partner,
        category=note.category,
        asked=Private(opening.asked),
        shared_fields=opening.terms.shares[note.category],
        shared=Private(shared_with(tickets.known, opening.terms.shares[note.category], {})),
        policy=opening.terms.policy,
    )


def _withdrawn_with(tickets: Tickets, note: EndHeard | ReclassificationHeard) -> Sequence[Fact]:
    """An end takes the open tickets with it; a closing leaves those that the owner kept open, a merging leaves all."""
    if isinstance(note, ReclassificationHeard):
        reason = WithdrawReason.NO_COMPLAINT
        stays = note.matter is MatterKind.COMPLAINT
    else:
        reason = WithdrawReason.CLOSED if note.end is End.CLOSED else WithdrawReason.WITHDRAWN
        stays = note.end is End.MERGED
    return [
        TicketWithdrawn(occurred_at=note.occurred_at, ticket_id=ticket.id, partner=ticket.partner, reason=reason)
        for ticket in tickets.tickets.values()
        if not (stays or ticket.stage.over or (ticket.kept_open and reason is WithdrawReason.CLOSED))
    ]


def _reminded(ticket: Ticket, note: DeadlineHeard) -> Sequence[Fact]:
    if not ticket.stage.waits_for_partner:
        return ()
    return [
        PartnerReminded(
            occurred_at=note.occurred_at,
            ticket_id=ticket.id,
            partner=ticket.partner,
            reminder=ticket.reminders + 1,
            because=note.because,
            clock_id=note.clock_id,
            due=note.due,
        )
    ]
