"""The end: nobody and no silence closes but the owner's desk, by command, on a ground."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    CauseRecorded,
    Closed,
    CustomerResponded,
    FeedbackReceived,
    FinalResponseSent,
    ReleaseReason,
    Reopened,
    Withdrawn,
)
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    CloseBasis,
    ContactId,
    DeskId,
    Direction,
    Judgement,
    Outcome,
    ReopenReason,
    ResponseKind,
    Solved,
    StaffId,
    Term,
)
from gehoor.intake.domain import contacts, promises, refusing
from gehoor.intake.domain.promises import SYSTEM
from gehoor.intake.domain.state import Matter, Status

WRITTEN = frozenset({Channel.EMAIL, Channel.LETTER})
"""The channels of a written notice."""


@dataclass(frozen=True, slots=True)
class SendFinalResponse:
    """What we made of it."""

    at: datetime
    kind: ResponseKind
    admissible: bool
    judgement: Judgement
    solved: Solved
    explanation: Private[str]
    by: StaffId
    ground: Term | None = None
    remedy: Private[str] | None = None
    appeal_body: Term | None = None
    objection_until: datetime | None = None
    contact_id: ContactId | None = None
    delivery_id: ContactId | None = None


@dataclass(frozen=True, slots=True)
class RecordCustomerResponse:
    """What the customer said of it."""

    at: datetime
    accepted: bool
    by: StaffId | None = None
    words: Private[str] | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """The owner's desk wants to end it."""

    at: datetime
    basis: CloseBasis
    by: StaffId
    desks: frozenset[DeskId] | None
    """Those the caller speaks for; None: every one."""
    attempts_wanted: int
    """How often a customer is tried before they count as unreachable."""
    hand_off: int | None = None
    """The hand-off the caller knows of; None: whatever intake knows."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """It was not over."""

    at: datetime
    reason: ReopenReason
    by: StaffId | None = None
    why: Private[str] | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The customer takes it back."""

    at: datetime
    by: StaffId | None = None
    why: Private[str] | None = None


@dataclass(frozen=True, slots=True)
class GiveFeedback:
    """How the customer looks back."""

    at: datetime
    rating: int
    solved_at_first_contact: bool | None = None
    words: Private[str] | None = None


@dataclass(frozen=True, slots=True)
class RecordCause:
    """Why it happened."""

    at: datetime
    cause: Term
    by: StaffId


def respond(matter: Matter, command: SendFinalResponse) -> Iterator[Fact]:
    """Our judgement, in full. Refusing to take it up needs a ground."""
    if ("response", command.at) in matter.seen:
        return
    refusing.complaint(matter)
    if not command.admissible and command.ground is None:
        raise Refusal("ground-missing", "A complaint is refused on a ground.", ["name the ground"])
    if command.contact_id is not None and command.contact_id not in matter.contacts:
        raise Refusal("unknown-contact", "No such contact was recorded.", ["record the contact", "name none"])
    if command.delivery_id is not None:
        contacts.proven_mail(matter)
    yield FinalResponseSent(
        occurred_at=command.at,
        kind=command.kind,
        admissible=command.admissible,
        ground=command.ground,
        judgement=command.judgement,
        solved=command.solved,
        remedy=command.remedy,
        explanation=command.explanation,
        appeal_body=command.appeal_body,
        objection_until=command.objection_until,
        by=command.by,
        contact_id=command.contact_id,
        delivery_id=command.delivery_id,
    )


def hear(matter: Matter, command: RecordCustomerResponse) -> Iterator[Fact]:
    """The customer's word on our judgement."""
    refusing.complaint(matter)
    if matter.response is None:
        raise Refusal("no-final-response", "There is nothing yet to accept or object to.", ["send a final response"])
    if matter.response.accepted is command.accepted:
        return
    yield CustomerResponded(
        occurred_at=command.at, accepted=command.accepted, recorded_by=command.by, words=command.words
    )


def close(matter: Matter, command: Close) -> Iterator[Fact]:
    """Ended by the owner. With the customer's acceptance nothing is owed any more; else all must be kept first."""
    refusing.not_merged(matter)
    if matter.status is Status.CLOSED:
        raise Refusal("already-closed", "It is closed.", ["reopen it"])
    if matter.status is Status.OPEN:
        refusing.complaint(matter)
    _by_the_owner(matter, command)
    _on_a_ground(matter, command)
    accepted = matter.response is not None and matter.response.accepted is True
    if matter.owed and not accepted:
        raise Refusal(
            "promise-owed",
            f"{len(matter.owed)} of our promises are still owed.",
            [
                *(f"keep promise {promise.id}" for promise in matter.owed),
                "have them released by the customer",
                "the customer's acceptance",
            ],
        )
    yield Closed(
        occurred_at=command.at,
        basis=command.basis,
        hand_off=matter.owner.hand_off,
        desk=matter.owner.desk,
        by=command.by,
    )
    yield from promises.release_all(matter, ReleaseReason.CUSTOMER_ACCEPTED, command.at, command.by)


