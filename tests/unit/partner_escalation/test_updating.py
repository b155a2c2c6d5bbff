"""What a partner says: each word has one effect, whether it comes once, twice, late or out of order."""

import pytest

from gehoor.events.partner import TicketProgressed, TicketResolved
from gehoor.events.private import Erased, Private
from gehoor.partner_escalation.domain import TICKETS
from gehoor.partner_escalation.domain.updating import UPDATES_MAX
from gehoor.partner_escalation.facts import UpdateKind, UpdateNoted
from tests.given import given
from tests.unit.partner_escalation.prize import (
    HEARD,
    OTHER_TICKET,
    RIVAL,
    SPONSOR,
    TICKET,
    accept,
    acknowledged,
    at,
    disputed,
    progressed,
    question_asked,
    resolved,
    take_update,
    ticket_opened,
    update_id,
    withdraw,
)

ASKED = (*HEARD, ticket_opened())


def noted(kind: UpdateKind, name: str, minutes: float = 160, **words: Private[str]) -> UpdateNoted:
    return UpdateNoted(occurred_at=at(minutes), ticket_id=TICKET, update_id=update_id(name), kind=kind, **words)


def test_the_partner_acknowledges_under_its_own_number() -> None:
    wish = take_update(UpdateKind.ACKNOWLEDGED, "ack", 150, reference="SP-44")
    after = given(TICKETS, *ASKED).when(wish).then(acknowledged()).state.tickets[TICKET]
    assert after.stage == "acknowledged"
    assert after.reference == Private("SP-44")


def test_the_partner_says_it_is_moving() -> None:
    wish = take_update(UpdateKind.PROGRESSED, "progress", 155, words="It is with our courier.")
    given(TICKETS, *ASKED, acknowledged()).when(wish).then(progressed())


def test_the_partner_wants_to_know_something_first() -> None:
    wish = take_update(UpdateKind.QUESTION, "question", 152, words="Which weekend?")
    given(TICKETS, *ASKED).when(wish).then(question_asked())


def test_a_question_without_words_is_none() -> None:
    given(TICKETS, *ASKED).when(take_update(UpdateKind.QUESTION, "question")).refused("invalid-question")


def test_the_partner_says_it_is_done_and_may_do_so_at_once() -> None:
    wish = take_update(UpdateKind.RESOLVED, "done", words="Sent.")
    given(TICKETS, *ASKED).when(wish).then(resolved())


@pytest.mark.parametrize(
    "wish",
    [
        take_update(UpdateKind.ACKNOWLEDGED, "first", reference="SP-44"),
        take_update(UpdateKind.PROGRESSED, "first", words="Soon."),
        take_update(UpdateKind.QUESTION, "first", words="Which?"),
        take_update(UpdateKind.RESOLVED, "first"),
    ],
    ids=lambda wish: str(wish.kind),
)
def test_the_same_update_twice_has_one_effect(wish: object) -> None:
    given(TICKETS, *ASKED).when(wish).so().when(wish).nothing()


def test_the_same_update_again_after_our_judgement_has_no_effect() -> None:
    wish = take_update(UpdateKind.RESOLVED, "done", 400, words="Sent.")
    given(TICKETS, *ASKED, resolved(), disputed()).when(wish).nothing()


def test_an_id_that_was_used_for_other_words_is_refused() -> None:
    wish = take_update(UpdateKind.RESOLVED, "done", words="Sent by another courier.")
    given(TICKETS, *ASKED, resolved()).when(wish).refused("update-id-taken")


def test_an_id_that_was_used_for_another_kind_is_refused() -> None:
    wish = take_update(UpdateKind.PROGRESSED, "done", words="Sent.")
    given(TICKETS, *ASKED, resolved()).when(wish).refused("update-id-taken")


def test_an_update_whose_words_were_erased_is_still_the_same() -> None:
    said = resolved().model_copy(update={"words": Private[str](Erased(at(300)))})
    wish = take_update(UpdateKind.RESOLVED, "done", words="Sent.")
    given(TICKETS, *ASKED, said).when(wish).nothing()


def test_an_acknowledgement_that_comes_after_done_is_noted_and_moves_nothing() -> None:
    wish = take_update(UpdateKind.ACKNOWLEDGED, "ack", reference="SP-44")
    after = given(TICKETS, *ASKED, resolved()).when(wish)
    ticket = after.then(noted(UpdateKind.ACKNOWLEDGED, "ack", partner_reference=Private("SP-44"))).state.tickets[TICKET]
    assert ticket.stage == "resolved"
    assert ticket.reference == Private("SP-44")


