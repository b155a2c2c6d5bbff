"""Accountability moves when the receiving desk accepts, and never before."""

import pytest

from gehoor.events.terms import StaffId, Warmth
from gehoor.routing.domain.commands import OfferTransfer
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.ownership import Owner
from gehoor.routing.facts import End
from tests.given import given
from tests.unit.routing.saying import (
    ANNA,
    AUDIENCE,
    BACK,
    BEN,
    DESKS,
    FRONT,
    NOW,
    STORY,
    accept_transfer,
    accepted,
    complaint,
    decline_transfer,
    declined,
    end_heard,
    expired,
    hear_end,
    hear_silence,
    offer_transfer,
    offered,
    owned_by_ben,
)


def test_the_owner_s_desk_hands_over_warm_with_the_whole_story() -> None:
    given(OWNERSHIP, *complaint()).when(offer_transfer()).then(offered())


def test_an_offer_moves_nothing() -> None:
    owner: Owner = given(OWNERSHIP, *complaint(), offered()).state.owner
    assert owner.desk == FRONT


def test_the_receiving_desk_accepts_and_is_accountable_from_then_on() -> None:
    state = given(OWNERSHIP, *complaint(), offered()).when(accept_transfer()).then(accepted()).state
    assert (state.owner, state.hand_off, state.offer) == (Owner(BACK, BEN, NOW), 1, None)


def test_a_declined_transfer_leaves_the_owner_where_it_was() -> None:
    state = given(OWNERSHIP, *complaint(), offered()).when(decline_transfer()).then(declined()).state
    assert (state.owner.desk, state.hand_off, state.offer) == (FRONT, 0, None)


def test_a_transfer_that_nobody_answers_expires_and_the_owner_stays() -> None:
    state = given(OWNERSHIP, *complaint(), offered()).when(hear_silence()).then(expired()).state
    assert (state.owner.desk, state.offer) == (FRONT, None)


def test_the_deadline_of_an_offer_that_was_answered_expires_no_later_one() -> None:
    story = [*complaint(), offered(), declined(), offered(AUDIENCE, offer=2)]
    given(OWNERSHIP, *story).when(hear_silence(1)).nothing()
    given(OWNERSHIP, *story).when(hear_silence(2)).then(expired(AUDIENCE, offer=2))


def test_offers_are_counted_also_when_they_come_to_nothing() -> None:
    (
        given(OWNERSHIP, *complaint(), offered(), declined())
        .when(offer_transfer(AUDIENCE, context=None))
        .then(offered(AUDIENCE, offer=2, context=None))
    )


def test_the_new_owner_can_hand_over_again() -> None:
    (
        given(OWNERSHIP, *owned_by_ben())
        .when(offer_transfer(AUDIENCE, by_desk=BACK))
        .then(offered(AUDIENCE, by_desk=BACK, offer=2, hand_off=2))
    )


def test_only_the_owner_hands_over() -> None:
    given(OWNERSHIP, *complaint()).when(offer_transfer(AUDIENCE, by_desk=BACK)).refused("not-the-owner")
    given(OWNERSHIP, *owned_by_ben()).when(offer_transfer(AUDIENCE, by_desk=FRONT)).refused("not-the-owner")


def test_one_transfer_at_a_time() -> None:
    given(OWNERSHIP, *complaint(), offered()).when(offer_transfer(AUDIENCE)).refused("transfer-open")


def test_nobody_hands_over_to_themselves() -> None:
    given(OWNERSHIP, *complaint()).when(offer_transfer(FRONT)).refused("own-desk")


def test_nobody_hands_over_to_a_desk_that_does_not_exist() -> None:
    refusal = given(OWNERSHIP, *complaint()).when(offer_transfer("basement")).refusal
    assert refusal is not None
    assert (refusal.code, refusal.possible) == ("unknown-desk", tuple(sorted(DESKS - {FRONT})))


@pytest.mark.parametrize(
    ("warmth", "context", "code"), [(Warmth.WARM, None, "no-context"), (Warmth.COLD, STORY, "cold-with-context")]
)
def test_warm_is_with_the_story_and_cold_without(warmth: Warmth, context: object, code: str) -> None:
    by: StaffId = ANNA
    told = STORY if context is not None else None
    wish = OfferTransfer(NOW, by, FRONT, BACK, None, warmth, told, DESKS)
    given(OWNERSHIP, *complaint()).when(wish).refused(code)


def test_only_the_desk_that_was_asked_answers() -> None:
    given(OWNERSHIP, *complaint(), offered()).when(accept_transfer(AUDIENCE)).refused("not-receiver")
    given(OWNERSHIP, *complaint(), offered()).when(decline_transfer(FRONT)).refused("not-receiver")


def test_an_answer_without_an_offer_is_refused() -> None:
    given(OWNERSHIP, *complaint()).when(accept_transfer()).refused("no-transfer")
    given(OWNERSHIP, *owned_by_ben()).when(accept_transfer()).refused("no-transfer")
    given(OWNERSHIP, *complaint(), offered(), expired()).when(decline_transfer()).refused("no-transfer")


@pytest.mark.parametrize("how", End)
def test_what_is_over_is_handed_to_nobody(how: End) -> None:
    given(OWNERSHIP, *complaint(), end_heard(how)).when(offer_transfer()).refused("ended")


def test_an_offer_ends_with_the_complaint() -> None:
    (
        given(OWNERSHIP, *complaint(), offered())
        .when(hear_end())
        .then(expired(), end_heard())
        .when(accept_transfer())
        .refused("ended")
    )


def test_a_complaint_that_nothing_is_known_of_is_handed_to_nobody() -> None:
    given(OWNERSHIP).when(offer_transfer()).refused("unknown")
    given(OWNERSHIP).when(accept_transfer()).refused("unknown")
