"""What is asked of partner-escalation: which tickets there are, and how a partner does.

| view              | key          | tags                                                                 | rank      |
|-------------------|--------------|----------------------------------------------------------------------|-----------|
| `matters`         | complaint id |                                                                      |           |
| `tickets`         | ticket id    | `complaint=`, `partner=`, `stage=`, `desk=`, `late=`, `undelivered=` | opened at |
| `partner-tickets` | ticket id    | `stage=`                                                             | opened at |

`partner-tickets` is what a partner reads: its rows name the partner as their audience, which the database enforces, and
hold nothing that is not the partner's to know. No row holds a word of anybody: those are read from the stream.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from gehoor.events.envelope import Stream
from gehoor.events.private import Json
from gehoor.partner_escalation.domain.tickets import Ticket, Tickets
from gehoor.runtime.ports import Row

MATTERS, TICKETS_OF, OF_PARTNER = "matters", "tickets", "partner-tickets"


def rows(stream: Stream, tickets: Tickets) -> Iterator[Row]:
    """The complaint, and each of its tickets: once for us, once for the partner."""
    if tickets.matter is None:
        return
    body = {
        "matter": tickets.matter,
        "desk": tickets.owner.desk if tickets.owner else None,
        "category": tickets.category,
        "end": tickets.end,
    }
    yield Row(MATTERS, str(stream.id), body)
    for ticket in tickets.tickets.values():
        yield _ours(stream, tickets, ticket)
        yield _theirs(stream, ticket)


def _ours(stream: Stream, tickets: Tickets, ticket: Ticket) -> Row:
    desk = tickets.owner.desk if tickets.owner else None
    tags = {
        "complaint": stream.id,
        "partner": ticket.partner,
        "stage": ticket.stage,
        "desk": desk,
        "late": _yes(ticket.late),
        "undelivered": _yes(bool(ticket.undelivered)),
    }
    body = {
        "ticket_id": str(ticket.id),
        "complaint_id": str(stream.id),
        "partner": ticket.partner,
        "category": ticket.category,
        "stage": ticket.stage,
        "desk": desk,
        "opened_at": ticket.opened_at.isoformat(),
        "opened_by": ticket.opened_by,
        "changed_at": _instant(ticket.changed_at or ticket.opened_at),
        "wanted_by": _instant(ticket.wanted_by),
        "told_at": _instant(ticket.told_at),
        "answered_at": _instant(ticket.answered_at),
        "answer_seconds": _answer_seconds(ticket),
        "late": ticket.late,
        "reminders": ticket.reminders,
        "disputes": len(ticket.disputes),
        "open_questions": len(ticket.open_questions),
        "kept_open": ticket.kept_open,
        "undelivered": [message.kind for message in ticket.undelivered],
    }
    return Row(TICKETS_OF, str(ticket.id), body, _tags(tags), ticket.opened_at.isoformat())


def _theirs(stream: Stream, ticket: Ticket) -> Row:
    body = {
        "ticket_id": str(ticket.id),
        "complaint_id": str(stream.id),
        "category": ticket.category,
        "stage": ticket.stage,
        "opened_at": ticket.opened_at.isoformat(),
        "wanted_by": _instant(ticket.wanted_by),
        "reminders": ticket.reminders,
        "open_questions": len(ticket.open_questions),
    }
    return Row(
        OF_PARTNER,
        str(ticket.id),
        body,
        (f"stage={ticket.stage}",),
        ticket.opened_at.isoformat(),
        audience=ticket.partner,
    )


def record(bodies: Sequence[Json]) -> Mapping[str, Any]:
    """How a partner does, from the bodies of its rows in `tickets`.

    A ticket is answered when the partner first said that it was done, whatever we made of it; answer times are wall
    time in seconds, from the first message that arrived. Late: a deadline passed, whether or not an answer came since.
    """
    seconds = [body["answer_seconds"] for body in bodies if body["answer_seconds"] is not None]
    return {
        "tickets": len(bodies),
        "open": sum(body["stage"] not in {"accepted", "withdrawn"} for body in bodies),
        "answered": len(seconds),
        "in_time": sum(body["answered_at"] is not None and not body["late"] for body in bodies),
        "late": sum(body["late"] for body in bodies),
        "disputed": sum(body["disputes"] > 0 for body in bodies),
        "accepted": sum(body["stage"] == "accepted" for body in bodies),
        "reminders": sum(body["reminders"] for body in bodies),
        "median_answer_seconds": median(seconds) if seconds else None,
        "worst_answer_seconds": max(seconds, default=None),
    }


def _answer_seconds(ticket: Ticket) -> int | None:
    if ticket.answered_at is None:
        return None
    return max(0, round((ticket.answered_at - (ticket.told_at or ticket.opened_at)).total_seconds()))


def _tags(named: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in named.items() if value is not None)


def _yes(whether: bool) -> str:  # noqa: FBT001 - a word for it
    return "yes" if whether else "no"


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
