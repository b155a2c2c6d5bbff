"""What a partner's word changes: each has one effect, whether it comes once, twice, late or out of order."""

from collections.abc import Sequence
from typing import Any, assert_never

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.partner import QuestionAsked, TicketAcknowledged, TicketProgressed, TicketResolved
from gehoor.events.private import Private
from gehoor.partner_escalation.domain.commands import TakeUpdate
from gehoor.partner_escalation.domain.tickets import Ticket, Tickets, Update
from gehoor.partner_escalation.facts import UpdateKind, UpdateNoted

UPDATES_MAX = 1000
"""Of one ticket."""
UNKNOWN_TICKET = "unknown-ticket"
"""Also of a ticket that is another partner's."""


def take_update(tickets: Tickets, command: TakeUpdate) -> Sequence[Fact]:
    """The fact that the update is, or the note of one that changes nothing.

    Raises:
        Refusal: the ticket is not this partner's, the id was used for something else, or there are too many.
    """
    ticket = tickets.tickets.get(command.ticket_id)
    if ticket is None or ticket.partner != command.partner:
        raise Refusal(UNKNOWN_TICKET, "No such ticket.")
    if (seen := ticket.updates.get(command.update_id)) is not None:
        if _is_same(seen, command):
            return ()
        raise Refusal("update-id-taken", "That id was used for another update.", ["choose a new id"])
    if len(ticket.updates) >= UPDATES_MAX:
        raise Refusal("too-many-updates", f"A ticket takes at most {UPDATES_MAX} updates.")
    return [_fact(ticket, command)]


def _is_same(seen: Update, command: TakeUpdate) -> bool:
    """Words that were erased can't be compared: the id and the kind must do."""
    said = [(seen.reference, command.reference), (seen.words, command.words)]
    return seen.kind is command.kind and all(
        (held is None and now is None) or (held is not None and (held.erased is not None or held == Private(now)))
        for held, now in said
    )


def _fact(ticket: Ticket, command: TakeUpdate) -> Fact:
    reference = None if command.reference is None else Private(command.reference)
    words = None if command.words is None else Private(command.words)
    of: dict[str, Any] = {
        "occurred_at": command.at,
        "ticket_id": ticket.id,
        "update_id": command.update_id,
    }
    if _changes_nothing(ticket, command.kind):
        return UpdateNoted(**of, kind=command.kind, partner_reference=reference, words=words)
    match command.kind:
        case UpdateKind.ACKNOWLEDGED:
            return TicketAcknowledged(**of, partner=ticket.partner, partner_reference=reference, words=words)
        case UpdateKind.PROGRESSED:
            return TicketProgressed(**of, partner=ticket.partner, words=words)
        case UpdateKind.QUESTION:
            if words is None:
                raise Refusal("invalid-question", "A question has words.", ["say what you want to know"])
            return QuestionAsked(**of, partner=ticket.partner, question=words)
        case UpdateKind.RESOLVED:
            return TicketResolved(**of, partner=ticket.partner, words=words)
        case _:
            assert_never(command.kind)


def _changes_nothing(ticket: Ticket, kind: UpdateKind) -> bool:
    """Nothing moves a ticket that is over, only a question is news after "done", one acknowledgement is enough."""
    match kind:
        case UpdateKind.QUESTION:
            return ticket.stage.over
        case UpdateKind.ACKNOWLEDGED:
            return ticket.acknowledged or not ticket.stage.waits_for_partner
        case _:
            return not ticket.stage.waits_for_partner
