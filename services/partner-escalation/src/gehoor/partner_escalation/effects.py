"""What is told to a partner: which message is due, and what it says.

A message is one JSON object, `{"type": "ticket.opened", "timestamp": …, "data": {…}}`, as Standard Webhooks has it; its
key is its `webhook-id`, the same over all attempts. What stands in `data`, beside `ticket_id` and `partner`:

| type               | data                                                                          |
|--------------------|-------------------------------------------------------------------------------|
| `ticket.opened`    | `category`, `asked`, `shared`, `answer_within`, `wanted_by` where one was said |
| `ticket.reminded`  | `reminder`, `due`                                                             |
| `ticket.answered`  | `question`, `answer`                                                          |
| `ticket.disputed`  | `dispute`, `why`                                                              |
| `ticket.accepted`  |                                                                               |
| `ticket.withdrawn` |                                                                               |
| `ticket.erased`    | `fields`: delete these, and all that you noted of the person                  |

What is no longer asked is no longer told: an opened message that arrives after its ticket is over, or after the person
was erased, carries no word of the customer.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, assert_never

from gehoor.events.envelope import Stream
from gehoor.events.partner import MessageKind
from gehoor.events.private import Private
from gehoor.partner_escalation.domain.tickets import Message, Ticket, Tickets
from gehoor.partner_escalation.policy import Policy
from gehoor.runtime.ports import Due

DELIVERY = "partner-delivery"
"""The kind of the due rows: one attempt each, numbered by their arming."""


def deliveries(stream: Stream, tickets: Tickets) -> Iterator[Due]:
    """The next message of each ticket. Later ones wait: no reminder arrives before what it reminds of."""
    for ticket in tickets.tickets.values():
        for message in ticket.messages[:1]:
            yield Due(DELIVERY, message.delivery_id, stream, message.at, message.attempt)


def body(tickets: Tickets, ticket: Ticket, message: Message, policy: Policy) -> bytes:
    """What is posted."""
    told = {
        "type": f"ticket.{message.kind}",
        "timestamp": message.queued_at.isoformat(),
        "data": {
            "ticket_id": str(ticket.id),
            "partner": ticket.partner,
            **_said(tickets, ticket, message, policy),
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def shown(tickets: Tickets, ticket: Ticket) -> dict[str, str]:
    """What the partner may see of the customer now: nothing once the ticket is over or the person erased."""
    if ticket.stage.over or tickets.erased:
        return {}
    return ticket.shared.reveal_or({})


def _said(tickets: Tickets, ticket: Ticket, message: Message, policy: Policy) -> Mapping[str, Any]:
    match message.kind:
        case MessageKind.OPENED:
            partner = policy.partners.get(ticket.partner)
            return {
                "category": ticket.category,
                "asked": _words(ticket.asked),
                "shared": shown(tickets, ticket),
                "answer_within": None if partner is None else partner.answer_within,
                "wanted_by": _instant(ticket.wanted_by),
            }
        case MessageKind.REMINDED:
            return {"reminder": message.number, "due": _instant(message.due)}
        case MessageKind.ANSWERED:
            return {"question": str(message.question), "answer": _words(message.words)}
        case MessageKind.DISPUTED:
            return {"dispute": message.number, "why": _words(message.words)}
        case MessageKind.ERASED:
            return {"fields": list(ticket.shared_fields)}
        case MessageKind.ACCEPTED | MessageKind.WITHDRAWN:
            return {}
        case _:
            assert_never(message.kind)


def _words(private: Private[str] | None) -> str | None:
    return None if private is None or private.erased is not None else private.reveal()


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
