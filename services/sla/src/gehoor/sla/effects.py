"""What a watch has due: clocks to fire, warnings, the ladder's next level, escalations to deliver; and their words.

The words name no person and nothing that the customer said: the reference, which clock it was and when it was due,
the level, until when an answer is wanted, and where to give it.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from gehoor.events.envelope import Stream
from gehoor.events.sla import DeliveryChannel
from gehoor.events.terms import ClockKind, PromiseKind
from gehoor.runtime.ports import Due, Mail
from gehoor.sla.domain import Clock, Delivery, Escalation, EscalationState, Watch
from gehoor.sla.policy import Policy

CLOCK, WARNING, LADDER = "clock", "warning", "ladder"
TIMERS = frozenset({CLOCK, WARNING, LADDER})
DELIVERY = {DeliveryChannel.MAIL: "mail", DeliveryChannel.WEBHOOK: "webhook"}
"""The kinds of due rows."""

_NAMES = {
    ClockKind.ACKNOWLEDGEMENT: "the acknowledgement of receipt",
    ClockKind.FIRST_ANSWER: "the first answer by a person",
    ClockKind.RESOLUTION: "the final response",
    ClockKind.TRANSFER: "the answer to an offer to take it over",
    ClockKind.PARTNER_ANSWER: "a partner's answer",
    ClockKind.NEXT_STEP: "the next step that was announced",
    ClockKind.REPORT: "the handling of a report",
}
_PROMISES = {
    PromiseKind.CALL_BACK: "a call back that was promised",
    PromiseKind.ANSWER: "an answer that was promised",
    PromiseKind.VISIT: "a visit that was promised",
    PromiseKind.DELIVERY: "a delivery that was promised",
    PromiseKind.PAYMENT: "a payment that was promised",
}


def due(stream: Stream, watch: Watch) -> Iterator[Due]:
    """All that is due of a watch, now or later. A clock that was moved and a level that was climbed arm anew."""
    for clock in watch.clocks.values():
        if clock.running:
            yield Due(CLOCK, clock.id, stream, clock.due, clock.arming)
            if clock.deadline.approaching_at is not None and not clock.warned:
                yield Due(WARNING, clock.id, stream, clock.deadline.approaching_at, clock.arming)
    for escalation in watch.escalations.values():
        if escalation.open:
            yield Due(LADDER, escalation.id, stream, escalation.answer_by, escalation.raisings)
        for delivery in escalation.deliveries.values():
            yield Due(DELIVERY[delivery.channel], delivery.id, stream, delivery.next_at, delivery.attempts + 1)


def delivery_due(watch: Watch, key: UUID) -> tuple[Escalation, Delivery] | None:
    """The escalation and delivery of that key; None where it is needed no more."""
    for escalation in watch.escalations.values():
        for delivery in escalation.deliveries.values():
            if delivery.id == key and escalation.state is EscalationState.OPEN:
                return escalation, delivery
    return None


def mail(watch: Watch, escalation: Escalation, delivery: Delivery, to: str, policy: Policy, link: str) -> Mail:
    """The mail that asks for an answer."""
    clock = watch.clocks[escalation.clock_id]
    reference = watch.reference or "unknown"
    again = f", asked for the {_ordinal(delivery.repeat + 1)} time" if delivery.repeat else ""
    text = (
        f"Complaint {reference}: nobody has seen to {owed(clock)}.\n\n"
        f"It was due on {policy.in_words(clock.due, escalation.desk)}.\n"
        f"Accountable desk: {escalation.desk}.\n"
        f"This is level {delivery.level} ({escalation.addressee}){again}.\n"
        f"An answer is wanted by {policy.in_words(escalation.answer_by, escalation.desk)}; "
        "after that it goes to the next level.\n\n"
        "An answer names the person who takes it up, the next step, and by when it is done:\n"
        f"{link}\n"
    )
    return Mail(
        key=delivery.id,
        to=to,
        subject=f"Answer wanted: {owed(clock)}, level {delivery.level}",
        text=text,
        reference=watch.reference,
    )


def webhook(stream: Stream, watch: Watch, escalation: Escalation, delivery: Delivery, link: str) -> bytes:
    """The body of the webhook that asks the same."""
    clock = watch.clocks[escalation.clock_id]
    return json.dumps(
        {
            "type": "escalation.raised",
            "timestamp": _iso(escalation.raised_at),
            "data": {
                "escalation_id": str(escalation.id),
                "complaint_id": str(stream.id),
                "reference": watch.reference,
                "level": delivery.level,
                "repeat": delivery.repeat,
                "addressee": escalation.addressee,
                "desk": escalation.desk,
                "clock": clock.kind,
                "promise": clock.watches.promise_kind,
                "due": _iso(clock.due),
                "answer_by": _iso(escalation.answer_by),
                "answer_at": link,
            },
        },
        separators=(",", ":"),
    ).encode()


def owed(clock: Clock) -> str:
    """What the clock waits for, in words."""
    kind = clock.watches.promise_kind
    return _PROMISES[kind] if kind is not None else _NAMES.get(clock.kind, "what was promised")


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in {11, 12, 13} else 0, "th")
    return f"{number}{ending}"
