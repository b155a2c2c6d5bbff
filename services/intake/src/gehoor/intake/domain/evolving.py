"""What each fact makes of a matter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Acknowledged,
    CauseRecorded,
    Closed,
    ComplaintReceived,
    ContactPoint,
    ContactRecorded,
    CustomerResponded,
    FeedbackReceived,
    FinalResponseSent,
    Merged,
    MessageDelivered,
    PromiseAttempted,
    PromiseKept,
    PromiseMade,
    PromiseReleased,
    PromiseRescheduled,
    Reclassified,
    ReferredElsewhere,
    RemarkReceived,
    Reopened,
    ReporterThanked,
    ReportHandled,
    ReportReceived,
    Withdrawn,
)
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    ContactId,
    MatterKind,
    PromiseId,
    ResponseKind,
    Step,
)
from gehoor.intake.domain.state import (
    Closing,
    Contact,
    Delivery,
    Handled,
    Matter,
    Owner,
    Point,
    Promise,
    Purpose,
    Response,
    Spot,
    Standing,
    Status,
)
from gehoor.intake.facts import (
    Absorbed,
    CorrectionNoted,
    DeliveryAttempted,
    MissNoted,
    OwnerNoted,
    PointProven,
    StrayNoted,
    SubjectErased,
)

WRITTEN_BY_THE_CUSTOMER = frozenset({Channel.WEB, Channel.EMAIL, Channel.LETTER, Channel.SOCIAL, Channel.CHAT})
"""Channels on which the customer has had their say with the first message."""

K = TypeVar("K")
V = TypeVar("V")


def evolve(matter: Matter, fact: Fact) -> Matter:
    """The matter after a fact.

    Raises:
        TypeError: it is no fact of a matter; a state that passes over facts would lie.
    """
    match fact:
        case ComplaintReceived() | RemarkReceived() | ReportReceived():
            return _received(fact)
        case Reclassified():
            return replace(matter, kind=fact.after)
        case ContactRecorded():
            return _contacted(matter, fact)
        case ReferredElsewhere():
            return _seen(matter, "referral", fact.occurred_at)
        case Acknowledged():
            return _sending(replace(matter, acknowledged=True), fact.delivery_id, Purpose.ACKNOWLEDGEMENT, fact)
        case ReporterThanked():
            return _sending(matter, fact.delivery_id, Purpose.THANKS, fact)
        case PromiseMade() | PromiseAttempted() | PromiseKept() | PromiseRescheduled() | PromiseReleased():
            return _promised(matter, fact)
        case MissNoted():
            return _promise(matter, fact.promise_id, missed=True)
        case CorrectionNoted():
            return _promise(matter, fact.promise_id, missed=False)
        case MessageDelivered() | DeliveryAttempted():
            return _tried(matter, fact)
        case OwnerNoted():
            return replace(matter, owner=Owner(fact.desk, fact.person, fact.hand_off))
        case PointProven():
            return replace(matter, points=_proven(matter.points, fact))
        case Absorbed():
            earliest = min(matter.received_at, fact.received_at)
            return replace(matter, absorbed=(*matter.absorbed, fact.merged), received_at=earliest)
        case StrayNoted():
            return replace(matter, strays=matter.strays | {(fact.heard, fact.about)})
        case SubjectErased():
            quiet = {key: replace(waiting, next_at=None) for key, waiting in matter.deliveries.items()}
            return replace(matter, erased=True, points=(), deliveries=quiet)
        case _:
            return _ended(matter, fact)


def _ended(matter: Matter, fact: Fact) -> Matter:
    match fact:
        case FinalResponseSent():
            return _responded(matter, fact)
        case CustomerResponded():
            response = matter.response and replace(matter.response, accepted=fact.accepted)
            return replace(matter, response=response)
        case Closed():
            closing = Closing(fact.occurred_at, fact.basis, fact.desk, fact.hand_off)
            return replace(matter, status=Status.CLOSED, closing=closing)
        case Reopened():
            response = matter.response and replace(matter.response, accepted=None, objection_until=None)
            return replace(matter, status=Status.OPEN, closing=None, response=response)
        case Withdrawn():
            return replace(matter, status=Status.WITHDRAWN)
        case Merged():
            return replace(matter, status=Status.MERGED, merged_into=fact.into)
        case ReportHandled():
            return replace(matter, status=Status.HANDLED, handled=Handled(fact.by, fact.fixed))
        case FeedbackReceived():
            return _seen(matter, "feedback", fact.occurred_at)
        case CauseRecorded():
            return replace(matter, cause=fact.cause)
        case _:
            raise TypeError(f"{fact.type} is no fact of a complaint, remark or report")


def _received(fact: ComplaintReceived | RemarkReceived | ReportReceived) -> Matter:
    report = isinstance(fact, ReportReceived)
    channel = Channel.WEB if isinstance(fact, ReportReceived) else fact.channel
    channel_id = None if isinstance(fact, ReportReceived) else fact.channel_id
    return Matter(
        status=Status.OPEN,
        kind=_kind(fact),
        reference=fact.reference,
        received_at=fact.occurred_at,
        channel=channel,
        language=fact.language,
        customer_id=fact.customer_id,
        points=tuple(_point(point) for point in fact.contact_points),
        owner=Owner(fact.desk),
        label=None if isinstance(fact, ReportReceived) else fact.label,
        channel_ids=(channel_id,) if channel_id else (),
        attention=frozenset({Step.LET_SPEAK}) if channel in WRITTEN_BY_THE_CUSTOMER else frozenset(),
        spot=Spot(fact.spot, fact.same_as) if report and isinstance(fact, ReportReceived) else None,
    )


def _kind(fact: ComplaintReceived | RemarkReceived | ReportReceived) -> MatterKind:
    match fact:
        case ComplaintReceived():
            return MatterKind.COMPLAINT
        case RemarkReceived():
            return MatterKind.REMARK
        case ReportReceived():
            return MatterKind.REPORT


def _point(point: ContactPoint) -> Point:
    return Point(point.kind, point.address, point.proof)


def _proven(points: tuple[Point, ...], fact: PointProven) -> tuple[Point, ...]:
    others = tuple(point for point in points if (point.kind, point.address) != (fact.kind, fact.address))
    return (*others, Point(fact.kind, fact.address, fact.proof))


def _contacted(matter: Matter, fact: ContactRecorded) -> Matter:
    contact = Contact(fact.contact_id, fact.occurred_at, fact.direction, fact.channel, fact.outcome, fact.delivery_id)
    ids = (*matter.channel_ids, fact.channel_id) if fact.channel_id else matter.channel_ids
    moved = replace(
        matter,
        contacts=_with(matter.contacts, contact.id, contact),
        attention=matter.attention | set(fact.steps),
        channel_ids=ids,
    )
    return _sending(moved, fact.delivery_id, Purpose.ANSWER, fact, fact.message)


def _responded(matter: Matter, fact: FinalResponseSent) -> Matter:
    seen = _seen(matter, "response", fact.occurred_at)
    sent = _sending(seen, fact.delivery_id, Purpose.RESPONSE, fact, fact.explanation)
    if fact.kind is ResponseKind.HOLDING:
        return sent
    return replace(sent, response=Response(fact.kind, fact.occurred_at, fact.admissible, fact.objection_until))


def _sending(
    matter: Matter, delivery_id: ContactId | None, purpose: Purpose, fact: Fact, words: Private[str] | None = None
) -> Matter:
    if delivery_id is None:
        return matter
    waiting = Delivery(delivery_id, purpose, fact.occurred_at, words=words)
    return replace(matter, deliveries=_with(matter.deliveries, delivery_id, waiting))


def _tried(matter: Matter, fact: MessageDelivered | DeliveryAttempted) -> Matter:
    waiting = matter.deliveries[fact.delivery_id]
    if isinstance(fact, MessageDelivered):
        tried = replace(waiting, attempts=fact.attempts, next_at=None)
    else:
        tried = replace(waiting, attempts=fact.attempt, next_at=fact.next_at)
    return replace(matter, deliveries=_with(matter.deliveries, waiting.id, tried))


def _promised(
    matter: Matter,
    fact: PromiseMade | PromiseAttempted | PromiseKept | PromiseRescheduled | PromiseReleased,
) -> Matter:
    match fact:
        case PromiseMade():
            made = Promise(fact.promise_id, fact.kind, fact.what, fact.due, fact.occurred_at, fact.promised_by)
            return replace(matter, promises=_with(matter.promises, made.id, made))
        case PromiseAttempted():
            return _promise(matter, fact.promise_id, attempts=matter.promises[fact.promise_id].attempts + 1)
        case PromiseKept():
            return _promise(matter, fact.promise_id, standing=Standing.KEPT)
        case PromiseRescheduled():
            missed = matter.promises[fact.promise_id].missed or not fact.agreed
            return _promise(
                matter, fact.promise_id, standing=Standing.RESCHEDULED, missed=missed, replaced_by=fact.replaced_by
            )
        case PromiseReleased():
            return _promise(matter, fact.promise_id, standing=Standing.RELEASED)


def _promise(matter: Matter, promise_id: PromiseId, **changes: Any) -> Matter:
    changed = replace(matter.promises[promise_id], **changes)
    return replace(matter, promises=_with(matter.promises, promise_id, changed))


def _seen(matter: Matter, what: str, at: datetime) -> Matter:
    return replace(matter, seen=matter.seen | {(what, at)})


def _with(known: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return {**known, key: value}
