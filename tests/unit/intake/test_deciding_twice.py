"""Whatever has happened, and whatever is wished: the same wish a second time adds no fact, and is no defect."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.intake import Closed, PromiseMade, Reopened
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    CloseBasis,
    ContactId,
    Direction,
    Evidence,
    Joined,
    Judgement,
    MatterKind,
    Outcome,
    PromiseId,
    PromiseKind,
    RemarkKind,
    ReopenReason,
    ResponseKind,
    Solved,
    Step,
    Warmth,
    Whither,
    Window,
)
from gehoor.intake.domain.contacts import RecordContact, ReferElsewhere
from gehoor.intake.domain.endings import (
    Close,
    GiveFeedback,
    RecordCause,
    RecordCustomerResponse,
    Reopen,
    SendFinalResponse,
    Withdraw,
)
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.merging import Absorb, Merge, Reclassify
from gehoor.intake.domain.noting import NoteCorrection, NoteDelivery, NoteErasure, NoteMiss, NoteOwner
from gehoor.intake.domain.promises import MakePromise, NewPromise, ReleasePromise, ReschedulePromise, ShowEvidence
from gehoor.intake.domain.receiving import ConfirmReceipt, HandleReport
from gehoor.intake.domain.state import Matter, Status
from tests.unit.intake.examples import CLAIMED, CUSTOMER, MONDAY, OTHER, receive_complaint, receive_report

MOMENTS = st.integers(0, 10).map(lambda days: MONDAY + timedelta(days=days))
PROMISES = st.integers(1, 4).map(lambda number: PromiseId(UUID(int=number)))
CONTACTS = st.integers(1, 4).map(lambda number: ContactId(UUID(int=number)))
DESKS = st.sampled_from(["front-line", "back-office"])
STAFF = st.sampled_from(["st_anna", "st_bert"])
WORDS = st.just(Private("words"))
DUE = st.integers(1, 20).map(lambda days: Window(until=MONDAY + timedelta(days=days)))
NEW_PROMISE = st.builds(NewPromise, PROMISES, st.sampled_from(PromiseKind), WORDS, DUE)
COMMANDS: st.SearchStrategy[Any] = st.one_of(
    st.just(receive_complaint(confirm=ConfirmReceipt(Channel.EMAIL, ContactId(UUID(int=1))))),
    st.just(receive_report()),
    st.builds(HandleReport, MOMENTS, STAFF, st.booleans(), thanks_id=CONTACTS),
    st.builds(
        RecordContact,
        MOMENTS,
        CONTACTS,
        st.sampled_from(Direction),
        st.sampled_from(Channel),
        st.sampled_from(Outcome),
        st.sampled_from(Joined),
        by=st.none() | STAFF,
        steps=st.lists(st.sampled_from(Step), max_size=3).map(tuple),
        keeps=st.lists(PROMISES, max_size=2, unique=True).map(tuple),
        gives_answer=st.booleans(),
        evidence=st.none() | st.sampled_from(Evidence),
        promises=st.lists(NEW_PROMISE, max_size=2).map(tuple),
        proves=st.none() | st.just(CLAIMED.address),
    ),
    st.builds(ReferElsewhere, MOMENTS, st.sampled_from(Whither), st.sampled_from(Warmth), STAFF),
    st.builds(Merge, MOMENTS, st.just(OTHER), STAFF),
    st.builds(Absorb, MOMENTS, st.just(OTHER), MOMENTS),
    st.builds(Reclassify, MOMENTS, st.sampled_from(MatterKind), STAFF, WORDS, st.none() | st.sampled_from(RemarkKind)),
    st.builds(MakePromise, MOMENTS, NEW_PROMISE, STAFF),
    st.builds(ShowEvidence, MOMENTS, PROMISES, st.sampled_from(Evidence), STAFF),
    st.builds(ReschedulePromise, MOMENTS, PROMISES, PROMISES, DUE, st.booleans(), STAFF),
    st.builds(ReleasePromise, MOMENTS, PROMISES, st.booleans(), STAFF),
    st.builds(
        SendFinalResponse,
        MOMENTS,
        st.sampled_from(ResponseKind),
        st.booleans(),
        st.sampled_from(Judgement),
        st.sampled_from(Solved),
        WORDS,
        STAFF,
        ground=st.none() | st.just("too old"),
        objection_until=st.none() | MOMENTS,
    ),
    st.builds(RecordCustomerResponse, MOMENTS, st.booleans()),
    st.builds(
        Close, MOMENTS, st.sampled_from(CloseBasis), STAFF, st.frozensets(DESKS), attempts_wanted=st.integers(1, 2)
    ),
    st.builds(Reopen, MOMENTS, st.sampled_from(ReopenReason)),
    st.builds(Withdraw, MOMENTS),
    st.builds(GiveFeedback, MOMENTS, st.integers(1, 5)),
    st.builds(RecordCause, MOMENTS, st.sampled_from(["one", "other"]), STAFF),
    st.builds(NoteOwner, MOMENTS, DESKS, st.integers(0, 2)),
    st.builds(NoteMiss, MOMENTS, PROMISES),
    st.builds(NoteCorrection, MOMENTS, PROMISES),
    st.builds(
        NoteDelivery, MOMENTS, CONTACTS, st.integers(1, 2), st.booleans(), st.just("smtp-451"), st.none() | MOMENTS
    ),
    st.just(NoteErasure(MONDAY, CUSTOMER)),
)


def decided(matter: Matter, command: Any) -> list[Fact]:
    """What follows; a refusal is an answer too."""
    try:
        return list(MATTER.decide(matter, command))
    except Refusal:
        return []


@given(st.lists(COMMANDS, max_size=12), COMMANDS)
@settings(max_examples=400)
def test_deciding_twice_decides_nothing_the_second_time(history: list[Any], command: Any) -> None:
    matter = MATTER.initial
    for earlier in [receive_complaint(), *history]:
        matter = MATTER.fold(decided(matter, earlier), matter)
    after = MATTER.fold(decided(matter, command), matter)
    assert decided(after, command) == []


@given(st.lists(COMMANDS, max_size=25))
@settings(max_examples=400)
def test_whatever_happens_no_complaint_is_closed_over_a_promise_that_is_owed(history: list[Any]) -> None:
    matter = MATTER.initial
    for command in [receive_complaint(), *history]:
        matter = MATTER.fold(decided(matter, command), matter)
        assert matter.owner.desk
        if matter.status in {Status.CLOSED, Status.WITHDRAWN}:
            assert not matter.owed


@given(st.lists(COMMANDS, max_size=25))
@settings(max_examples=200)
def test_whatever_happens_a_promise_is_made_once_and_on_what_is_open(history: list[Any]) -> None:
    matter, made = MATTER.initial, set()
    for command in [receive_complaint(), *history]:
        for fact in decided(matter, command):
            if isinstance(fact, PromiseMade):
                assert fact.promise_id not in made
                assert matter.status is Status.OPEN
                made.add(fact.promise_id)
            if isinstance(fact, Reopened):
                assert matter.status is not Status.OPEN
            if isinstance(fact, Closed):
                assert matter.owner.desk == fact.desk
            matter = MATTER.evolve(matter, fact)
