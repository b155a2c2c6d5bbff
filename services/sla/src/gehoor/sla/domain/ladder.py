"""One escalation: raised, raised again a level higher, answered, ended, and told to its addressee on the way.

It climbs until a human answers or its cause is gone. An answer is a named human, a next step and its date; that date
is a clock, and takes the place of the ladder.
"""

from datetime import datetime

from gehoor.events.deciding import Refusal
from gehoor.events.sla import (
    CancelReason,
    DeadlineCancelled,
    DeadlineSet,
    EndReason,
    EscalationAnswered,
    EscalationDelivered,
    EscalationEnded,
    EscalationRaised,
    EscalationUndelivered,
    Watched,
)
from gehoor.events.terms import ClockKind
from gehoor.sla.domain.commands import AnswerEscalation, AttemptEnd, ClimbLadder, RecordAttempt
from gehoor.sla.domain.decision import Decision
from gehoor.sla.domain.watch import Clock, ClockState, Escalation, EscalationState, escalation_of, next_step_clock
from gehoor.sla.facts import AttemptResult, DeliveryAttempted

SYSTEM = "st_system"
"""The id that stands for no person."""


def raise_first(decision: Decision, clock: Clock, now: datetime) -> None:
    """Ask the level that the misses on this complaint call for: the first miss the first, and so on to the top."""
    if decision.watch.raised_by(clock.id) is None:
        _raise(decision, clock, min(decision.watch.misses, decision.rules.top), 0, now)


def climb(decision: Decision, command: ClimbLadder) -> None:
    """Nobody answered in time: the next level is asked. Above the top there is none, so the top is asked again."""
    escalation = decision.watch.escalations.get(command.escalation_id)
    if escalation is None or not escalation.open or escalation.raisings != command.raising:
        return
    if command.now < escalation.answer_by:
        return
    clock = decision.watch.clocks[escalation.clock_id]
    if escalation.level < decision.rules.top:
        _raise(decision, clock, escalation.level + 1, 0, command.now)
    else:
        _raise(decision, clock, decision.rules.top, escalation.repeat + 1, command.now)


def answer(decision: Decision, command: AnswerEscalation) -> None:
    """A human takes it up.

    Raises:
        Refusal: there is no such open question, nobody is named, or the next step lies in the past.
    """
    escalation = decision.watch.escalations.get(command.escalation_id)
    if escalation is None:
        raise Refusal("unknown-escalation", "No such escalation was raised.", ["list the open escalations"])
    if escalation.state is EscalationState.ANSWERED:
        if (escalation.answered_by, escalation.next_step_by) == (command.by, command.next_step_by):
            return
        raise Refusal(
            "already-answered",
            f"{escalation.answered_by} answered it; the next step is due {escalation.next_step_by}.",
            ["do the next step", "wait for its clock"],
        )
    if escalation.state is EscalationState.ENDED:
        raise Refusal("escalation-ended", f"It ended: {escalation.ended}.", ["list the open escalations"])
    if command.by == SYSTEM:
        raise Refusal("nobody-named", "An answer names the person who gives it.", ["the id of a person in `by`"])
    if command.next_step_by <= command.now:
        raise Refusal("next-step-in-the-past", "The next step lies in the past.", ["a later `next_step_by`"])
    _answer(decision, escalation, command)


def end(decision: Decision, clock: Clock, reason: EndReason, at: datetime, now: datetime) -> None:
    """The cause is gone: its escalation ends, and with it the next step that was given in answer."""
    escalation = decision.watch.raised_by(clock.id)
    if escalation is None or escalation.state is EscalationState.ENDED:
        return
    decision.state(
        EscalationEnded(occurred_at=now, escalation_id=escalation.id, clock_id=escalation.clock_id, reason=reason)
    )
    following = decision.watch.next_step_of(escalation.id)
    if following is None:
        return
    if following.running:
        decision.state(
            DeadlineCancelled(
                occurred_at=at, clock_id=following.id, kind=following.kind, reason=CancelReason.SUPERSEDED
            )
        )
    elif following.state is ClockState.MISSED:
        end(decision, following, reason, at, now)


def record(decision: Decision, command: RecordAttempt) -> None:
    """What became of an attempt to deliver; also where the escalation is over meanwhile and it arrived after all."""
    escalation = decision.watch.escalations.get(command.escalation_id)
    delivery = escalation.deliveries.get(command.delivery_id) if escalation else None
    if escalation is None or delivery is None or command.attempt != delivery.attempts + 1:
        return
    told = {
        "occurred_at": command.now,
        "escalation_id": escalation.id,
        "level": delivery.level,
        "repeat": delivery.repeat,
        "channel": delivery.channel,
        "delivery_id": delivery.id,
        "attempts": command.attempt,
    }
    if command.end is AttemptEnd.TAKEN:
        decision.state(EscalationDelivered.model_validate(told))
    elif command.end is AttemptEnd.REFUSED or command.next_at is None:
        decision.state(EscalationUndelivered.model_validate({**told, "detail": command.detail}))
    else:
        decision.state(
            DeliveryAttempted(
                occurred_at=command.now,
                escalation_id=escalation.id,
                delivery_id=delivery.id,
                attempt=command.attempt,
                result=AttemptResult(command.end.value),
                detail=command.detail,
                next_at=command.next_at,
            )
        )


def _raise(decision: Decision, clock: Clock, level: int, repeat: int, now: datetime) -> None:
    desk = decision.watch.asked(clock)
    rung = decision.rules.rung(level, now, desk=desk)
    decision.state(
        EscalationRaised(
            occurred_at=now,
            escalation_id=escalation_of(clock.id),
            level=rung.level,
            addressee=rung.role,
            desk=desk,
            clock_id=clock.id,
            kind=clock.kind,
            watches=clock.watches,
            answer_by=rung.answer_by,
            policy=rung.policy,
            computed=rung.computed,
            repeat=repeat,
            channels=rung.channels,
        )
    )


def _answer(decision: Decision, escalation: Escalation, command: AnswerEscalation) -> None:
    decision.state(
        EscalationAnswered(
            occurred_at=command.now,
            escalation_id=escalation.id,
            by=command.by,
            next_step=command.next_step,
            next_step_by=command.next_step_by,
        )
    )
    desk = decision.watch.asked(decision.watch.clocks[escalation.clock_id])
    decision.state(
        DeadlineSet(
            occurred_at=command.now,
            clock_id=next_step_clock(escalation.id),
            kind=ClockKind.NEXT_STEP,
            desk=desk,
            starts=command.now,
            deadline=decision.rules.stated(
                ClockKind.NEXT_STEP, command.now, command.next_step_by, desk=desk, basis="escalation"
            ),
            watches=Watched(escalation_id=escalation.id),
        )
    )
