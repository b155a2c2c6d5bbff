"""One customer, one desk and the moments of a working week: what intake's tests are told with."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Acknowledged,
    Closed,
    ComplaintReceived,
    ContactPoint,
    ContactRecorded,
    CustomerResponded,
    FinalResponseSent,
    PointKind,
    PromiseAttempted,
    PromiseKept,
    PromiseMade,
    PromiseReleased,
    Proof,
    ReleaseReason,
    ReportReceived,
)
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    CloseBasis,
    ComplaintId,
    ContactId,
    CustomerId,
    Direction,
    Joined,
    Judgement,
    Outcome,
    PromiseId,
    PromiseKind,
    ResponseKind,
    Solved,
    Window,
)
from gehoor.intake.domain.contacts import RecordContact
from gehoor.intake.domain.endings import Close, SendFinalResponse
from gehoor.intake.domain.promises import NewPromise
from gehoor.intake.domain.receiving import HandleReport, ReceiveComplaint, ReceiveReport, Sender
from gehoor.intake.facts import OwnerNoted

MONDAY = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COMPLAINT = ComplaintId(UUID(int=1))
OTHER = ComplaintId(UUID(int=2))
CUSTOMER = CustomerId(UUID(int=3))
STAFF = "st_anna"
CALL_BACK = PromiseId(UUID(int=10))
ANSWER = PromiseId(UUID(int=11))
VISIT = PromiseId(UUID(int=12))
LATER = PromiseId(UUID(int=13))
FIRST = ContactId(UUID(int=20))
SECOND = ContactId(UUID(int=21))
THIRD = ContactId(UUID(int=22))
MAIL = ContactId(UUID(int=30))
SPOT = "sha256:" + "a" * 64
ADDRESS = Private("els@example.org")
KINDS = {CALL_BACK: PromiseKind.CALL_BACK, ANSWER: PromiseKind.ANSWER, VISIT: PromiseKind.VISIT}
CLAIMED = ContactPoint(kind=PointKind.EMAIL, address=ADDRESS)
REPLIED = ContactPoint(kind=PointKind.EMAIL, address=ADDRESS, proof=Proof.REPLIED)


def complaint_received(**changed: Any) -> ComplaintReceived:
    """A customer phones the front line."""
    fields: dict[str, Any] = {
        "occurred_at": MONDAY,
        "reference": "ABCD-EFGH",
        "channel": Channel.PHONE,
        "desk": "front-line",
        "customer_id": CUSTOMER,
        "text": Private("An old mortgage has turned up in the portal."),
        "language": "nl",
    }
    return ComplaintReceived(**{**fields, **changed})


def receive_complaint(**changed: Any) -> ReceiveComplaint:
    fields: dict[str, Any] = {
        "at": MONDAY,
        "reference": "ABCD-EFGH",
        "channel": Channel.PHONE,
        "desk": "front-line",
        "sender": Sender(CUSTOMER),
        "text": Private("An old mortgage has turned up in the portal."),
        "language": "nl",
    }
    return ReceiveComplaint(**{**fields, **changed})


def report_received(**changed: Any) -> ReportReceived:
    """A reader points at a line."""
    fields: dict[str, Any] = {
        "occurred_at": MONDAY,
        "reference": "ABCD-EFGH",
        "desk": "coordinator",
        "customer_id": CUSTOMER,
        "page": Private("https://example.org/news/1"),
        "spot": SPOT,
        "selection": Private("gebeurt"),
        "text": Private("dt-fout"),
        "language": "nl",
    }
    return ReportReceived(**{**fields, **changed})


def receive_report(**changed: Any) -> ReceiveReport:
    fields: dict[str, Any] = {
        "at": MONDAY,
        "reference": "ABCD-EFGH",
        "desk": "coordinator",
        "sender": Sender(CUSTOMER),
        "page": Private("https://example.org/news/1"),
        "spot": SPOT,
        "selection": Private("gebeurt"),
        "text": Private("dt-fout"),
        "language": "nl",
    }
    return ReceiveReport(**{**fields, **changed})


def handle_report(**changed: Any) -> HandleReport:
    fields: dict[str, Any] = {"at": MONDAY + HOUR, "by": STAFF, "fixed": True}
    return HandleReport(**{**fields, **changed})


def contact_recorded(contact_id: ContactId = FIRST, **changed: Any) -> ContactRecorded:
    """We reach for the customer, the next day."""
    fields: dict[str, Any] = {
        "occurred_at": MONDAY + DAY,
        "contact_id": contact_id,
        "direction": Direction.OUT,
        "channel": Channel.PHONE,
        "by": STAFF,
        "outcome": Outcome.REACHED,
        "joined": Joined.OURS,
    }
    return ContactRecorded(**{**fields, **changed})


def record_contact(contact_id: ContactId = FIRST, **changed: Any) -> RecordContact:
    fields: dict[str, Any] = {
        "at": MONDAY + DAY,
        "contact_id": contact_id,
        "direction": Direction.OUT,
        "channel": Channel.PHONE,
        "by": STAFF,
        "outcome": Outcome.REACHED,
        "joined": Joined.OURS,
    }
    return RecordContact(**{**fields, **changed})


def new_promise(promise_id: PromiseId = CALL_BACK, until: datetime = MONDAY + DAY + 8 * HOUR) -> NewPromise:
    kind = KINDS.get(promise_id, PromiseKind.CALL_BACK)
    return NewPromise(promise_id, kind, Private("We call you back."), Window(until=until))


def promise_made(promise_id: PromiseId = CALL_BACK, **changed: Any) -> PromiseMade:
    new = new_promise(promise_id)
    fields: dict[str, Any] = {
        "occurred_at": MONDAY,
        "promise_id": promise_id,
        "kind": new.kind,
        "what": new.what,
        "due": new.due,
        "promised_by": STAFF,
    }
    return PromiseMade(**{**fields, **changed})


def promise_kept(promise_id: PromiseId = CALL_BACK, **changed: Any) -> PromiseKept:
    fields: dict[str, Any] = {
        "occurred_at": MONDAY + DAY,
        "promise_id": promise_id,
        "by": STAFF,
        "contact_id": FIRST,
    }
    return PromiseKept(**{**fields, **changed})


def promise_attempted(promise_id: PromiseId = CALL_BACK, **changed: Any) -> PromiseAttempted:
    fields: dict[str, Any] = {
        "occurred_at": MONDAY + DAY,
        "promise_id": promise_id,
        "contact_id": FIRST,
        "outcome": Outcome.VOICEMAIL,
    }
    return PromiseAttempted(**{**fields, **changed})


def promise_released(promise_id: PromiseId = CALL_BACK, **changed: Any) -> PromiseReleased:
    fields: dict[str, Any] = {
        "occurred_at": MONDAY + 2 * DAY,
        "promise_id": promise_id,
        "reason": ReleaseReason.CUSTOMER_AGREED,
        "by": STAFF,
    }
    return PromiseReleased(**{**fields, **changed})


def final_response_sent(**changed: Any) -> FinalResponseSent:
    fields: dict[str, Any] = {
        "occurred_at": MONDAY + DAY,
        "kind": ResponseKind.FINAL,
        "admissible": True,
        "judgement": Judgement.FOUNDED,
        "solved": Solved.FULLY,
        "explanation": Private("Old contracts were not unlinked; yours is now."),
        "by": STAFF,
        "objection_until": MONDAY + 15 * DAY,
    }
    return FinalResponseSent(**{**fields, **changed})


def send_final_response(**changed: Any) -> SendFinalResponse:
    fields: dict[str, Any] = {
        "at": MONDAY + DAY,
        "kind": ResponseKind.FINAL,
        "admissible": True,
        "judgement": Judgement.FOUNDED,
        "solved": Solved.FULLY,
        "explanation": Private("Old contracts were not unlinked; yours is now."),
        "by": STAFF,
        "objection_until": MONDAY + 15 * DAY,
    }
    return SendFinalResponse(**{**fields, **changed})


def customer_responded(*, accepted: bool = True, **changed: Any) -> CustomerResponded:
    fields: dict[str, Any] = {"occurred_at": MONDAY + DAY, "recorded_by": STAFF}
    return CustomerResponded(accepted=accepted, **{**fields, **changed})


def close(basis: CloseBasis = CloseBasis.ACCEPTED, **changed: Any) -> Close:
    fields: dict[str, Any] = {
        "at": MONDAY + 2 * DAY,
        "by": STAFF,
        "desks": frozenset({"front-line"}),
        "attempts_wanted": 2,
    }
    return Close(basis=basis, **{**fields, **changed})


def closed(basis: CloseBasis = CloseBasis.ACCEPTED, **changed: Any) -> Closed:
    fields: dict[str, Any] = {"occurred_at": MONDAY + 2 * DAY, "hand_off": 0, "desk": "front-line", "by": STAFF}
    return Closed(basis=basis, **{**fields, **changed})


def owner_noted(desk: str = "back-office", hand_off: int = 1, **changed: Any) -> OwnerNoted:
    fields: dict[str, Any] = {"occurred_at": MONDAY + DAY}
    return OwnerNoted(desk=desk, hand_off=hand_off, **{**fields, **changed})


def acknowledged(**changed: Any) -> Acknowledged:
    fields: dict[str, Any] = {
        "occurred_at": MONDAY,
        "automatic": True,
        "language": "nl",
        "channel": Channel.EMAIL,
        "delivery_id": MAIL,
    }
    return Acknowledged(**{**fields, **changed})


AGREED: tuple[Fact, ...] = (complaint_received(), final_response_sent(), customer_responded())
"""A complaint that may be closed."""
