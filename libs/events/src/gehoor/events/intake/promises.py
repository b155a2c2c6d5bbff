"""What was promised, and what became of it."""

from enum import StrEnum

from pydantic import Field

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import (
    ContactId,
    Evidence,
    Outcome,
    PromiseId,
    PromiseKind,
    StaffId,
    Window,
)


class PromiseMade(Fact, type="intake.promise-made.v1"):
    """Somebody of the organisation told the customer what to expect, and by when."""

    promise_id: PromiseId
    kind: PromiseKind
    what: Private[str] = Field(description="In the words used to the customer.")
    due: Window = Field(description="From and until; the customer's preferred time where one was asked.")
    promised_by: StaffId
    contact_id: ContactId | None = Field(None, description="The contact in which it was promised.")
    replaces: PromiseId | None = Field(None, description="The promise this one was rescheduled from.")


class PromiseAttempted(Fact, type="intake.promise-attempted.v1"):
    """Somebody tried; it keeps nothing."""

    promise_id: PromiseId
    contact_id: ContactId
    outcome: Outcome


class PromiseKept(Fact, type="intake.promise-kept.v1"):
    """What was promised happened, perhaps late: a promise missed stays missed."""

    promise_id: PromiseId
    by: StaffId
    contact_id: ContactId | None = None
    evidence: Evidence | None = Field(None, description="Of a visit, delivery or payment.")


class PromiseRescheduled(Fact, type="intake.promise-rescheduled.v1"):
    """A new promise took its place. Without the customer's agreement the old one was missed at that moment."""

    promise_id: PromiseId
    replaced_by: PromiseId
    agreed: bool
    by: StaffId


class ReleaseReason(StrEnum):
    """Why nothing is owed any more."""

    CUSTOMER_AGREED = "customer-agreed"
    CUSTOMER_ACCEPTED = "customer-accepted"
    WITHDRAWN = "withdrawn"


class PromiseReleased(Fact, type="intake.promise-released.v1"):
    """The customer let us off; neither kept nor broken."""

    promise_id: PromiseId
    reason: ReleaseReason
    by: StaffId
