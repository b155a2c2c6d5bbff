"""What others state changes the tickets: a late partner is reminded, an end withdraws, an erasure is passed on."""

import pytest

from gehoor.events.partner import MessageKind, ReminderReason, TicketWithdrawn, WithdrawReason
from gehoor.events.private import Private
from gehoor.events.terms import MatterKind, TicketId
from gehoor.partner_escalation.domain import TICKETS
from gehoor.partner_escalation.domain.commands import Hear
from gehoor.partner_escalation.facts import End, ErasureHeard, ReclassificationHeard, ReopeningHeard
from tests.given import given
from tests.unit.partner_escalation.prize import (
    CLOCK,
    HEARD,
    NEXT_CLOCK,
    OTHER_TICKET,
    RIVAL,
    SPONSOR,
    TICKET,
    accept,
    acknowledged,
    at,
    category_heard,
    correction_heard,
    deadline_heard,
    disputed,
    end_heard,
    keep_open,
    matter_heard,
    open_ticket,
    owner_heard,
    reminded,
    resolved,
    ticket_opened,
)

ASKED = (*HEARD, ticket_opened())
APPROACHING, MISSED = ReminderReason.APPROACHING, ReminderReason.MISSED


def withdrawn(reason: WithdrawReason, ticket: TicketId = TICKET, partner: str = SPONSOR) -> TicketWithdrawn:
    return TicketWithdrawn(occurred_at=at(500), ticket_id=ticket, partner=partner, reason=reason)


def test_what_may_be_shown_is_kept_and_never_the_customers_words() -> None:
    given(TICKETS).when(Hear(matter_heard())).then(matter_heard())
    assert not {"text", "subject", "remedy"} & set(type(matter_heard()).model_fields)


@pytest.mark.parametrize("note", [matter_heard(), category_heard(), owner_heard()])
def test_what_was_heard_before_changes_nothing(note: object) -> None:
    given(TICKETS, *HEARD).when(Hear(note)).nothing()  # type: ignore[arg-type]


def test_the_partner_is_reminded_when_its_deadline_comes_near_and_again_when_it_has_passed() -> None:
    (
        given(TICKETS, *ASKED)
        .when(Hear(deadline_heard(APPROACHING)))
        .then(deadline_heard(APPROACHING), reminded(1, APPROACHING))
        .when(Hear(deadline_heard(MISSED, minutes=120)))
        .then(deadline_heard(MISSED, minutes=120), reminded(2, MISSED, minutes=120))
    )


def test_hearing_the_same_deadline_again_reminds_nobody() -> None:
    once = given(TICKETS, *ASKED).when(Hear(deadline_heard(MISSED))).so()
    once.when(Hear(deadline_heard(MISSED))).nothing()


def test_the_next_clock_on_the_same_ticket_reminds_again() -> None:
    once = given(TICKETS, *ASKED).when(Hear(deadline_heard(MISSED))).so()
    after = once.when(Hear(deadline_heard(MISSED, NEXT_CLOCK)))
    after.then(deadline_heard(MISSED, NEXT_CLOCK), reminded(2, MISSED, NEXT_CLOCK))


@pytest.mark.parametrize("turn", [(resolved(),), (resolved(), "accept")])
def test_a_partner_that_gave_its_word_is_not_reminded(turn: tuple[object, ...]) -> None:
    told = given(TICKETS, *ASKED, resolved())
    told = told.when(accept()).so() if "accept" in turn else told
    told.when(Hear(deadline_heard(MISSED))).then(deadline_heard(MISSED))


def test_a_deadline_of_a_ticket_nobody_knows_changes_nothing() -> None:
    given(TICKETS, *HEARD).when(Hear(deadline_heard(MISSED))).nothing()


def test_a_miss_that_is_corrected_is_no_longer_held_against_the_partner() -> None:
    late = given(TICKETS, *ASKED).when(Hear(deadline_heard(MISSED))).so()
    assert late.state.tickets[TICKET].late
    assert not late.when(Hear(correction_heard())).then(correction_heard()).state.tickets[TICKET].late


