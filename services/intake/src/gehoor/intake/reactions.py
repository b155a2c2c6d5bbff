"""What another service's fact means here: the command for the matter it is about."""

from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact
from gehoor.events.routing import OwnerAccepted, OwnerAssigned, ReportForwarded
from gehoor.events.sla import DeadlineMissed, MissCorrected
from gehoor.events.terms import ClockKind
from gehoor.intake.domain.noting import NoteCorrection, NoteMiss, NoteOwner

HEARD: tuple[type[Fact], ...] = (OwnerAssigned, OwnerAccepted, ReportForwarded, DeadlineMissed, MissCorrected)
"""Others' facts that mean something to intake."""


def react(heard: Recorded) -> NoteOwner | NoteMiss | NoteCorrection | None:
    """The command that follows; None where nothing does."""
    at = heard.fact.occurred_at
    match fact := heard.fact:
        case OwnerAssigned():
            return NoteOwner(at, fact.desk, fact.hand_off, fact.person)
        case OwnerAccepted():
            return NoteOwner(at, fact.desk, fact.hand_off, fact.person)
        case ReportForwarded():
            return NoteOwner(at, fact.desk, 0)
        case DeadlineMissed(kind=ClockKind.PROMISE) if fact.watches.promise_id is not None:
            return NoteMiss(at, fact.watches.promise_id)
        case MissCorrected(kind=ClockKind.PROMISE) if fact.watches.promise_id is not None:
            return NoteCorrection(at, fact.watches.promise_id)
        case _:
            return None
