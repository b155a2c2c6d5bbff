"""The promise: open, then kept, rescheduled or released; missed on the way, and then still owed.

| kind                      | kept by                                                  | not by                        |
|---------------------------|----------------------------------------------------------|-------------------------------|
| call-back                 | a contact out with outcome reached, naming it            | voicemail, no answer; the     |
|                           |                                                          | customer ringing first        |
| answer                    | a contact that gives the answer; a clear no is one       | "we are looking into it"      |
| visit, delivery, payment  | the customer's noted word, or evidence of another kind   | our own "sent"                |
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    PromiseAttempted,
    PromiseKept,
    PromiseMade,
    PromiseReleased,
    PromiseRescheduled,
    ReleaseReason,
)
from gehoor.events.private import Private
from gehoor.events.terms import (
    ContactId,
    Direction,
    Evidence,
    Outcome,
    PromiseId,
    PromiseKind,
    StaffId,
    Window,
)
from gehoor.intake.domain import refusing
from gehoor.intake.domain.state import Matter, Promise

SYSTEM: StaffId = "st_system"
"""Stands where a fact names somebody of ours and nobody was there."""


@dataclass(frozen=True, slots=True)
class NewPromise:
    """What somebody of ours tells the customer to expect."""

    id: PromiseId
    kind: PromiseKind
    what: Private[str]
    due: Window


@dataclass(frozen=True, slots=True)
class MakePromise:
    """Somebody of ours promised something."""

    at: datetime
    promise: NewPromise
    by: StaffId
    contact_id: ContactId | None = None


@dataclass(frozen=True, slots=True)
class ShowEvidence:
    """Something other than our own word shows that a visit, delivery or payment took place."""

    at: datetime
    promise_id: PromiseId
    evidence: Evidence
    by: StaffId


@dataclass(frozen=True, slots=True)
class ReschedulePromise:
    """Another moment takes its place, with the customer's agreement or without."""

    at: datetime
    promise_id: PromiseId
    new_id: PromiseId
    due: Window
    agreed: bool
    by: StaffId
    what: Private[str] | None = None
    """None: what was promised before."""


@dataclass(frozen=True, slots=True)
class ReleasePromise:
    """The customer lets us off."""

    at: datetime
    promise_id: PromiseId
    agreed: bool
    by: StaffId


def make(matter: Matter, command: MakePromise) -> Iterator[Fact]:
    """A promise, on a complaint that is open."""
    if command.promise.id in matter.promises:
        return
    refusing.complaint(matter)
    if command.contact_id is not None and command.contact_id not in matter.contacts:
        raise Refusal("unknown-contact", "No such contact was recorded.", ["record the contact", "name none"])
    yield promised(command.promise, command.at, command.by, command.contact_id)


def promised(
    new: NewPromise, at: datetime, by: StaffId, contact_id: ContactId | None, replaces: PromiseId | None = None
) -> PromiseMade:
    """The fact, where its moment is still to come."""
    if new.due.until <= at:
        raise Refusal(
            "promise-in-the-past", "What is promised must lie after the moment of promising.", ["a later `until`"]
        )
    return PromiseMade(
        occurred_at=at,
        promise_id=new.id,
        kind=new.kind,
        what=new.what,
        due=new.due,
        promised_by=by,
        contact_id=contact_id,
        replaces=replaces,
    )


def show(matter: Matter, command: ShowEvidence) -> Iterator[Fact]:
    """A visit, delivery or payment is kept by evidence."""
    promise = _owed(matter, command.promise_id)
    if promise.kind in {PromiseKind.CALL_BACK, PromiseKind.ANSWER}:
        raise Refusal(
            "kept-otherwise", f"Evidence keeps no {promise.kind}.", ["record the contact in which it was kept"]
        )
    if command.evidence is Evidence.CUSTOMER_CONFIRMED:
        raise Refusal(
            "contact-missing", "The customer confirms in a contact.", ["record that contact, with its evidence"]
        )
    _after_it_was_made(promise, command.at)
    yield PromiseKept(occurred_at=command.at, promise_id=promise.id, by=command.by, evidence=command.evidence)


