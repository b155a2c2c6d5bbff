"""What came of telling a partner: each attempt is a fact, and the last one that failed says that we gave up."""

from collections.abc import Sequence
from typing import Any, assert_never

from gehoor.events.fact import Fact
from gehoor.events.partner import DeliveryFailed, DeliveryUnknown, TicketDelivered
from gehoor.partner_escalation.domain.commands import Arrival, RecordAttempt
from gehoor.partner_escalation.domain.tickets import Tickets


def record_attempt(tickets: Tickets, command: RecordAttempt) -> Sequence[Fact]:
    """What came of the attempt that was due; of any other it is known already."""
    found = tickets.next_message(command.delivery_id)
    if found is None or found[1].attempt != command.attempt:
        return ()
    ticket, message = found
    tried: dict[str, Any] = {
        "occurred_at": command.at,
        "ticket_id": ticket.id,
        "partner": ticket.partner,
        "message": message.kind,
        "delivery_id": message.delivery_id,
        "attempt": message.attempt,
    }
    detail, next_at = command.detail, command.next_at
    match command.arrival:
        case Arrival.TAKEN:
            return [TicketDelivered(**tried, status=command.status or 200)]
        case Arrival.FAILED:
            return [DeliveryFailed(**tried, detail=detail, gave_up=next_at is None, next_at=next_at)]
        case Arrival.REFUSED:
            return [DeliveryFailed(**tried, detail=detail, gave_up=True)]
        case Arrival.UNKNOWN:
            return [DeliveryUnknown(**tried, detail=detail, gave_up=next_at is None, next_at=next_at)]
        case _:
            assert_never(command.arrival)
