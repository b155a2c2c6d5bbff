"""What a watch has due: clocks to fire, warnings, the ladder's next level, escalations to deliver; and their words.

The words name no person and nothing that the customer said: the reference, which clock it was and when it was due,
the level, until when an answer is wanted, and where to give it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gehoor.events.envelope import Stream
from gehoor.events.sla import DeliveryChannel
from gehoor.events.terms import ClockId, ContactId, EscalationId, Reference
from gehoor.runtime.ports import Due, Mail, Moment, Wish
from gehoor.sla.domain import Clock, Delivery, Escalation, Watch
from gehoor.sla.domain.commands import ClimbLadder, FireClock, FireWarning
from gehoor.sla.domain.words import owed
from gehoor.sla.policy import Policy

CLOCK, WARNING, LADDER = "clock", "warning", "ladder"
TIMERS = frozenset({CLOCK, WARNING, LADDER})
DELIVERY = {DeliveryChannel.MAIL: "mail", DeliveryChannel.WEBHOOK: "webhook"}
"""The kinds of due rows."""


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


async def fire(due: Due, moment: Moment) -> Wish:
    """A clock's due came."""
    return Wish(due.stream, FireClock(ClockId(due.key), due.arming, moment.now, moment.caught_up))


async def warn(due: Due, moment: Moment) -> Wish:
    """The moment to warn of a clock came."""
    return Wish(due.stream, FireWarning(ClockId(due.key), due.arming, moment.now))


async def climb(due: Due, moment: Moment) -> Wish:
    """Until now an answer was waited for."""
    return Wish(due.stream, ClimbLadder(EscalationId(due.key), due.arming, moment.now))


@dataclass(frozen=True, slots=True)
class Question:
    """One raising of an escalation, to be told by one way."""

    complaint_id: UUID
    reference: Reference | None
    clock: Clock
    escalation: Escalation
    delivery: Delivery
    link: str
    """Where to answer."""


def question(stream: Stream, watch: Watch, key: UUID, answer_at: str) -> Question | None:
    """What the delivery of that key is to say; None where it is wanted no more.

    `answer_at`: an address in which `{id}` stands for the escalation's.
    """
    for escalation in watch.escalations.values():
        delivery = escalation.deliveries.get(ContactId(key))
        if delivery is not None:
            clock = watch.clocks[escalation.clock_id]
            link = answer_at.replace("{id}", str(escalation.id))
            return Question(stream.id, watch.reference, clock, escalation, delivery, link)
    return None


def mail(asked: Question, to: str, policy: Policy) -> Mail:
    """The mail that asks it."""
    delivery, desk = asked.delivery, asked.escalation.desk
    what = owed(asked.clock)
    again = f", asked for the {_ordinal(delivery.repeat + 1)} time" if delivery.repeat else ""
    text = (
        f"{asked.reference or asked.complaint_id}: nobody has seen to {what}.\n\n"
        f"It was due on {policy.in_words(asked.clock.due, desk)}.\n"
        f"Accountable desk: {desk}.\n"
        f"This is level {delivery.level} ({delivery.addressee}){again}.\n"
        f"An answer is wanted by {policy.in_words(delivery.answer_by, desk)}; after that the next level is asked.\n\n"
        "An answer names the person who takes it up, the next step, and by when it is done:\n"
        f"{asked.link}\n"
    )
    subject = f"Answer wanted: {what} (level {delivery.level})"
    return Mail(key=delivery.id, to=to, subject=subject, text=text, reference=asked.reference)


def webhook(asked: Question) -> bytes:
    """The body of the webhook that asks it."""
    escalation, delivery, clock = asked.escalation, asked.delivery, asked.clock
    body = {
        "type": "escalation.raised",
        "timestamp": _iso(delivery.raised_at),
        "data": {
            "escalation_id": str(escalation.id),
            "complaint_id": str(asked.complaint_id),
            "reference": asked.reference,
            "level": delivery.level,
            "repeat": delivery.repeat,
            "addressee": delivery.addressee,
            "desk": escalation.desk,
            "clock": clock.kind,
            "promise": clock.watches.promise_kind,
            "due": _iso(clock.due),
            "answer_by": _iso(delivery.answer_by),
            "answer_at": asked.link,
        },
    }
    return json.dumps(body, separators=(",", ":")).encode()


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in {11, 12, 13} else 0, "th")
    return f"{number}{ending}"
