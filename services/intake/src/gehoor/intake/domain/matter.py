"""Everything that can happen to a complaint, remark or report, and everything that is refused."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from gehoor.events.deciding import Decider
from gehoor.events.fact import Fact
from gehoor.intake.domain import contacts, endings, merging, noting, promises, receiving
from gehoor.intake.domain.contacts import RecordContact, ReferElsewhere
from gehoor.intake.domain.endings import (
    Close,
    GiveFeedback,
    RecordCause,
    RecordCustomerResponse,
    Reopen,
    SendFinalResponse,
    Withdraw,
)
from gehoor.intake.domain.evolving import evolve
from gehoor.intake.domain.merging import Absorb, Merge, Reclassify
from gehoor.intake.domain.noting import NoteCorrection, NoteDelivery, NoteErasure, NoteMiss, NoteOwner
from gehoor.intake.domain.promises import MakePromise, ReleasePromise, ReschedulePromise, ShowEvidence
from gehoor.intake.domain.receiving import HandleReport, ReceiveComplaint, ReceiveRemark, ReceiveReport
from gehoor.intake.domain.state import Matter

Receiving = ReceiveComplaint | ReceiveRemark | ReceiveReport | HandleReport
Promising = MakePromise | ShowEvidence | ReschedulePromise | ReleasePromise
Ending = SendFinalResponse | RecordCustomerResponse | Close | Reopen | Withdraw | GiveFeedback | RecordCause
Joining = RecordContact | ReferElsewhere | Merge | Absorb | Reclassify
Noting = NoteOwner | NoteMiss | NoteCorrection | NoteDelivery | NoteErasure
Command = Receiving | Joining | Promising | Ending | Noting


def decide(matter: Matter, command: Command) -> Sequence[Fact]:
    """The facts that follow from a command, none when it changes nothing.

    Raises:
        Refusal: the wish contradicts what has happened; says what, and what would be possible.
    """
    match command:
        case ReceiveComplaint() | ReceiveRemark() | ReceiveReport() | HandleReport():
            return tuple(_receive(matter, command))
        case RecordContact() | ReferElsewhere() | Merge() | Absorb() | Reclassify():
            return tuple(_join(matter, command))
        case MakePromise() | ShowEvidence() | ReschedulePromise() | ReleasePromise():
            return tuple(_promise(matter, command))
        case NoteOwner() | NoteMiss() | NoteCorrection() | NoteDelivery() | NoteErasure():
            return tuple(_note(matter, command))
        case _:
            return tuple(_end(matter, command))


def _receive(matter: Matter, command: Receiving) -> Iterator[Fact]:
    match command:
        case ReceiveComplaint():
            return receiving.complaint(matter, command)
        case ReceiveRemark():
            return receiving.remark(matter, command)
        case ReceiveReport():
            return receiving.report(matter, command)
        case HandleReport():
            return receiving.handle_report(matter, command)
        case _:
            assert_never(command)


def _join(matter: Matter, command: Joining) -> Iterator[Fact]:
    match command:
        case RecordContact():
            return contacts.record(matter, command)
        case ReferElsewhere():
            return contacts.refer(matter, command)
        case Merge():
            return merging.merge(matter, command)
        case Absorb():
            return merging.absorb(matter, command)
        case Reclassify():
            return merging.reclassify(matter, command)
        case _:
            assert_never(command)


def _promise(matter: Matter, command: Promising) -> Iterator[Fact]:
    match command:
        case MakePromise():
            return promises.make(matter, command)
        case ShowEvidence():
            return promises.show(matter, command)
        case ReschedulePromise():
            return promises.reschedule(matter, command)
        case ReleasePromise():
            return promises.release(matter, command)
        case _:
            assert_never(command)


def _end(matter: Matter, command: Ending) -> Iterator[Fact]:
    match command:
        case SendFinalResponse():
            return endings.respond(matter, command)
        case RecordCustomerResponse():
            return endings.hear(matter, command)
        case Close():
            return endings.close(matter, command)
        case Reopen():
            return endings.reopen(matter, command)
        case Withdraw():
            return endings.withdraw(matter, command)
        case GiveFeedback():
            return endings.look_back(matter, command)
        case RecordCause():
            return endings.find_cause(matter, command)
        case _:
            assert_never(command)


def _note(matter: Matter, command: Noting) -> Iterator[Fact]:
    match command:
        case NoteOwner():
            return noting.owner(matter, command)
        case NoteMiss():
            return noting.miss(matter, command)
        case NoteCorrection():
            return noting.correction(matter, command)
        case NoteDelivery():
            return noting.delivery(matter, command)
        case NoteErasure():
            return noting.erasure(matter, command)
        case _:
            assert_never(command)


MATTER: Decider[Matter, Command] = Decider(Matter(), evolve, decide)
