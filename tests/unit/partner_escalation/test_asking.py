"""Who may ask a partner what, and what the partner is told of the customer."""

import pytest

from gehoor.events.intake import PointKind, Proof
from gehoor.events.partner import (
    QuestionAnswered,
    ResolutionAccepted,
    TicketKeptOpen,
    TicketWithdrawn,
    WithdrawReason,
)
from gehoor.events.private import Private
from gehoor.events.terms import MatterKind
from gehoor.partner_escalation.domain import TICKETS
from gehoor.partner_escalation.domain.asking import TICKETS_MAX
from gehoor.partner_escalation.domain.commands import Hear, Staff, Terms
from gehoor.partner_escalation.facts import End, ErasureHeard
from tests.given import given
from tests.unit.partner_escalation.prize import (
    HEARD,
    OTHER_TICKET,
    PRIZE,
    SHARED,
    SPONSOR,
    STRANGER,
    TICKET,
    accept,
    acknowledged,
    answer_question,
    at,
    category_heard,
    dispute,
    disputed,
    end_heard,
    keep_open,
    matter_heard,
    open_by_policy,
    open_ticket,
    owner_heard,
    point,
    question_asked,
    resolved,
    ticket_opened,
    update_id,
    withdraw,
)

ASKED = (*HEARD, ticket_opened())


def test_the_owner_asks_the_sponsor_who_sees_name_address_and_prize_and_nothing_else() -> None:
    given(TICKETS, *HEARD).when(open_ticket()).then(ticket_opened())


def test_a_field_that_nobody_knows_is_left_out() -> None:
    shared = Private({"name": "Noor Claes", "address": "Lindelaan 4, 9000 Gent"})
    given(TICKETS, *HEARD).when(open_ticket(details={})).then(ticket_opened(shared=shared))


def test_what_the_owner_knows_better_goes_before_what_the_complaint_says() -> None:
    details = {"prize": "weekend by the lake", "address": "Dorp 1, 9050 Gent"}
    shared = Private(SHARED | {"address": "Dorp 1, 9050 Gent"})
    given(TICKETS, *HEARD).when(open_ticket(details=details)).then(ticket_opened(shared=shared))


def test_the_surest_contact_point_of_its_kind_is_told() -> None:
    points = (point(PointKind.EMAIL, "first@mail.example"), point(PointKind.EMAIL, "sure@mail.example", Proof.VERIFIED))
    heard = (matter_heard(contact_points=points), category_heard(), owner_heard())
    by_mail = Terms(SPONSOR, {PRIZE: ("email",)}, "demo-1")
    given(TICKETS, *heard).when(open_ticket(terms=by_mail, details={})).then(
        ticket_opened(shared_fields=("email",), shared=Private({"email": "sure@mail.example"}))
    )


def test_a_field_that_policy_does_not_share_is_refused_also_from_the_owner() -> None:
    given(TICKETS, *HEARD).when(open_ticket(details={"phone": "+32470000000"})).refused("field-not-shared")


def test_a_partner_is_not_asked_about_what_it_agreed_nothing_on() -> None:
    heard = (matter_heard(), category_heard("mortgage"), owner_heard())
    given(TICKETS, *heard).when(open_ticket()).refused("not-agreed")


def test_only_the_owners_desk_asks() -> None:
    given(TICKETS, *HEARD).when(open_ticket(by=STRANGER)).refused("not-the-owner")


def test_the_desk_that_received_it_is_the_owner_until_routing_says_otherwise() -> None:
    front_line = Staff("st_an", "front-line")
    heard = (matter_heard(), category_heard())
    given(TICKETS, *heard).when(open_ticket(by=front_line)).then(ticket_opened(opened_by="st_an"))


def test_after_a_transfer_the_former_owner_asks_no_more() -> None:
    moved = (*HEARD, owner_heard("back-office", 1))
    given(TICKETS, *moved).when(open_ticket()).refused("not-the-owner")


def test_nothing_is_asked_for_a_complaint_that_was_not_heard_of() -> None:
    given(TICKETS).when(open_ticket()).refused("not-yet-heard")


def test_nothing_is_asked_before_it_is_known_what_it_is_about() -> None:
    given(TICKETS, matter_heard(), owner_heard()).when(open_ticket()).refused("not-yet-heard")


@pytest.mark.parametrize("matter", [MatterKind.REMARK, MatterKind.REPORT])
def test_only_a_complaint_has_tickets(matter: MatterKind) -> None:
    heard = (matter_heard(matter=matter), category_heard(), owner_heard())
    given(TICKETS, *heard).when(open_ticket()).refused("no-complaint")


@pytest.mark.parametrize("end", End)
def test_opening_on_a_complaint_that_is_over_is_refused(end: End) -> None:
    given(TICKETS, *HEARD, end_heard(end)).when(open_ticket()).refused("complaint-over")


def test_nothing_is_asked_in_the_name_of_somebody_who_was_erased() -> None:
    given(TICKETS, *HEARD, ErasureHeard(occurred_at=at(3))).when(open_ticket()).refused("person-erased")


def test_an_answer_is_not_wanted_by_a_moment_that_has_passed() -> None:
    given(TICKETS, *HEARD).when(open_ticket(wanted_by=at(5))).refused("wanted-in-the-past")


def test_the_same_ticket_opened_twice_is_one_ticket() -> None:
    given(TICKETS, *ASKED).when(open_ticket()).nothing()