def test_a_second_acknowledgement_does_not_win_the_partner_time() -> None:
    wish = take_update(UpdateKind.ACKNOWLEDGED, "again")
    given(TICKETS, *ASKED, acknowledged()).when(wish).then(noted(UpdateKind.ACKNOWLEDGED, "again"))


def test_an_acknowledgement_after_progress_is_recorded_and_the_ticket_stays_in_progress() -> None:
    wish = take_update(UpdateKind.ACKNOWLEDGED, "ack", reference="SP-44")
    after = given(TICKETS, *ASKED, progressed()).when(wish).then(acknowledged(minutes=160))
    assert after.state.tickets[TICKET].stage == "progressing"


def test_progress_that_comes_after_done_is_noted_and_moves_nothing() -> None:
    wish = take_update(UpdateKind.PROGRESSED, "progress", words="Soon.")
    given(TICKETS, *ASKED, resolved()).when(wish).then(noted(UpdateKind.PROGRESSED, "progress", words=Private("Soon.")))


def test_done_said_twice_over_is_said_once() -> None:
    wish = take_update(UpdateKind.RESOLVED, "done again")
    given(TICKETS, *ASKED, resolved()).when(wish).then(noted(UpdateKind.RESOLVED, "done again"))


def test_a_question_after_done_is_still_a_question() -> None:
    wish = take_update(UpdateKind.QUESTION, "question", 152, words="Which weekend?")
    after = given(TICKETS, *ASKED, resolved()).when(wish).then(question_asked()).state
    assert after.tickets[TICKET].stage == "resolved"


def test_after_a_dispute_the_partner_is_asked_anew() -> None:
    again = given(TICKETS, *ASKED, acknowledged(), resolved(), disputed())
    again.when(take_update(UpdateKind.ACKNOWLEDGED, "ack 2", 210, reference="SP-44")).then(
        acknowledged("ack 2", minutes=210)
    )
    again.when(take_update(UpdateKind.PROGRESSED, "progress 2", 210)).then(
        TicketProgressed(occurred_at=at(210), ticket_id=TICKET, partner=SPONSOR, update_id=update_id("progress 2"))
    )
    again.when(take_update(UpdateKind.RESOLVED, "done 2", 220)).then(
        TicketResolved(occurred_at=at(220), ticket_id=TICKET, partner=SPONSOR, update_id=update_id("done 2"))
    )


@pytest.mark.parametrize("kind", UpdateKind)
def test_a_word_on_a_withdrawn_ticket_is_noted_and_no_error(kind: UpdateKind) -> None:
    withdrawn = given(TICKETS, *ASKED).when(withdraw()).so()
    late = withdrawn.when(take_update(kind, "late", 400, words="We have it."))
    after = late.then(noted(kind, "late", 400, words=Private("We have it.")))
    assert after.state.tickets[TICKET].stage == "withdrawn"
    after.when(take_update(kind, "late", 400, words="We have it.")).nothing()


@pytest.mark.parametrize("kind", UpdateKind)
def test_a_word_on_an_accepted_ticket_is_noted(kind: UpdateKind) -> None:
    done = given(TICKETS, *ASKED, resolved()).when(accept()).so()
    done.when(take_update(kind, "late", 400, words="Sent once more.")).then(
        noted(kind, "late", 400, words=Private("Sent once more."))
    )


def test_another_partners_ticket_does_not_exist() -> None:
    told = given(TICKETS, *ASKED)
    told.when(take_update(UpdateKind.RESOLVED, "done", partner=RIVAL)).refused("unknown-ticket")
    absent = told.when(take_update(UpdateKind.RESOLVED, "done", ticket_id=OTHER_TICKET))
    absent.refused("unknown-ticket")


def test_a_ticket_takes_a_bounded_number_of_updates() -> None:
    many = [progressed(f"progress {n}") for n in range(UPDATES_MAX)]
    given(TICKETS, *ASKED, *many).when(take_update(UpdateKind.RESOLVED, "done")).refused("too-many-updates")


def test_the_first_word_that_it_is_done_is_the_answer_whatever_we_make_of_it() -> None:
    told = given(TICKETS, *ASKED, resolved(), disputed(), resolved("done 2", 250))
    assert told.state.tickets[TICKET].answered_at == at(160)
