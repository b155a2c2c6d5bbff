"""What others said, noted. These never refuse: what can't be followed is noted as that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gehoor.events.fact import Fact
from gehoor.events.intake import MessageDelivered, Reached, Reopened
from gehoor.events.terms import ContactId, CustomerId, DeskId, PromiseId, ReopenReason, Slug, StaffId
from gehoor.intake.domain.state import Matter, Owner, Status
from gehoor.intake.facts import CorrectionNoted, DeliveryAttempted, MissNoted, OwnerNoted, StrayNoted, SubjectErased


@dataclass(frozen=True, slots=True)
class NoteOwner:
    """Routing said who is accountable."""

    at: datetime
    desk: DeskId
    hand_off: int
    person: StaffId | None = None


@dataclass(frozen=True, slots=True)
class NoteMiss:
    """SLA said that a promise was missed."""

    at: datetime
    promise_id: PromiseId


@dataclass(frozen=True, slots=True)
class NoteCorrection:
    """SLA said that it was not missed after all."""

    at: datetime
    promise_id: PromiseId


@dataclass(frozen=True, slots=True)
class NoteDelivery:
    """An attempt to deliver a message of ours came to something."""

    at: datetime
    delivery_id: ContactId
    attempt: int
    taken: bool
    detail: Slug
    next_at: datetime | None
    """When to try again; None: never."""


@dataclass(frozen=True, slots=True)
class NoteErasure:
    """The person is erased."""

    at: datetime
    customer_id: CustomerId


def owner(matter: Matter, command: NoteOwner) -> Iterator[Fact]:
    """Who owns it now; and where it was closed by who no longer owned it at that moment, it is open again."""
    if matter.status is Status.UNKNOWN:
        yield from _stray(matter, "owner", command.at)
        return
    noted = Owner(command.desk, command.person, command.hand_off)
    if noted == matter.owner or noted.hand_off < matter.owner.hand_off:
        return
    yield OwnerNoted(occurred_at=command.at, desk=noted.desk, person=noted.person, hand_off=noted.hand_off)
    closing = matter.closing
    if (
        closing is not None
        and command.at <= closing.at
        and (noted.desk, noted.hand_off)
        != (
            closing.desk,
            closing.hand_off,
        )
    ):
        yield Reopened(occurred_at=closing.at, reason=ReopenReason.OWNER_HAD_CHANGED)


def miss(matter: Matter, command: NoteMiss) -> Iterator[Fact]:
    """Missed stays missed, whatever came after."""
    promise = matter.promises.get(command.promise_id)
    if promise is None:
        yield from _stray(matter, "miss", command.at, command.promise_id)
    elif not promise.missed:
        yield MissNoted(occurred_at=command.at, promise_id=promise.id)


def correction(matter: Matter, command: NoteCorrection) -> Iterator[Fact]:
    """It had been kept in time."""
    promise = matter.promises.get(command.promise_id)
    if promise is None:
        yield from _stray(matter, "correction", command.at, command.promise_id)
    elif promise.missed:
        yield CorrectionNoted(occurred_at=command.at, promise_id=promise.id)


def delivery(matter: Matter, command: NoteDelivery) -> Iterator[Fact]:
    """Taken or given up is the last word; anything else is tried again."""
    waiting = matter.deliveries.get(command.delivery_id)
    if waiting is None or waiting.next_at is None or command.attempt != waiting.attempts + 1:
        return
    if command.taken or command.next_at is None:
        yield MessageDelivered(
            occurred_at=command.at,
            delivery_id=waiting.id,
            reached=Reached.DELIVERED if command.taken else Reached.FAILED,
            attempts=command.attempt,
            detail=command.detail,
        )
    else:
        yield DeliveryAttempted(
            occurred_at=command.at,
            delivery_id=waiting.id,
            attempt=command.attempt,
            detail=command.detail,
            next_at=command.next_at,
        )


def erasure(matter: Matter, command: NoteErasure) -> Iterator[Fact]:
    """Nothing is looked up or sent any more; what is owed and who owns it stay."""
    if not matter.erased:
        yield SubjectErased(occurred_at=command.at, customer_id=command.customer_id)


def _stray(matter: Matter, heard: Slug, at: datetime, about: PromiseId | None = None) -> Iterator[Fact]:
    if (heard, about) not in matter.strays:
        yield StrayNoted(occurred_at=at, heard=heard, about=about)
