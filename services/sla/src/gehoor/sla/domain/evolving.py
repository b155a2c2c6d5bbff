"""What a fact makes of a watch."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from gehoor.events.fact import Fact
from gehoor.events.sla import (
    DeadlineApproaching,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineSet,
    EscalationAnswered,
    EscalationDelivered,
    EscalationEnded,
    EscalationRaised,
    EscalationUndelivered,
    MissCorrected,
)
from gehoor.events.terms import ClockId, ContactId, EscalationId
from gehoor.sla.domain.watch import Clock, ClockState, Delivery, Escalation, EscalationState, Watch, delivery_of
from gehoor.sla.facts import (
    DeliveryAttempted,
    EarlierReceiptHeard,
    HappeningHeard,
    LateHappeningHeard,
    MatterHeard,
    OwnerHeard,
    ReclassificationHeard,
    TicketSettled,
    WarningPassed,
)

K = TypeVar("K")
V = TypeVar("V")


def evolve(watch: Watch, fact: Fact) -> Watch:
    """The watch after one more fact.

    Raises:
        TypeError: the fact is none of this stream's; a history that has one can't be trusted.
    """
    match fact:
        case MatterHeard() | ReclassificationHeard() | EarlierReceiptHeard() | OwnerHeard():
            return _of_matter(watch, fact)
        case HappeningHeard():
            first = min(fact.occurred_at, watch.happened.get(fact.kind, fact.occurred_at))
            return replace(watch, happened=_with(watch.happened, fact.kind, first))
        case TicketSettled():
            return replace(watch, settled=watch.settled | {fact.ticket_id})
        case DeadlineSet():
            clock = Clock(fact.clock_id, fact.kind, fact.desk, fact.starts, fact.deadline, fact.watches)
            return replace(watch, clocks=_with(watch.clocks, clock.id, clock))
        case (
            DeadlineMoved()
            | DeadlineCancelled()
            | DeadlineApproaching()
            | WarningPassed()
            | DeadlineMet()
            | DeadlineMissed()
            | MissCorrected()
            | LateHappeningHeard()
        ):
            return _clock(watch, fact.clock_id, lambda clock: _of_clock(clock, fact))
        case EscalationRaised():
            return _raised(watch, fact)
        case (
            EscalationAnswered()
            | EscalationEnded()
            | EscalationDelivered()
            | EscalationUndelivered()
            | DeliveryAttempted()
        ):
            return _escalation(watch, fact.escalation_id, lambda escalation: _of_escalation(escalation, fact))
        case _:
            raise TypeError(f"{fact.type or type(fact).__name__} is no fact of a watch")


def _of_matter(watch: Watch, fact: MatterHeard | ReclassificationHeard | EarlierReceiptHeard | OwnerHeard) -> Watch:
    match fact:
        case MatterHeard():
            return replace(
                watch,
                complaint_id=fact.complaint_id,
                matter=fact.matter,
                reference=fact.reference,
                received_at=fact.occurred_at,
                desk=watch.desk or fact.desk,
                label=fact.label,
            )
        case ReclassificationHeard():
            return replace(watch, matter=fact.matter)
        case EarlierReceiptHeard():
            return replace(watch, received_at=fact.received_at)
        case OwnerHeard():
            return replace(watch, desk=fact.desk)


def _of_clock(
    clock: Clock,
    fact: DeadlineMoved
    | DeadlineCancelled
    | DeadlineApproaching
    | WarningPassed
    | DeadlineMet
    | DeadlineMissed
    | MissCorrected
    | LateHappeningHeard,
) -> Clock:
    at = fact.occurred_at
    match fact:
        case DeadlineMoved():
            return replace(
                clock, desk=fact.desk, starts=fact.starts, deadline=fact.deadline, arming=fact.arming, warned=False
            )
        case DeadlineApproaching() | WarningPassed():
            return replace(clock, warned=True)
        case DeadlineCancelled():
            return _over(clock, ClockState.CANCELLED, at)
        case DeadlineMet():
            return _over(clock, ClockState.MET, at)
        case DeadlineMissed():
            return replace(_over(clock, ClockState.MISSED, at), missed_because=fact.reason)
        case MissCorrected():
            return _over(clock, ClockState.CORRECTED, fact.happened_at)
        case LateHappeningHeard():
            return replace(clock, done_late_at=at)


def _over(clock: Clock, state: ClockState, at: datetime) -> Clock:
    return replace(clock, state=state, over_at=at)


def _raised(watch: Watch, fact: EscalationRaised) -> Watch:
    before = watch.escalations.get(fact.escalation_id)
    deliveries = dict(before.deliveries) if before else {}
    for channel in fact.channels:
        key = delivery_of(fact.escalation_id, fact.level, fact.repeat, channel)
        deliveries[key] = Delivery(
            id=key,
            level=fact.level,
            repeat=fact.repeat,
            channel=channel,
            addressee=fact.addressee,
            raised_at=fact.occurred_at,
            answer_by=fact.answer_by,
            next_at=fact.occurred_at,
        )
    escalation = Escalation(
        id=fact.escalation_id,
        clock_id=fact.clock_id,
        kind=fact.kind,
        level=fact.level,
        repeat=fact.repeat,
        addressee=fact.addressee,
        desk=fact.desk,
        raised_at=fact.occurred_at,
        answer_by=fact.answer_by,
        raisings=before.raisings + 1 if before else 1,
        deliveries=deliveries,
    )
    return replace(watch, escalations=_with(watch.escalations, escalation.id, escalation))


def _of_escalation(
    escalation: Escalation,
    fact: EscalationAnswered | EscalationEnded | EscalationDelivered | EscalationUndelivered | DeliveryAttempted,
) -> Escalation:
    match fact:
        case EscalationAnswered():
            return replace(
                escalation,
                state=EscalationState.ANSWERED,
                answered_by=fact.by,
                next_step_by=fact.next_step_by,
                deliveries={},
            )
        case EscalationEnded():
            return replace(escalation, state=EscalationState.ENDED, ended=fact.reason, deliveries={})
        case EscalationDelivered() | EscalationUndelivered():
            rest = {key: held for key, held in escalation.deliveries.items() if key != fact.delivery_id}
            return replace(escalation, deliveries=rest)
        case DeliveryAttempted():
            return _attempted(escalation, fact.delivery_id, fact)


def _attempted(escalation: Escalation, key: ContactId, fact: DeliveryAttempted) -> Escalation:
    held = escalation.deliveries.get(key)
    if held is None:
        return escalation
    tried = replace(held, attempts=fact.attempt, next_at=fact.next_at)
    return replace(escalation, deliveries=_with(escalation.deliveries, key, tried))


def _clock(watch: Watch, key: ClockId, change: Callable[[Clock], Clock]) -> Watch:
    return replace(watch, clocks=_with(watch.clocks, key, change(watch.clocks[key])))


def _escalation(watch: Watch, key: EscalationId, change: Callable[[Escalation], Escalation]) -> Watch:
    return replace(watch, escalations=_with(watch.escalations, key, change(watch.escalations[key])))


def _with(held: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return {**held, key: value}
