"""What comes in and goes out over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from gehoor.events.partner import MessageKind
from gehoor.events.terms import (
    Category,
    ComplaintId,
    DeskId,
    ForeignId,
    Instant,
    PartnerId,
    Slug,
    StaffId,
    TicketId,
    UpdateId,
)
from gehoor.partner_escalation.api.paging import Page
from gehoor.partner_escalation.domain.tickets import Stage
from gehoor.partner_escalation.facts import UpdateKind
from gehoor.runtime.http.bodies import Body, text

FIELDS_MAX = 20
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text."""

# --- from our staff ----------------------------------------------------------------------------------------------


class Wished(Body):
    """Who wishes, and for whom: only the desk that owns the complaint may."""

    desk: DeskId = Field(description="The desk that owns it, for which you speak.")
    by: StaffId | None = Field(None, description="Who wishes it, where the key belongs to a system.")


class NewTicket(Wished):
    """Ask a partner to do its part. It is told what is asked, and the fields that policy lets it see."""

    partner: PartnerId
    asked: Annotated[str, text(10_000)] = Field(description="What you want of them, in your words.")
    details: dict[Slug, Line] = Field(
        default_factory=dict,
        max_length=FIELDS_MAX,
        description="Fields that the complaint lacks or has wrong; only such as policy lets the partner see.",
    )
    wanted_by: Instant | None = Field(None, description="None: as was agreed with the partner.")


class Kept(Wished):
    """Go on asking also after the complaint is closed."""


class Redelivered(Wished):
    """Try again what was given up, now that the partner can be reached."""


class Answered(Wished):
    """Tell the partner what it asked."""

    answer: Annotated[str, text(10_000)]
    question: UpdateId | None = Field(None, description="None: the only one that is open.")


class Accepted(Wished):
    """You asked the customer: it is done."""


class Disputed(Wished):
    """You asked the customer: it is not done."""

    why: Annotated[str, text(2000)]


class Withdrawn(Wished):
    """It need not be done any more."""

    why: Annotated[str, text(2000)] | None = None


# --- from a partner ----------------------------------------------------------------------------------------------


class NewUpdate(Body):
    """What you say of a ticket. The same id again, with the same words, has no further effect."""

    update_id: UpdateId = Field(description="Your choice, a new one for each thing you say.")
    kind: UpdateKind
    partner_reference: ForeignId | None = Field(None, description="Your own number of it; when you acknowledge.")
    words: Annotated[str, text(10_000)] | None = Field(None, description="A question must have some.")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "NewUpdate":
        if self.kind is UpdateKind.QUESTION and self.words is None:
            raise ValueError("a question has words")
        if self.kind is not UpdateKind.ACKNOWLEDGED and self.partner_reference is not None:
            raise ValueError("a reference comes with an acknowledgement")
        return self


# --- what is looked for -------------------------------------------------------------------------------------------


class Sought(Page):
    """Which tickets our staff looks for: those that fit all that is named."""

    complaint: ComplaintId | None = None
    partner: PartnerId | None = None
    desk: DeskId | None = Field(None, description="Which owns the complaint now.")
    stage: Stage | None = None
    late: bool | None = Field(None, description="A deadline of the partner's answer passed.")
    undelivered: bool | None = Field(None, description="A message was given up.")

    def tags(self) -> Sequence[str]:
        """As rows are tagged."""
        named = self.model_dump(exclude={"after", "limit"}, exclude_none=True)
        yes_or_no = {True: "yes", False: "no"}
        return [f"{name}={yes_or_no.get(value, value)}" for name, value in named.items()]


class SoughtOwn(Page):
    """Which of its tickets a partner looks for."""

    stage: Stage | None = None


# --- to our staff ------------------------------------------------------------------------------------------------


class TicketShown(BaseModel):
    """A ticket as it stands, without anybody's words."""

    ticket_id: TicketId
    complaint_id: ComplaintId
    partner: PartnerId
    category: Category
    stage: Stage
    desk: DeskId | None = Field(description="Who owns the complaint now.")
    opened_at: datetime
    opened_by: StaffId | None = Field(description="None where policy opened it.")
    changed_at: datetime
    wanted_by: datetime | None
    told_at: datetime | None = Field(description="When a first message arrived; none as long as none did.")
    answered_at: datetime | None = Field(description="When the partner first said that it was done.")
    late: bool = Field(description="A deadline of the partner's answer passed.")
    reminders: int
    disputes: int
    open_questions: int
    kept_open: bool
    undelivered: list[MessageKind] = Field(description="Messages that were given up; see `redeliver`.")


class TicketsShown(BaseModel):
    """A page of tickets, oldest first."""

    tickets: list[TicketShown]
    next: str | None


class UpdateShown(BaseModel):
    """What the partner said, and our answer where it was a question."""

    update_id: UpdateId
    kind: UpdateKind
    at: datetime
    words: str | None
    counted: bool = Field(description="False where it came too late, or was overtaken by another.")
    answer: str | None


class TicketTold(TicketShown):
    """A ticket with all that was said. Words are none where nobody said any, or the person was erased."""

    asked: str | None
    shared: dict[str, str] | None = Field(description="What the partner was told of the customer.")
    shared_fields: list[Slug]
    partner_reference: str | None
    updates: list[UpdateShown]
    disputed_because: list[str | None]


class RecordShown(BaseModel):
    """How a partner does: bring it to the table."""

    partner: PartnerId
    name: str | None
    tickets: int
    open: int
    answered: int = Field(description="Where it said at least once that it was done.")
    in_time: int = Field(description="Answered, and no deadline passed.")
    late: int = Field(description="A deadline passed, whether or not an answer came since.")
    disputed: int = Field(description="Where its word was not taken at least once.")
    accepted: int
    reminders: int
    median_answer_seconds: float | None = Field(description="Wall time from being told to its first answer.")
    worst_answer_seconds: int | None


# --- to a partner ------------------------------------------------------------------------------------------------


class OwnTicket(BaseModel):
    """One of your tickets."""

    ticket_id: TicketId
    category: Category
    stage: Stage
    opened_at: datetime
    wanted_by: datetime | None
    reminders: int
    open_questions: int


class OwnTickets(BaseModel):
    """A page of your tickets, oldest first."""

    tickets: list[OwnTicket]
    next: str | None


class OwnTicketTold(OwnTicket):
    """One of your tickets with what was said, and, while it is open, what you may see of the customer."""

    asked: str | None
    shared: dict[str, str]
    partner_reference: str | None
    updates: list[UpdateShown]
    disputed_because: list[str | None]


class UpdateTaken(BaseModel):
    """What became of your update."""

    ticket_id: UUID
    update_id: UUID
    effect: Literal["taken", "noted", "known"] = Field(
        description="Noted: too late or overtaken, so nothing moved. Known: you said it before."
    )
