"""Which facts follow from a command."""

from collections.abc import Sequence
from typing import assert_never

from gehoor.events.deciding import Decider
from gehoor.events.fact import Fact
from gehoor.sla.domain import clocks, hearing, ladder
from gehoor.sla.domain.commands import (
    AnswerEscalation,
    ClimbLadder,
    Command,
    FireClock,
    FireWarning,
    HearEarlierReceipt,
    HearEnd,
    HearHappening,
    HearMatter,
    HearOffer,
    HearOfferOver,
    HearOwner,
    HearPromise,
    HearPromiseKept,
    HearPromiseReleased,
    HearPromiseRescheduled,
    HearReclassified,
    HearReopened,
    HearTicket,
    RecordAttempt,
)
from gehoor.sla.domain.decision import Decision
from gehoor.sla.domain.evolving import evolve
from gehoor.sla.domain.rules import Rules
from gehoor.sla.domain.watch import Watch


def watch_decider(rules: Rules) -> Decider[Watch, Command]:
    """A watch under these rules."""
    return Decider(Watch(), evolve, lambda watch, command: decide(watch, command, rules))


def decide(watch: Watch, command: Command, rules: Rules) -> Sequence[Fact]:  # noqa: C901, PLR0912 - one line each
    """The facts that follow from a command, none when it changes nothing.

    Raises:
        Refusal: the wish contradicts what has happened; only an answer to an escalation can.
    """
    decision = Decision(watch, rules)
    match command:
        case HearMatter():
            hearing.matter(decision, command)
        case HearReclassified():
            hearing.reclassified(decision, command)
        case HearEarlierReceipt():
            hearing.earlier_receipt(decision, command)
        case HearOwner():
            hearing.owner(decision, command)
        case HearHappening():
            hearing.happening(decision, command)
        case HearPromise():
            hearing.promise(decision, command)
        case HearPromiseKept():
            hearing.promise_kept(decision, command)
        case HearPromiseRescheduled():
            hearing.promise_rescheduled(decision, command)
        case HearPromiseReleased():
            hearing.promise_released(decision, command)
        case HearOffer():
            hearing.offer(decision, command)
        case HearOfferOver():
            hearing.offer_over(decision, command)
        case HearTicket():
            hearing.ticket(decision, command)
        case HearEnd():
            hearing.ended(decision, command)
        case HearReopened():
            hearing.reopened(decision, command)
        case FireClock():
            clocks.fire(decision, command)
        case FireWarning():
            clocks.warn(decision, command)
        case ClimbLadder():
            ladder.climb(decision, command)
        case AnswerEscalation():
            ladder.answer(decision, command)
        case RecordAttempt():
            ladder.record(decision, command)
        case _:
            assert_never(command)
    return decision.facts
