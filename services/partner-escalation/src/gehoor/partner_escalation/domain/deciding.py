"""What follows from a wish, and what is refused."""

from collections.abc import Sequence
from typing import assert_never

from gehoor.events.fact import Fact
from gehoor.partner_escalation.domain.asking import accept, answer, dispute, keep_open, open_ticket, redeliver, withdraw
from gehoor.partner_escalation.domain.commands import (
    AcceptResolution,
    AnswerQuestion,
    Command,
    DisputeResolution,
    Hear,
    KeepOpen,
    OpenTicket,
    RecordAttempt,
    Redeliver,
    TakeUpdate,
    WithdrawTicket,
)
from gehoor.partner_escalation.domain.delivering import record_attempt
from gehoor.partner_escalation.domain.hearing import hear
from gehoor.partner_escalation.domain.tickets import Tickets
from gehoor.partner_escalation.domain.updating import take_update


def decide(tickets: Tickets, command: Command) -> Sequence[Fact]:
    """The facts that follow from a command, none when it changes nothing.

    Raises:
        Refusal: the wish contradicts what has happened; says what, and what would be possible.
    """
    match command:
        case Hear():
            return hear(tickets, command)
        case OpenTicket():
            return open_ticket(tickets, command)
        case KeepOpen():
            return keep_open(tickets, command)
        case Redeliver():
            return redeliver(tickets, command)
        case AnswerQuestion():
            return answer(tickets, command)
        case AcceptResolution():
            return accept(tickets, command)
        case DisputeResolution():
            return dispute(tickets, command)
        case WithdrawTicket():
            return withdraw(tickets, command)
        case TakeUpdate():
            return take_update(tickets, command)
        case RecordAttempt():
            return record_attempt(tickets, command)
        case _:
            assert_never(command)
