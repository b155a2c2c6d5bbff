"""What the facts of intake, routing and partner-escalation mean to the watch."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gehoor.events import intake, partner, routing
from gehoor.events.catalogue import CATALOGUE
from gehoor.events.envelope import Recorded, Stream
from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.sla import CancelReason
from gehoor.events.terms import (
    Channel,
    ClockKind,
    ComplaintId,
    ContactId,
    CustomerId,
    Direction,
    Joined,
    Judgement,
    MatterKind,
    Outcome,
    PromiseId,
    PromiseKind,
    ResponseKind,
    Solved,
    TicketId,
    UpdateId,
    Warmth,
    Window,
)
from gehoor.sla.domain.commands import (
    Command,
    HearEarlierReceipt,
    HearEnd,
    HearHappening,
    HearMatter,
    HearOffer,
    HearOfferOver,
    HearOwner,
    HearPromise,
    HearPromiseRescheduled,
    HearTicket,
    OfferEnd,
    TicketTurn,
)
from gehoor.sla.reactions import LISTENS_TO, react

HAPPENED = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
NOW = HAPPENED + timedelta(minutes=3)
SUBJECT, OTHER, EVENT = ComplaintId(UUID(int=7)), ComplaintId(UUID(int=9)), UUID(int=8)
PROMISE, TICKET, UPDATE, CONTACT = PromiseId(EVENT), TicketId(EVENT), UpdateId(OTHER), ContactId(OTHER)
FIRST_ANSWER, NEXT_STEP = ClockKind.FIRST_ANSWER, ClockKind.NEXT_STEP


def heard(fact: Fact) -> Recorded:
    return Recorded(EVENT, fact.service(), Stream("complaint", SUBJECT), fact, HAPPENED, EVENT, EVENT, 1)


def commands(fact: Fact) -> list[Command]:
    wishes = react(heard(fact), NOW)
    assert all(wish.stream == Stream("watch", SUBJECT) for wish in wishes)
    return [wish.command for wish in wishes]


def contact(direction: Direction, outcome: Outcome, by: str | None = "st_ann", **more: Any) -> intake.ContactRecorded:
    return intake.ContactRecorded(
        occurred_at=HAPPENED,
        contact_id=CONTACT,
        direction=direction,
        channel=Channel.PHONE,
        by=by,
        outcome=outcome,
        joined=Joined.STAFF,
        **more,
    )


def happenings(fact: Fact) -> set[ClockKind]:
    found = commands(fact)
    return set().union(*(command.kinds for command in found if isinstance(command, HearHappening)))


def test_every_type_that_is_listened_to_is_one_that_exists() -> None:
    assert set(CATALOGUE.facts) >= LISTENS_TO


def test_what_came_in_is_heard_with_the_moment_it_happened_and_the_moment_we_learned_of_it() -> None:
    received = intake.ComplaintReceived(
        occurred_at=HAPPENED,
        reference="7QK2-4M9X",
        channel=Channel.PHONE,
        desk="front-line",
        customer_id=CustomerId(EVENT),
        text=Private("An old mortgage turned up."),
        language="en",
        label="mortgage",
    )
    assert commands(received) == [
        HearMatter(HAPPENED, NOW, SUBJECT, MatterKind.COMPLAINT, "7QK2-4M9X", "front-line", "mortgage")
    ]


@pytest.mark.parametrize(
    ("fact", "waited_for"),
    [
        (contact(Direction.OUT, Outcome.REACHED), {FIRST_ANSWER, NEXT_STEP}),
        (contact(Direction.OUT, Outcome.SENT), {FIRST_ANSWER}),
        (contact(Direction.OUT, Outcome.SENT, gives_answer=True), {FIRST_ANSWER, NEXT_STEP}),
        (contact(Direction.IN, Outcome.REACHED), {FIRST_ANSWER}),
        (contact(Direction.OUT, Outcome.VOICEMAIL), set()),
        (contact(Direction.OUT, Outcome.NO_ANSWER), set()),
        (contact(Direction.OUT, Outcome.BOUNCED), set()),
        (contact(Direction.IN, Outcome.SENT, by=None), set()),
        (contact(Direction.OUT, Outcome.SENT, by="st_system"), set()),
    ],
)
def test_a_human_answer_is_a_person_in_contact_and_no_attempt_and_no_machine(
    fact: Fact, waited_for: set[ClockKind]
) -> None:
    assert happenings(fact) == waited_for


@pytest.mark.parametrize(
    ("automatic", "waited_for"),
    [(True, {ClockKind.ACKNOWLEDGEMENT}), (False, {ClockKind.ACKNOWLEDGEMENT, FIRST_ANSWER})],
)
def test_an_automatic_acknowledgement_is_no_human_answer(automatic: bool, waited_for: set[ClockKind]) -> None:  # noqa: FBT001
    fact = intake.Acknowledged(occurred_at=HAPPENED, automatic=automatic, language="nl", channel=Channel.EMAIL)
    assert happenings(fact) == waited_for


@pytest.mark.parametrize(
    ("kind", "waited_for"),
    [
        (ResponseKind.FINAL, {ClockKind.RESOLUTION, FIRST_ANSWER, NEXT_STEP}),
        (ResponseKind.SUMMARY, {ClockKind.RESOLUTION, FIRST_ANSWER, NEXT_STEP}),
        (ResponseKind.HOLDING, {FIRST_ANSWER}),
    ],
)
def test_a_holding_response_ends_no_investigation(kind: ResponseKind, waited_for: set[ClockKind]) -> None:
    fact = intake.FinalResponseSent(
        occurred_at=HAPPENED,
        kind=kind,
        admissible=True,
        judgement=Judgement.NONE,
        solved=Solved.NOT,
        explanation=Private("It takes longer."),
        by="st_ann",
    )
    assert happenings(fact) == waited_for


def test_a_promise_runs_until_the_end_of_its_window() -> None:
    window = Window(starts=HAPPENED + timedelta(hours=1), until=HAPPENED + timedelta(hours=2))
    made = intake.PromiseMade(
        occurred_at=HAPPENED,
        promise_id=PROMISE,
        kind=PromiseKind.VISIT,
        what=Private("We come by."),
        due=window,
        promised_by="st_ann",
    )
    assert commands(made) == [HearPromise(HAPPENED, NOW, PROMISE, PromiseKind.VISIT, window.until)]


def test_whether_the_customer_agreed_goes_along() -> None:
    fact = intake.PromiseRescheduled(
        occurred_at=HAPPENED, promise_id=PROMISE, replaced_by=PromiseId(OTHER), agreed=False, by="st_ann"
    )
    assert commands(fact) == [HearPromiseRescheduled(HAPPENED, NOW, PROMISE, agreed=False)]


def test_an_attempt_means_nothing_to_a_promise_s_clock() -> None:
    attempt = intake.PromiseAttempted(
        occurred_at=HAPPENED, promise_id=PROMISE, contact_id=CONTACT, outcome=Outcome.VOICEMAIL
    )
    assert react(heard(attempt), NOW) == []


def test_merging_ends_one_watch_and_tells_the_other_of_the_earlier_receipt() -> None:
    earlier = HAPPENED - timedelta(days=3)
    fact = intake.Merged(occurred_at=HAPPENED, into=OTHER, received_at=earlier, by="st_ann")
    ended, told = react(heard(fact), NOW)
    assert (ended.stream, ended.command) == (Stream("watch", SUBJECT), HearEnd(HAPPENED, NOW, CancelReason.MERGED))
    assert (told.stream, told.command) == (Stream("watch", OTHER), HearEarlierReceipt(HAPPENED, NOW, earlier))


def test_accepting_answers_the_offer_and_moves_the_owner() -> None:
    fact = routing.OwnerAccepted(occurred_at=HAPPENED, desk="back-office", person="st_ben", hand_off=1, offer=2)
    assert commands(fact) == [
        HearOfferOver(HAPPENED, NOW, 2, OfferEnd.ANSWERED),
        HearOwner(HAPPENED, NOW, "back-office"),
    ]


def test_an_offer_is_owed_an_answer_by_the_desk_it_is_made_to() -> None:
    fact = routing.TransferOffered(
        occurred_at=HAPPENED,
        from_desk="front-line",
        to_desk="back-office",
        by="st_ann",
        warmth=Warmth.COLD,
        hand_off=1,
        offer=1,
    )
    assert commands(fact) == [HearOffer(HAPPENED, NOW, SUBJECT, 1, "back-office")]


def delivered(message: partner.MessageKind) -> partner.TicketDelivered:
    return partner.TicketDelivered(
        occurred_at=HAPPENED,
        ticket_id=TICKET,
        partner="sponsor",
        message=message,
        delivery_id=UPDATE,
        attempt=1,
        status=200,
    )


def test_a_partner_owes_its_word_from_the_moment_it_has_the_ticket_and_no_reminder_starts_it_anew() -> None:
    assert commands(delivered(partner.MessageKind.OPENED)) == [
        HearTicket(HAPPENED, NOW, TICKET, "sponsor", TicketTurn.ASKED, "opened")
    ]
    assert commands(delivered(partner.MessageKind.REMINDED)) == []


def undelivered(*, gave_up: bool, message: partner.MessageKind = partner.MessageKind.OPENED) -> partner.DeliveryFailed:
    return partner.DeliveryFailed(
        occurred_at=HAPPENED,
        ticket_id=TICKET,
        partner="sponsor",
        message=message,
        delivery_id=UPDATE,
        attempt=8,
        detail="http-503",
        gave_up=gave_up,
    )


def test_a_ticket_that_can_not_be_delivered_is_watched_all_the_same() -> None:
    assert commands(undelivered(gave_up=True)) == [
        HearTicket(HAPPENED, NOW, TICKET, "sponsor", TicketTurn.ASKED, "opened")
    ]
    assert commands(undelivered(gave_up=False)) == []
    assert commands(undelivered(gave_up=True, message=partner.MessageKind.REMINDED)) == []


def test_each_word_of_a_partner_counts_once_by_its_update() -> None:
    fact = partner.TicketProgressed(
        occurred_at=HAPPENED, ticket_id=TICKET, partner="sponsor", update_id=UPDATE, words=Private("Soon.")
    )
    assert commands(fact) == [HearTicket(HAPPENED, NOW, TICKET, "sponsor", TicketTurn.MOVED, str(UPDATE))]
