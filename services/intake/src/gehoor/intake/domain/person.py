"""A person who is erased: first the fact, then the keys, so that a crash in between forgets nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from gehoor.events.deciding import Decider
from gehoor.events.fact import Fact
from gehoor.events.intake import ErasureGround, PersonErased
from gehoor.events.terms import ComplaintId, CustomerId, StaffId
from gehoor.intake.facts import KeysDestroyed


@dataclass(frozen=True, slots=True)
class Person:
    """Which subjects of theirs are erased, and of which the keys are still to be destroyed."""

    erased: frozenset[ComplaintId] = frozenset()
    pending: frozenset[ComplaintId] = frozenset()
    times: int = 0
    """How often something was erased: a customer may come again afterwards, and ask again."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Destroy all that is known of them."""

    at: datetime
    customer_id: CustomerId
    subjects: tuple[ComplaintId, ...]
    ground: ErasureGround
    by: StaffId


@dataclass(frozen=True, slots=True)
class NoteDestroyed:
    """The keys and bodies are gone."""

    at: datetime
    subjects: frozenset[ComplaintId]


Command = ErasePerson | NoteDestroyed


def evolve(person: Person, fact: Fact) -> Person:
    """The person after a fact.

    Raises:
        TypeError: it is no fact of a person.
    """
    match fact:
        case PersonErased():
            subjects = frozenset(fact.subjects)
            return Person(person.erased | subjects, person.pending | subjects, person.times + 1, fact.occurred_at)
        case KeysDestroyed():
            return Person(person.erased, person.pending - set(fact.subjects), person.times, person.at)
        case _:
            raise TypeError(f"{fact.type} is no fact of a person")


def decide(person: Person, command: Command) -> Sequence[Fact]:
    """Erased once a subject; asked again, only what came since."""
    match command:
        case ErasePerson():
            fresh = tuple(subject for subject in dict.fromkeys(command.subjects) if subject not in person.erased)
            if not fresh:
                return []
            return [
                PersonErased(
                    occurred_at=command.at,
                    customer_id=command.customer_id,
                    subjects=fresh,
                    ground=command.ground,
                    by=command.by,
                )
            ]
        case NoteDestroyed():
            gone = tuple(sorted(person.pending & command.subjects))
            return [KeysDestroyed(occurred_at=command.at, subjects=gone)] if gone else []
        case _:
            assert_never(command)


PERSON: Decider[Person, Command] = Decider(Person(), evolve, decide)
