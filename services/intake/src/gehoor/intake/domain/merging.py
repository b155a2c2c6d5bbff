"""One matter that turns out to be another, or of another kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.intake import Merged, PromiseMade, Reclassified
from gehoor.events.private import Private
from gehoor.events.terms import ComplaintId, MatterKind, PromiseId, RemarkKind, StaffId
from gehoor.intake.domain import refusing
from gehoor.intake.domain.state import Matter, Promise
from gehoor.intake.facts import Absorbed


@dataclass(frozen=True, slots=True)
class Merge:
    """It is the same matter as another."""

    at: datetime
    into: ComplaintId
    by: StaffId
    carried: frozenset[PromiseId] = frozenset()
    """The promises owed here that the other takes over in the same transaction."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A promise of a merged complaint, and the id under which it is owed from now on."""

    promise: Promise
    new_id: PromiseId


@dataclass(frozen=True, slots=True)
class Absorb:
    """Another complaint goes on in this one, its promises too."""

    at: datetime
    merged: ComplaintId
    received_at: datetime
    carried: tuple[Carried, ...] = ()


@dataclass(frozen=True, slots=True)
class Reclassify:
    """What was taken for one kind is another."""

    at: datetime
    after: MatterKind
    by: StaffId
    why: Private[str]
    remark: RemarkKind | None = None


def merge(matter: Matter, command: Merge) -> Iterator[Fact]:
    """It ends here, and what was promised goes along."""
    if matter.merged_into == command.into:
        return
    refusing.complaint(matter)
    if {promise.id for promise in matter.owed} != command.carried:
        raise Refusal("promises-changed", "What is owed has changed meanwhile.", ["merge again"])
    yield Merged(occurred_at=command.at, into=command.into, received_at=matter.received_at, by=command.by)


def absorb(matter: Matter, command: Absorb) -> Iterator[Fact]:
    """It goes on for both: the earliest receipt counts, and every promise is still owed."""
    if command.merged in matter.absorbed:
        return
    refusing.complaint(matter)
    yield Absorbed(occurred_at=command.at, merged=command.merged, received_at=command.received_at)
    for carried in command.carried:
        promise = carried.promise
        yield PromiseMade(
            occurred_at=command.at,
            promise_id=carried.new_id,
            kind=promise.kind,
            what=promise.what,
            due=promise.due,
            promised_by=promise.by,
            replaces=promise.id,
        )


def reclassify(matter: Matter, command: Reclassify) -> Iterator[Fact]:
    """The id stays, and a complaint's clocks count from the first receipt."""
    if matter.kind is command.after:
        return
    refusing.not_over(matter)
    if matter.owed:
        raise Refusal(
            "promise-owed",
            "What was promised is owed whatever it is called.",
            [f"keep promise {promise.id}" for promise in matter.owed],
        )
    if (command.after is MatterKind.REMARK) != (command.remark is not None):
        raise Refusal("which-remark", "A remark is a wish, a question or thanks.", ["name `remark` for a remark"])
    yield Reclassified(
        occurred_at=command.at,
        before=matter.kind,
        after=command.after,
        received_at=matter.received_at,
        by=command.by,
        why=command.why,
        remark=command.remark,
    )
