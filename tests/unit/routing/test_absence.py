"""A person who is away never stays sole owner: the desk or a deputy covers, and the owner stays accountable."""

from datetime import timedelta

from gehoor.events.fact import Fact
from gehoor.events.routing import PersonAbsent, PersonReturned
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.ownership import Cover
from gehoor.routing.domain.presence import PRESENCE, Away, Leave, Return
from gehoor.routing.facts import End
from tests.given import given
from tests.unit.routing.saying import (
    AUDIENCE,
    BACK,
    BEN,
    CARL,
    DESKS,
    NOW,
    accept_transfer,
    accepted,
    complaint,
    cover_ended,
    covered,
    end_heard,
    hear_absence,
    hear_end,
    hear_reopening,
    hear_return,
    offered,
    owned_by_ben,
    reopening_heard,
)

FRIDAY = NOW + timedelta(days=4)


def test_the_desk_covers_an_owner_who_is_away_and_the_owner_stays() -> None:
    state = given(OWNERSHIP, *owned_by_ben()).when(hear_absence()).then(covered()).state
    assert (state.owner.person, state.cover) == (BEN, Cover(None))


def test_a_deputy_covers_where_one_is_named() -> None:
    given(OWNERSHIP, *owned_by_ben()).when(hear_absence(by=CARL)).then(covered(CARL))


def test_the_desk_covers_when_the_deputy_leaves_too() -> None:
    given(OWNERSHIP, *owned_by_ben(), covered(CARL)).when(hear_absence(by=None)).then(covered())


def test_the_absence_of_another_covers_nothing() -> None:
    given(OWNERSHIP, *owned_by_ben()).when(hear_absence(CARL)).nothing()


def test_what_a_desk_owns_needs_no_cover() -> None:
    given(OWNERSHIP, *complaint()).when(hear_absence()).nothing()


def test_the_same_absence_covers_once() -> None:
    given(OWNERSHIP, *owned_by_ben(), covered()).when(hear_absence()).nothing()


def test_cover_ends_when_the_owner_is_back() -> None:
    assert given(OWNERSHIP, *owned_by_ben(), covered()).when(hear_return()).then(cover_ended()).state.cover is None


def test_a_return_from_no_absence_changes_nothing() -> None:
    given(OWNERSHIP, *owned_by_ben()).when(hear_return()).nothing()


def test_who_accepts_for_an_absent_colleague_has_them_covered_at_once() -> None:
    (given(OWNERSHIP, *complaint(), offered()).when(accept_transfer(away=Cover(None))).then(accepted(), covered()))


def test_cover_ends_with_the_ownership_it_was_for() -> None:
    state = given(
        OWNERSHIP, *owned_by_ben(), covered(), offered(AUDIENCE, by_desk=BACK, offer=2), accepted(AUDIENCE, offer=2)
    ).state
    assert state.cover is None


def test_what_is_over_is_covered_when_it_is_reopened() -> None:
    (
        given(OWNERSHIP, *owned_by_ben(), end_heard())
        .when(hear_absence())
        .then()
        .when(hear_reopening(Cover(None)))
        .then(reopening_heard(), covered())
    )


def test_an_owner_who_came_back_meanwhile_acts_when_it_is_reopened() -> None:
    (
        given(OWNERSHIP, *owned_by_ben(), covered(), end_heard())
        .when(hear_reopening())
        .then(reopening_heard(), cover_ended())
    )


def test_what_is_open_is_not_reopened() -> None:
    given(OWNERSHIP, *owned_by_ben()).when(hear_reopening()).nothing()


def test_a_second_end_of_another_kind_is_noted() -> None:
    (
        given(OWNERSHIP, *complaint())
        .when(hear_end())
        .then(end_heard())
        .when(hear_end())
        .then()
        .when(hear_end(End.MERGED))
        .then(end_heard(End.MERGED))
    )


# --- the person ---------------------------------------------------------------------------------------------------


def absent(*, until: bool = False, by: str | None = None) -> Fact:
    return PersonAbsent(occurred_at=NOW, person=BEN, desk=BACK, covered_by=by, until=FRIDAY if until else None)


def leave(away: Away, desk: str = BACK) -> Leave:
    return Leave(NOW, BEN, desk, away, DESKS)


def test_somebody_leaves_until_further_notice() -> None:
    given(PRESENCE).when(leave(Away(None, None))).then(absent())


def test_saying_so_twice_is_one_absence() -> None:
    given(PRESENCE, absent()).when(leave(Away(None, None))).nothing()


def test_an_absence_can_be_said_anew_with_another_end_or_cover() -> None:
    given(PRESENCE, absent()).when(leave(Away(CARL, FRIDAY))).then(absent(until=True, by=CARL))


def test_nobody_covers_for_themselves() -> None:
    given(PRESENCE).when(leave(Away(BEN, None))).refused("covers-oneself")


def test_nobody_returns_before_they_leave() -> None:
    given(PRESENCE).when(leave(Away(None, NOW))).refused("until-past")


def test_nobody_works_at_a_desk_that_does_not_exist() -> None:
    given(PRESENCE).when(leave(Away(None, None), "basement")).refused("unknown-desk")


def test_somebody_returns_once() -> None:
    back = PersonReturned(occurred_at=FRIDAY, person=BEN, desk=BACK)
    given(PRESENCE, absent()).when(Return(FRIDAY)).then(back).when(Return(FRIDAY)).nothing()


def test_who_never_left_does_not_return() -> None:
    given(PRESENCE).when(Return(NOW)).nothing()
