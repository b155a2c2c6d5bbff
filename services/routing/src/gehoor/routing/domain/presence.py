"""One person of ours: here, or away and covered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from gehoor.events.deciding import Decider, Refusal
from gehoor.events.fact import Fact
from gehoor.events.routing import PersonAbsent, PersonReturned
from gehoor.events.terms import DeskId, StaffId


@dataclass(frozen=True, slots=True)
class Away:
    """Who covers meanwhile (None: the desk), and until when (None: until further notice)."""

    covered_by: StaffId | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Presence:
    """What routing knows of one person; nothing where they were never away."""

    person: StaffId | None = None
    desk: DeskId | None = None
    away: Away | None = None
    absences: int = 0


@dataclass(frozen=True, slots=True)
class Leave:
    """That person is away from now on, or for longer or shorter than was said before."""

    at: datetime
    person: StaffId
    desk: DeskId
    away: Away
    desks: frozenset[DeskId]
    """All there are."""


@dataclass(frozen=True, slots=True)
class Return:
    """They are back."""

    at: datetime


Command: TypeAlias = Leave | Return


def evolve(presence: Presence, fact: Fact) -> Presence:
    """The state after one more fact.

    Raises:
        TypeError: it is no fact of a person; such a history is not to be trusted.
    """
    match fact:
        case PersonAbsent():
            away = Away(fact.covered_by, fact.until)
            return Presence(fact.person, fact.desk, away, presence.absences + 1)
        case PersonReturned():
            return replace(presence, away=None)
        case _:
            raise TypeError(f"{fact.type} is no fact of a person in routing")


def decide(presence: Presence, command: Command) -> Sequence[Fact]:
    """The facts that follow from a command, none when it changes nothing.

    Raises:
        Refusal: nobody covers for themselves, works at a desk that does not exist, or returns before they leave.
    """
    match command:
        case Leave():
            return _leave(presence, command)
        case Return():
            if presence.person is None or presence.desk is None or presence.away is None:
                return ()
            return (PersonReturned(occurred_at=command.at, person=presence.person, desk=presence.desk),)
        case _:
            assert_never(command)


def _leave(presence: Presence, wish: Leave) -> Sequence[Fact]:
    if wish.desk not in wish.desks:
        raise Refusal("unknown-desk", f"There is no desk {wish.desk}.", sorted(wish.desks))
    if wish.away.covered_by == wish.person:
        raise Refusal(
            "covers-oneself", "Nobody covers for themselves.", ["name somebody else", "name nobody: the desk"]
        )
    if wish.away.until is not None and wish.away.until <= wish.at:
        raise Refusal("until-past", "The return lies in the past.", ["name a later moment", "name none"])
    if presence.away == wish.away and presence.desk == wish.desk:
        return ()
    absent = PersonAbsent(
        occurred_at=wish.at,
        person=wish.person,
        desk=wish.desk,
        covered_by=wish.away.covered_by,
        until=wish.away.until,
    )
    return (absent,)


PRESENCE: Decider[Presence, Command] = Decider(initial=Presence(), evolve=evolve, decide=decide)
