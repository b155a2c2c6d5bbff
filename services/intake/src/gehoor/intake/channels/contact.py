"""A contact that somebody records: in, the customer came again; out, we reached for them."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gehoor.events.deciding import Refusal
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    Direction,
    Evidence,
    ForeignId,
    Instant,
    Joined,
    Language,
    Outcome,
    PromiseId,
    PromiseKind,
    StaffId,
    Step,
    Window,
)
from gehoor.intake.channels.arriving import Fresh
from gehoor.intake.channels.form import TEXT_MAX
from gehoor.intake.domain.contacts import RecordContact
from gehoor.intake.domain.promises import NewPromise
from gehoor.intake.policy import Policy
from gehoor.runtime.http.bodies import Body
from gehoor.runtime.http.bodies import text as words


class PromiseForm(Body):
    """What the customer is told to expect, and by when."""

    kind: PromiseKind
    what: Annotated[str, words(2000)] = Field(description="In the words used to the customer.")
    starts: Instant | None = None
    until: Instant

    def promise(self, id_: UUID) -> NewPromise:
        """The promise under that id.

        Raises:
            Refusal: it ends before it starts.
        """
        return NewPromise(PromiseId(id_), self.kind, Private(self.what), window(self.starts, self.until))


class ContactForm(Body):
    """A contact."""

    direction: Direction
    channel: Channel
    outcome: Outcome = Outcome.REACHED
    steps: list[Step] = Field(default_factory=list, max_length=20)
    keeps: list[PromiseId] = Field(default_factory=list, max_length=20)
    gives_answer: bool = Field(False, description="It gave the answer; a clear no with its reason is one.")
    evidence: Evidence | None = None
    note: Annotated[str, words(TEXT_MAX)] | None = None
    message: Annotated[str, words(TEXT_MAX)] | None = Field(None, description="What is written to the customer.")
    send: bool = Field(False, description="Whether the system is to mail the message.")
    promises: list[PromiseForm] = Field(default_factory=list, max_length=5, description="What was promised in it.")
    channel_id: ForeignId | None = None
    occurred_at: Instant | None = None
    by: StaffId | None = None


def contact(  # noqa: PLR0917 - what is drawn comes last
    form: ContactForm, policy: Policy, language: Language, staff: StaffId, fresh: Fresh, new_id: Callable[[], UUID]
) -> RecordContact:
    """The contact, joined to its complaint because staff says so.

    Raises:
        Refusal: what is to be sent is heard as a promise and is none, or can't be sent so.
    """
    if form.direction is Direction.OUT and form.message is not None:
        _says_what_and_when(form, form.message, policy, language)
    if form.send and (form.message is None or form.direction is not Direction.OUT or form.channel is not Channel.EMAIL):
        raise Refusal(
            "invalid-send",
            "Only a message out, by email, is sent.",
            ["`send` with a `message` by email"],
            field="#/send",
        )
    return RecordContact(
        at=policy.happened(form.occurred_at, fresh.now, form.channel),
        contact_id=fresh.contact_id,
        direction=form.direction,
        channel=form.channel,
        outcome=Outcome.SENT if form.send else form.outcome,
        joined=Joined.STAFF if form.direction is Direction.IN else Joined.OURS,
        by=staff,
        steps=tuple(form.steps),
        keeps=tuple(form.keeps),
        gives_answer=form.gives_answer,
        evidence=form.evidence,
        note=Private(form.note) if form.note else None,
        message=Private(form.message) if form.message else None,
        delivery_id=fresh.delivery_id if form.send else None,
        promises=tuple(promise.promise(new_id()) for promise in form.promises),
        channel_id=form.channel_id,
    )


def window(starts: Instant | None, until: Instant) -> Window:
    """From and until.

    Raises:
        Refusal: they are the wrong way round.
    """
    if starts is not None and starts >= until:
        raise Refusal(
            "invalid-window", "`until` must lie after `starts`.", ["a later `until`", "no `starts`"], field="#/until"
        )
    return Window(starts=starts, until=until)


def _says_what_and_when(form: ContactForm, message: str, policy: Policy, language: Language) -> None:
    if form.promises or form.gives_answer or Step.SAID_NO in form.steps:
        return
    phrase = policy.vague(message, language)
    if phrase is not None:
        raise Refusal(
            "vague-promise",
            f'"{phrase}" is heard as a promise, and says neither what nor by when.',
            ["say what and by when, as one of `promises`", "say no and why, with the step `said-no`"],
        )