def _by_the_owner(matter: Matter, command: Close) -> None:
    owner = matter.owner
    if command.desks is not None and owner.desk not in command.desks:
        raise Refusal("not-the-owner", f"The owner is {owner.desk}.", [f"closing by {owner.desk}"])
    if command.hand_off is not None and command.hand_off != owner.hand_off:
        raise Refusal(
            "ownership-moved",
            f"It was decided on hand-off {command.hand_off}; intake has heard of {owner.hand_off}.",
            ["decide again, knowing who owns it"],
        )


def _on_a_ground(matter: Matter, command: Close) -> None:
    if not _stands(matter, command):
        raise Refusal("no-such-ground", f"The ground {command.basis!s} does not stand.", _grounds(matter, command))


def _stands(matter: Matter, command: Close) -> bool:
    response = matter.response
    match command.basis:
        case CloseBasis.ACCEPTED:
            return response is not None and response.accepted is True
        case CloseBasis.OBJECTION_PERIOD_OVER:
            return (
                response is not None
                and response.accepted is None
                and response.objection_until is not None
                and response.objection_until <= command.at
            )
        case CloseBasis.UNREACHABLE:
            return _unreachable(matter, command.attempts_wanted)
        case CloseBasis.REFUSED:
            return response is not None and not response.admissible
        case CloseBasis.WITHDRAWN:
            return matter.status is Status.WITHDRAWN
        case _:
            assert_never(command.basis)


def _grounds(matter: Matter, command: Close) -> Iterator[str]:
    response = matter.response
    if response is None:
        yield "send a final response, then the customer's acceptance or the end of the objection period"
    elif response.accepted is False:
        yield "answer the objection with a new final response"
    elif response.objection_until is not None and response.accepted is None:
        ends = f"{response.objection_until:%Y-%m-%d %H:%M %Z}"
        yield f"the customer's acceptance, or the end of the objection period at {ends}"
    yield f"{command.attempts_wanted} attempts in vain and then a written notice"
    yield "the customer's withdrawal"


def _unreachable(matter: Matter, attempts_wanted: int) -> bool:
    """Tried often enough since we last had them, and then told in writing."""
    attempts, noticed = 0, False
    for contact in sorted(matter.contacts.values(), key=lambda contact: contact.at):
        if contact.direction is Direction.IN or contact.outcome is Outcome.REACHED:
            attempts, noticed = 0, False
        elif contact.outcome is Outcome.SENT and contact.channel in WRITTEN:
            noticed = noticed or attempts >= attempts_wanted
        elif contact.outcome is not Outcome.SENT:
            attempts += 1
    return noticed


def reopen(matter: Matter, command: Reopen) -> Iterator[Fact]:
    """It goes on where it was."""
    refusing.not_merged(matter)
    if matter.status not in {Status.CLOSED, Status.WITHDRAWN, Status.HANDLED}:
        raise Refusal("not-closed", "It is open.", ["close it first"])
    yield Reopened(occurred_at=command.at, reason=command.reason, by=command.by, why=command.why)


def withdraw(matter: Matter, command: Withdraw) -> Iterator[Fact]:
    """The customer's to do; nothing is owed any more."""
    refusing.complaint(matter)
    yield Withdrawn(occurred_at=command.at, by=command.by, why=command.why)
    yield from promises.release_all(matter, ReleaseReason.WITHDRAWN, command.at, command.by or SYSTEM)


def look_back(matter: Matter, command: GiveFeedback) -> Iterator[Fact]:
    """The customer's own judgement, at any time."""
    if ("feedback", command.at) in matter.seen:
        return
    refusing.not_merged(matter)
    yield FeedbackReceived(
        occurred_at=command.at,
        rating=command.rating,
        solved_at_first_contact=command.solved_at_first_contact,
        words=command.words,
    )


def find_cause(matter: Matter, command: RecordCause) -> Iterator[Fact]:
    """The cause, beside the label the customer gave."""
    refusing.not_merged(matter)
    if matter.cause == command.cause:
        return
    yield CauseRecorded(occurred_at=command.at, cause=command.cause, label=matter.label, by=command.by)
