"""Contacts: the customer who came again, and our reaching for them. Attention comes before action."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Acknowledged,
    Attachment,
    ContactRecorded,
    PointKind,
    Proof,
    ReferredElsewhere,
    Reopened,
)
from gehoor.events.private import Private
from gehoor.events.terms import (
    ATTENTION,
    Channel,
    ContactId,
    Direction,
    Evidence,
    ForeignId,
    Joined,
    MatterKind,
    Outcome,
    PromiseId,
    ReopenReason,
    StaffId,
    Step,
    Warmth,
    Whither,
)
from gehoor.intake.domain import promises, refusing
from gehoor.intake.domain.promises import SYSTEM, NewPromise
from gehoor.intake.domain.state import Matter, Status
from gehoor.intake.facts import PointProven

HEARD = frozenset({Step.LET_SPEAK, Step.ACKNOWLEDGED})
"""What a customer is due before anything is done about it."""


@dataclass(frozen=True, slots=True)
class RecordContact:
    """The customer came again, or we reached for them."""

    at: datetime
    contact_id: ContactId
    direction: Direction
    channel: Channel
    outcome: Outcome
    joined: Joined
    by: StaffId | None = None
    steps: tuple[Step, ...] = ()
    keeps: tuple[PromiseId, ...] = ()
    gives_answer: bool = False
    evidence: Evidence | None = None
    note: Private[str] | None = None
    message: Private[str] | None = None
    delivery_id: ContactId | None = None
    """Where the system is to send the message."""
    promises: tuple[NewPromise, ...] = ()
    """What was promised in it."""
    attachments: tuple[Attachment, ...] = ()
    channel_id: ForeignId | None = None
    proves: Private[str] | None = None
    """The mail address it came from: shown to be the customer's by being in the thread."""


@dataclass(frozen=True, slots=True)
class ReferElsewhere:
    """The customer is sent to another counter."""

    at: datetime
    whither: Whither
    warmth: Warmth
    by: StaffId
    to: Private[str] | None = None
    contact_id: ContactId | None = None


def record(matter: Matter, command: RecordContact) -> Iterator[Fact]:
    """The contact, and what it means: acknowledged, promises kept or attempted, new ones, reopened."""
    if command.contact_id in matter.contacts:
        return
    refusing.not_merged(matter)
    if command.promises:
        refusing.complaint(matter)
    _can_be_sent(matter, command)
    yield ContactRecorded(
        occurred_at=command.at,
        contact_id=command.contact_id,
        direction=command.direction,
        channel=command.channel,
        by=command.by,
        outcome=command.outcome,
        joined=command.joined,
        steps=command.steps,
        out_of_order=out_of_order(matter.attention, command.steps),
        keeps=command.keeps,
        gives_answer=command.gives_answer,
        evidence=command.evidence,
        note=command.note,
        message=command.message,
        delivery_id=command.delivery_id,
        attachments=command.attachments,
        channel_id=command.channel_id,
    )
    yield from _proven(matter, command)
    if Step.ACKNOWLEDGED in command.steps and _by_word(command) and _owes_acknowledgement(matter):
        yield Acknowledged(
            occurred_at=command.at,
            automatic=False,
            language=matter.language,
            channel=command.channel,
            contact_id=command.contact_id,
        )
    yield from promises.meant_to_keep(matter, command)
    for new in {promise.id: promise for promise in command.promises}.values():
        if new.id not in matter.promises:
            yield promises.promised(new, command.at, command.by or SYSTEM, command.contact_id)
    if command.direction is Direction.IN and command.by is None and matter.status in {Status.CLOSED, Status.WITHDRAWN}:
        yield Reopened(occurred_at=command.at, reason=ReopenReason.CUSTOMER_CAME_BACK)


def refer(matter: Matter, command: ReferElsewhere) -> Iterator[Fact]:
    """Sent elsewhere: recorded as what it is. Nobody else is accountable by it, and nothing ends."""
    if ("referral", command.at) in matter.seen:
        return
    refusing.not_over(matter)
    yield ReferredElsewhere(
        occurred_at=command.at,
        whither=command.whither,
        warmth=command.warmth,
        by=command.by,
        to=command.to,
        contact_id=command.contact_id,
    )


def out_of_order(before: frozenset[Step], steps: Sequence[Step]) -> bool:
    """Whether something was done before the customer was let speak and acknowledged, now or earlier."""
    done = set(before)
    for step in steps:
        if step not in ATTENTION and not done >= HEARD:
            return True
        done.add(step)
    return False


def _by_word(command: RecordContact) -> bool:
    return command.outcome in {Outcome.REACHED, Outcome.SENT}


def _owes_acknowledgement(matter: Matter) -> bool:
    return matter.kind is MatterKind.COMPLAINT and not matter.acknowledged


def _proven(matter: Matter, command: RecordContact) -> Iterator[Fact]:
    """Who answers from an address we know, in a thread that only its reader knows, has shown it to be theirs.

    An address that is new in the thread is somebody's, perhaps whom the customer asked for help: it proves nothing.
    """
    if command.proves is None or command.joined is not Joined.THREAD:
        return
    known = [point for point in matter.points if point.kind is PointKind.EMAIL and point.address == command.proves]
    if known and all(point.proof is Proof.CLAIMED for point in known):
        yield PointProven(occurred_at=command.at, kind=PointKind.EMAIL, address=command.proves, proof=Proof.REPLIED)


def _can_be_sent(matter: Matter, command: RecordContact) -> None:
    if command.delivery_id is not None:
        proven_mail(matter)


def proven_mail(matter: Matter) -> None:
    """There is a mail address that the customer was shown to read.

    Raises:
        Refusal: none, or merely a claimed one: what we found out is not told to whoever may read there.
    """
    point = matter.point(PointKind.EMAIL)
    if point is None:
        raise Refusal("no-mail-address", "No mail address is known.", ["reach the customer by another channel"])
    if point.proof is Proof.CLAIMED:
        raise Refusal(
            "address-unproven",
            "The mail address was only claimed.",
            ["have the customer answer our acknowledgement", "send it yourself and record it as sent"],
        )