def reschedule(matter: Matter, command: ReschedulePromise) -> Iterator[Fact]:
    """A new promise that names the old one. Unagreed, the old one is missed at that moment."""
    if command.new_id in matter.promises:
        return
    refusing.complaint(matter)
    old = _owed(matter, command.promise_id)
    new = NewPromise(command.new_id, old.kind, command.what or old.what, command.due)
    made = promised(new, command.at, command.by, None, replaces=old.id)
    yield PromiseRescheduled(
        occurred_at=command.at, promise_id=old.id, replaced_by=new.id, agreed=command.agreed, by=command.by
    )
    yield made


def release(matter: Matter, command: ReleasePromise) -> Iterator[Fact]:
    """Nobody but the customer lets us off."""
    promise = _owed(matter, command.promise_id)
    if not command.agreed:
        raise Refusal(
            "customer-has-not-agreed",
            "Only the customer releases a promise.",
            ["ask the customer", "keep it", "reschedule it: without agreement it counts as missed"],
        )
    yield PromiseReleased(
        occurred_at=command.at, promise_id=promise.id, reason=ReleaseReason.CUSTOMER_AGREED, by=command.by
    )


def release_all(matter: Matter, reason: ReleaseReason, at: datetime, by: StaffId) -> Iterator[Fact]:
    """What is owed when the complaint ends with the customer's word."""
    for promise in matter.owed:
        yield PromiseReleased(occurred_at=at, promise_id=promise.id, reason=reason, by=by)


class Meant(Protocol):
    """The part of a contact that decides which promises it keeps."""

    @property
    def at(self) -> datetime: ...  # noqa: D102 - as in RecordContact
    @property
    def contact_id(self) -> ContactId: ...  # noqa: D102
    @property
    def direction(self) -> Direction: ...  # noqa: D102
    @property
    def outcome(self) -> Outcome: ...  # noqa: D102
    @property
    def by(self) -> StaffId | None: ...  # noqa: D102
    @property
    def gives_answer(self) -> bool: ...  # noqa: D102
    @property
    def evidence(self) -> Evidence | None: ...  # noqa: D102
    @property
    def keeps(self) -> Sequence[PromiseId]: ...  # noqa: D102


def meant_to_keep(matter: Matter, contact: Meant) -> Iterator[Fact]:
    """Kept or merely attempted, for each promise that the contact names."""
    for promise_id in dict.fromkeys(contact.keeps):
        promise = _owed(matter, promise_id)
        _after_it_was_made(promise, contact.at)
        if _keeps(promise, contact):
            yield PromiseKept(
                occurred_at=contact.at,
                promise_id=promise.id,
                by=contact.by or SYSTEM,
                contact_id=contact.contact_id,
                evidence=contact.evidence if promise.kind not in {PromiseKind.CALL_BACK, PromiseKind.ANSWER} else None,
            )
        elif promise.kind is PromiseKind.CALL_BACK and contact.direction is Direction.IN:
            raise Refusal(
                "customer-came-first",
                "A call-back is kept by reaching the customer; here the customer reached us.",
                ["record the contact without naming the promise", "release the promise, if the customer agrees"],
            )
        else:
            yield PromiseAttempted(
                occurred_at=contact.at, promise_id=promise.id, contact_id=contact.contact_id, outcome=contact.outcome
            )


def _keeps(promise: Promise, contact: Meant) -> bool:
    match promise.kind:
        case PromiseKind.CALL_BACK:
            return contact.direction is Direction.OUT and contact.outcome is Outcome.REACHED
        case PromiseKind.ANSWER:
            return contact.gives_answer and contact.outcome in {Outcome.REACHED, Outcome.SENT}
        case PromiseKind.VISIT | PromiseKind.DELIVERY | PromiseKind.PAYMENT:
            if contact.evidence is Evidence.CUSTOMER_CONFIRMED:
                return contact.direction is Direction.IN or contact.outcome is Outcome.REACHED
            return contact.evidence is not None


def _owed(matter: Matter, promise_id: PromiseId) -> Promise:
    refusing.not_merged(matter)
    promise = matter.promises.get(promise_id)
    owed = [f"promise {other.id}" for other in matter.owed]
    if promise is None:
        raise Refusal("unknown-promise", "No such promise was made on this complaint.", owed)
    if not promise.owed:
        raise Refusal("promise-is-over", f"That promise was {promise.standing}.", owed)
    return promise


def _after_it_was_made(promise: Promise, at: datetime) -> None:
    if at < promise.made_at:
        raise Refusal(
            "before-the-promise", "It happened before the promise was made.", ["correct `occurred_at`", "name none"]
        )
