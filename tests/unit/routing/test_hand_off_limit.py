"""From pillar to post: hand-offs and referrals are counted, and past the limit the coordinator owns it."""

from gehoor.events.routing import AssignReason
from gehoor.routing.domain.deciding import OWNERSHIP
from tests.given import given
from tests.unit.routing.saying import (
    AUDIENCE,
    BACK,
    COORDINATOR,
    FRONT,
    accept_transfer,
    accepted,
    assigned,
    complaint,
    end_heard,
    expired,
    hear_referral,
    limit_reached,
    offered,
    owned_by_ben,
    referral_heard,
    reopening_heard,
)

TO_COORDINATOR = assigned(COORDINATOR, AssignReason.HAND_OFF_LIMIT, hand_off=1)


def test_a_referral_elsewhere_is_counted_and_the_owner_stays() -> None:
    state = given(OWNERSHIP, *complaint()).when(hear_referral(1)).then(referral_heard(1)).state
    assert state.owner.desk == FRONT


def test_the_second_referral_brings_it_to_the_coordinator() -> None:
    state = (
        given(OWNERSHIP, *complaint(), referral_heard(1))
        .when(hear_referral(2))
        .then(referral_heard(2), limit_reached(referrals=2), TO_COORDINATOR)
        .state
    )
    assert (state.owner.desk, state.hand_off) == (COORDINATOR, 1)


def test_the_same_referral_counts_once() -> None:
    given(OWNERSHIP, *complaint(), referral_heard(1)).when(hear_referral(1)).nothing()


def test_a_hand_off_and_a_referral_count_together() -> None:
    (
        given(OWNERSHIP, *owned_by_ben())
        .when(hear_referral(1))
        .then(
            referral_heard(1),
            limit_reached(hand_offs=1, referrals=1),
            assigned(COORDINATOR, AssignReason.HAND_OFF_LIMIT, hand_off=2),
        )
    )


def test_the_second_hand_off_brings_it_to_the_coordinator_at_once() -> None:
    (
        given(OWNERSHIP, *owned_by_ben(), offered(AUDIENCE, by_desk=BACK, offer=2, hand_off=2))
        .when(accept_transfer(AUDIENCE))
        .then(
            accepted(AUDIENCE, offer=2, hand_off=2),
            limit_reached(hand_offs=2),
            assigned(COORDINATOR, AssignReason.HAND_OFF_LIMIT, hand_off=3),
        )
    )


def test_an_open_offer_ends_when_the_coordinator_takes_over() -> None:
    (
        given(OWNERSHIP, *complaint(), referral_heard(1), offered())
        .when(hear_referral(2))
        .then(referral_heard(2), expired(), limit_reached(referrals=2), TO_COORDINATOR)
        .when(accept_transfer())
        .refused("no-transfer")
    )


def test_what_the_coordinator_owns_already_stays_with_the_coordinator() -> None:
    (
        given(OWNERSHIP, *complaint(owner=COORDINATOR), referral_heard(1))
        .when(hear_referral(2))
        .then(referral_heard(2), limit_reached(referrals=2))
    )


def test_the_limit_is_reached_once() -> None:
    (
        given(OWNERSHIP, *complaint(), referral_heard(1), referral_heard(2), limit_reached(referrals=2), TO_COORDINATOR)
        .when(hear_referral(3))
        .then(referral_heard(3))
    )


def test_the_count_starts_anew_when_it_is_reopened_and_the_hand_off_number_goes_on() -> None:
    story = [*complaint(), referral_heard(1), referral_heard(2), limit_reached(referrals=2), TO_COORDINATOR]
    reopened = given(OWNERSHIP, *story, end_heard(), reopening_heard())
    assert reopened.state.hand_off == 1
    (
        reopened.when(hear_referral(3))
        .then(referral_heard(3))
        .when(hear_referral(4))
        .then(referral_heard(4), limit_reached(referrals=2))
    )


def test_a_referral_of_what_is_over_is_noted_and_moves_nothing() -> None:
    (given(OWNERSHIP, *complaint(), referral_heard(1), end_heard()).when(hear_referral(2)).then(referral_heard(2)))


def test_a_referral_of_what_was_never_heard_of_is_noted() -> None:
    given(OWNERSHIP).when(hear_referral(1)).then(referral_heard(1))