def test_a_correction_of_what_was_no_miss_changes_nothing() -> None:
    given(TICKETS, *ASKED).when(Hear(correction_heard())).nothing()


def test_closing_withdraws_every_ticket_that_is_not_over_in_one_decision() -> None:
    both = given(TICKETS, *ASKED, acknowledged(), ticket_opened(ticket_id=OTHER_TICKET, partner=RIVAL))
    both.when(Hear(end_heard())).then(
        end_heard(),
        withdrawn(WithdrawReason.CLOSED),
        withdrawn(WithdrawReason.CLOSED, OTHER_TICKET, RIVAL),
    )


def test_closing_leaves_what_was_accepted_as_it_is() -> None:
    given(TICKETS, *ASKED, resolved()).when(accept()).so().when(Hear(end_heard())).then(end_heard())


def test_closing_leaves_what_the_owner_kept_open_and_the_owner_still_judges_it() -> None:
    closed = given(TICKETS, *ASKED).when(keep_open()).so().when(Hear(end_heard())).then(end_heard())
    after = given(TICKETS, *closed.facts, resolved(minutes=600)).when(accept()).so()
    assert after.state.tickets[TICKET].stage == "accepted"


def test_a_customer_who_withdraws_takes_also_the_kept_ticket_along() -> None:
    kept = given(TICKETS, *ASKED).when(keep_open()).so()
    kept.when(Hear(end_heard(End.WITHDRAWN))).then(end_heard(End.WITHDRAWN), withdrawn(WithdrawReason.WITHDRAWN))


def test_merging_leaves_the_tickets_open() -> None:
    given(TICKETS, *ASKED).when(Hear(end_heard(End.MERGED))).then(end_heard(End.MERGED))


def test_what_turns_out_to_be_a_remark_asks_nothing_of_a_partner() -> None:
    remark = ReclassificationHeard(occurred_at=at(500), matter=MatterKind.REMARK)
    given(TICKETS, *ASKED).when(Hear(remark)).then(remark, withdrawn(WithdrawReason.NO_COMPLAINT))


def test_a_remark_that_turns_out_to_be_a_complaint_may_have_tickets() -> None:
    remark = (matter_heard(matter=MatterKind.REMARK), category_heard(), owner_heard())
    complaint = ReclassificationHeard(occurred_at=at(2), matter=MatterKind.COMPLAINT)
    given(TICKETS, *remark).when(Hear(complaint)).then(complaint).when(open_ticket()).then(ticket_opened())


def test_a_reopened_complaint_takes_new_tickets_and_the_withdrawn_ones_stay_so() -> None:
    closed = given(TICKETS, *ASKED).when(Hear(end_heard())).so()
    reopening = ReopeningHeard(occurred_at=at(600))
    again = closed.when(Hear(reopening)).then(reopening)
    assert again.state.tickets[TICKET].stage == "withdrawn"
    assert again.when(open_ticket(ticket_id=OTHER_TICKET)).so().state.tickets[OTHER_TICKET].stage == "asked"


def test_every_partner_with_a_ticket_is_told_to_delete_when_the_person_is_erased() -> None:
    erasure = ErasureHeard(occurred_at=at(700))
    two = given(TICKETS, *ASKED, resolved(), disputed(), ticket_opened(ticket_id=OTHER_TICKET, partner=RIVAL))
    after = two.when(Hear(erasure)).then(erasure)
    assert [ticket.messages[-1].kind for ticket in after.state.tickets.values()] == [MessageKind.ERASED] * 2
    after.when(Hear(erasure)).nothing()


def test_an_erasure_without_tickets_is_only_noted() -> None:
    erasure = ErasureHeard(occurred_at=at(700))
    given(TICKETS, *HEARD).when(Hear(erasure)).then(erasure)


def test_the_clock_that_was_missed_is_remembered() -> None:
    late = given(TICKETS, *ASKED).when(Hear(deadline_heard(MISSED))).so()
    assert late.state.tickets[TICKET].missed == {CLOCK}


def test_a_name_is_never_shown_by_printing_the_state() -> None:
    assert "Noor" not in repr(given(TICKETS, *ASKED).state)
    assert Private("Noor Claes") == matter_heard().name