def test_a_complaint_has_a_bounded_number_of_tickets() -> None:
    many = [ticket_opened(ticket_id=update_id(f"ticket {n}")) for n in range(TICKETS_MAX)]
    given(TICKETS, *HEARD, *many).when(open_ticket()).refused("too-many-tickets")


def test_policy_opens_a_ticket_by_itself_when_the_category_is_known() -> None:
    opened = ticket_opened(
        occurred_at=at(1),
        asked=Private("Please deliver what was won."),
        shared=Private({"name": "Noor Claes", "address": "Lindelaan 4, 9000 Gent"}),
        opened_by=None,
    )
    given(TICKETS, matter_heard()).when(Hear(category_heard(), (open_by_policy(),))).then(category_heard(), opened)


def test_policy_opens_nothing_for_a_remark() -> None:
    remark = matter_heard(matter=MatterKind.REMARK)
    given(TICKETS, remark).when(Hear(category_heard(), (open_by_policy(),))).then(category_heard())


def test_policy_does_not_open_again_what_it_opened_before() -> None:
    again = Hear(category_heard("other"), (open_by_policy(), open_by_policy(OTHER_TICKET)))
    other = Terms(SPONSOR, {"other": ()}, "demo-1")
    opens = tuple(type(one)(one.ticket_id, other, one.asked) for one in again.opens)
    after = given(TICKETS, *ASKED).when(Hear(again.note, opens)).so().state
    assert set(after.tickets) == {TICKET, OTHER_TICKET}
    assert after.tickets[TICKET].category == PRIZE


def test_done_is_the_partners_word_until_our_owner_accepts_it() -> None:
    (
        given(TICKETS, *ASKED, resolved())
        .when(accept())
        .then(ResolutionAccepted(occurred_at=at(300), ticket_id=TICKET, partner=SPONSOR, by="st_els"))
        .when(accept())
        .nothing()
    )


def test_another_desk_does_not_accept() -> None:
    given(TICKETS, *ASKED, resolved()).when(accept(STRANGER)).refused("not-the-owner")


@pytest.mark.parametrize("before", [[], [acknowledged()], [resolved(), disputed()]])
def test_what_the_partner_does_not_call_done_is_neither_accepted_nor_disputed(before: list[object]) -> None:
    told = given(TICKETS, *ASKED, *before)  # type: ignore[arg-type]
    told.when(accept()).refused("not-resolved")
    told.when(dispute()).refused("not-resolved")


def test_the_owner_disputes_what_the_customer_does_not_have() -> None:
    after = given(TICKETS, *ASKED, resolved()).when(dispute()).then(disputed()).state
    assert after.tickets[TICKET].stage == "disputed"
    assert after.tickets[TICKET].disputes == (Private("Nothing came."),)


def test_an_accepted_ticket_is_not_disputed_any_more() -> None:
    given(TICKETS, *ASKED, resolved()).when(accept()).so().when(dispute()).refused("ticket-over")


def test_the_owner_answers_the_only_question_without_naming_it() -> None:
    given(TICKETS, *ASKED, question_asked()).when(answer_question()).then(
        QuestionAnswered(
            occurred_at=at(153),
            ticket_id=TICKET,
            partner=SPONSOR,
            question=update_id("question"),
            answer=Private("The one of the twelfth."),
            by="st_els",
        )
    )


def test_of_two_questions_the_owner_says_which_is_answered() -> None:
    two = given(TICKETS, *ASKED, question_asked(), question_asked("second"))
    two.when(answer_question()).refused("which-question")
    one = two.when(answer_question(update_id("second"))).so()
    assert one.state.tickets[TICKET].open_questions == (update_id("question"),)


def test_a_question_is_answered_once() -> None:
    once = given(TICKETS, *ASKED, question_asked()).when(answer_question()).so()
    once.when(answer_question()).refused("no-open-question")


def test_what_was_not_asked_is_not_answered() -> None:
    given(TICKETS, *ASKED).when(answer_question()).refused("no-open-question")


def test_the_owner_withdraws_and_says_why() -> None:
    withdrawn = TicketWithdrawn(
        occurred_at=at(210),
        ticket_id=TICKET,
        partner=SPONSOR,
        reason=WithdrawReason.BY_OWNER,
        by="st_els",
        why=Private("The winner has it from us."),
    )
    given(TICKETS, *ASKED).when(withdraw()).then(withdrawn).when(withdraw()).nothing()


def test_an_accepted_ticket_is_not_withdrawn() -> None:
    given(TICKETS, *ASKED, resolved()).when(accept()).so().when(withdraw()).refused("ticket-over")


def test_the_owner_keeps_a_ticket_open_past_its_complaint() -> None:
    kept = TicketKeptOpen(occurred_at=at(20), ticket_id=TICKET, partner=SPONSOR, by="st_els")
    given(TICKETS, *ASKED).when(keep_open()).then(kept).when(keep_open()).nothing()


def test_a_ticket_that_is_over_is_not_kept_open() -> None:
    given(TICKETS, *ASKED).when(withdraw()).so().when(keep_open()).refused("ticket-over")


@pytest.mark.parametrize("wish", [keep_open(), answer_question(), accept(), dispute(), withdraw()])
def test_a_ticket_that_was_not_heard_of_may_still_come(wish: object) -> None:
    given(TICKETS, *HEARD).when(wish).refused("not-yet-heard")
