"""Whatever happened, and whatever is asked: deciding it twice decides nothing the second time, and somebody owns it."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.routing import HandOffLimitReached
from gehoor.events.terms import MatterKind
from gehoor.routing.domain.commands import Command, Forwarding, HearReferral
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.ownership import Cover, Ownership
from gehoor.routing.domain.presence import PRESENCE, Away, Leave, Return
from gehoor.routing.facts import End, ReopeningHeard
from tests.unit.routing.saying import (
    BACK,
    BEN,
    CARL,
    DESKS,
    FOUND,
    FOUND_NOTHING,
    FOUND_PRIZE,
    LIMIT,
    NEWSROOM,
    NOW,
    POLICY,
    STORY,
    accept_transfer,
    decline_transfer,
    hear_absence,
    hear_end,
    hear_matter,
    hear_reclassified,
    hear_referral,
    hear_reopening,
    hear_return,
    hear_silence,
    offer_transfer,
)

DESK = st.sampled_from(sorted(DESKS))
PERSON = st.sampled_from([BEN, CARL])
COVER = st.none() | st.just(Cover(None)) | st.just(Cover(CARL))
FORWARDING = st.none() | st.just(Forwarding(NEWSROOM, "articles", POLICY))
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        hear_matter,
        st.sampled_from([FOUND, FOUND_PRIZE, FOUND_NOTHING]),
        st.sampled_from(MatterKind),
        DESK,
        FORWARDING,
    ),
    st.builds(hear_reclassified, st.sampled_from(MatterKind), FORWARDING),
    st.builds(HearReferral, st.just(NOW), st.integers(0, 5).map(lambda number: UUID(int=number)), st.just(LIMIT)),
    st.builds(hear_end, st.sampled_from(End)),
    st.builds(hear_reopening, COVER),
    st.builds(hear_silence, st.integers(1, 3)),
    st.builds(hear_absence, PERSON, st.none() | PERSON),
    st.builds(hear_return, PERSON),
    st.builds(offer_transfer, DESK, by_desk=DESK, context=st.none() | st.just(STORY)),
    st.builds(accept_transfer, DESK, PERSON, COVER),
    st.builds(decline_transfer, DESK),
)
HISTORIES = st.lists(COMMANDS, max_size=25)


def decided(state: Ownership, command: Command) -> Sequence[Fact]:
    try:
        return OWNERSHIP.decide(state, command)
    except Refusal:
        return ()


def after(history: Sequence[Command]) -> Ownership:
    state = OWNERSHIP.initial
    for command in history:
        state = OWNERSHIP.fold(decided(state, command), state)
    return state


@given(HISTORIES, COMMANDS)
@example([hear_matter(), hear_referral(1)], hear_referral(2))
@example([hear_matter(), offer_transfer()], hear_end())
def test_deciding_twice_decides_nothing_the_second_time(history: list[Command], command: Command) -> None:
    state = after(history)
    assert not decided(OWNERSHIP.fold(decided(state, command), state), command)


@given(HISTORIES, COMMANDS)
def test_somebody_owns_it_from_the_first_fact_on_and_hand_offs_only_grow(
    history: list[Command], command: Command
) -> None:
    state = after([hear_matter(), *history])
    for fact in decided(state, command):
        before, state = state, OWNERSHIP.evolve(state, fact)
        assert state.owner is not None
        assert state.hand_off >= before.hand_off
        assert before.owner is not None
        if state.owner.desk != before.owner.desk:
            assert type(fact).__name__ in {"OwnerAssigned", "OwnerAccepted", "ReportForwarded"}


@given(HISTORIES)
def test_an_open_offer_is_always_the_owner_s_own(history: list[Command]) -> None:
    state = after([hear_matter(), *history])
    assert state.owner is not None
    assert state.offer is None or (state.offer.from_desk == state.owner.desk and state.end is None)


@given(HISTORIES)
def test_the_limit_is_reached_at_most_once_between_reopenings(history: list[Command]) -> None:
    state, reached = OWNERSHIP.initial, 0
    for command in [hear_matter(), *history]:
        for fact in decided(state, command):
            state = OWNERSHIP.evolve(state, fact)
            reached = 0 if isinstance(fact, ReopeningHeard) else reached + isinstance(fact, HandOffLimitReached)
            assert reached <= 1


def leave(covered_by: str | None) -> Leave:
    return Leave(NOW, BEN, BACK, Away(covered_by, None), DESKS)


@given(st.lists(st.one_of(st.just(Return(NOW)), (st.none() | st.just(CARL)).map(leave))))
def test_leaving_or_returning_twice_is_once(history: list[Leave | Return]) -> None:
    state = PRESENCE.initial
    for command in history:
        state = PRESENCE.fold(PRESENCE.decide(state, command), state)
        assert not PRESENCE.decide(state, command)
