"""One escalation: who may answer it and how, what it tells whom, and what becomes of its deliveries."""

from dataclasses import replace

import pytest

from gehoor.events.sla import (
    Deadline,
    DeadlineSet,
    DeliveryChannel,
    EscalationAnswered,
    EscalationDelivered,
    EscalationRaised,
    EscalationUndelivered,
    Watched,
)
from gehoor.events.terms import ClockKind, PromiseKind
from gehoor.sla.domain.commands import AttemptEnd
from gehoor.sla.domain.watch import delivery_of, escalation_of
from gehoor.sla.facts import AttemptResult, DeliveryAttempted
from tests.given import Given, given
from tests.unit.sla.saying import (
    ANN,
    CALL,
    FRONT,
    PROMISE,
    WATCH,
    answer,
    at,
    attempted,
    climb,
    ended,
    fire,
    happened,
    kept,
    of,
    promised,
    received,
    short,
    step_after,
)

ESCALATION = escalation_of(of())
DELIVERY = delivery_of(ESCALATION, 1, 0, DeliveryChannel.MAIL)


def raised() -> Given:
    so_far = given(WATCH)
    for command in (received(), promised("Mon 09:02", "Tue 17:00"), fire(of(), "Tue 17:00")):
        so_far = so_far.when(command).so()
    return so_far


def test_a_miss_raises_one_question_that_wants_a_human_answer_by_a_moment() -> None:
    assert raised().facts[-1] == EscalationRaised(
        occurred_at=at("Tue 17:00"),
        escalation_id=ESCALATION,
        level=1,
        addressee="deputy",
        desk=FRONT,
        clock_id=of(),
        kind=ClockKind.PROMISE,
        watches=Watched(promise_id=PROMISE, promise_kind=PromiseKind.CALL_BACK),
        answer_by=at("Wed 11:00"),
        policy="test-1",
        computed=(
            "2 working hours from Tue 3 Mar 2026 17:00 Europe/Brussels in office, 2 h on Wed 4 Mar; "
            "due Wed 4 Mar 2026 11:00 Europe/Brussels."
        ),
        channels=(DeliveryChannel.MAIL,),
    )


def test_an_answer_is_a_person_a_next_step_and_its_date_and_that_date_is_a_clock() -> None:
    raised().when(answer(of(), "Wed 09:30", by="Thu 12:00")).then(
        EscalationAnswered(
            occurred_at=at("Wed 09:30"),
            escalation_id=ESCALATION,
            by=ANN,
            next_step=CALL,
            next_step_by=at("Thu 12:00"),
        ),
        DeadlineSet(
            occurred_at=at("Wed 09:30"),
            clock_id=step_after(of()),
            kind=ClockKind.NEXT_STEP,
            desk=FRONT,
            starts=at("Wed 09:30"),
            deadline=Deadline(
                due=at("Thu 12:00"),
                basis="escalation",
                calendar="office",
                policy="test-1",
                computed="As it was said: Thu 5 Mar 2026 12:00 Europe/Brussels.",
            ),
            watches=Watched(escalation_id=ESCALATION),
        ),
    )


def test_the_system_is_nobody_and_cannot_answer() -> None:
    raised().when(answer(of(), "Wed 09:30", by="Thu 12:00", staff="st_system")).refused("nobody-named")


@pytest.mark.parametrize("by", ["Wed 09:30", "Wed 09:00"])
def test_a_next_step_lies_ahead(by: str) -> None:
    raised().when(answer(of(), "Wed 09:30", by=by)).refused("next-step-in-the-past")


def test_a_question_nobody_asked_has_no_answer() -> None:
    given(WATCH).when(answer(of(), "Wed 09:30", by="Thu 12:00")).refused("unknown-escalation")


def test_a_second_answer_does_not_put_the_first_one_off() -> None:
    answered = raised().when(answer(of(), "Wed 09:30", by="Thu 12:00")).so()
    answered.when(answer(of(), "Wed 09:31", by="Thu 12:00")).nothing()
    answered.when(answer(of(), "Wed 09:31", by="Fri 12:00")).refused("already-answered")


def test_an_ended_question_has_no_answer_any_more() -> None:
    over = raised().when(kept("Wed 09:00")).so()
    over.when(answer(of(), "Wed 09:30", by="Thu 12:00")).refused("escalation-ended")


def test_the_ladder_is_not_climbed_early_nor_twice_nor_after_an_answer() -> None:
    raised().when(climb(of(), "Wed 10:59")).nothing()
    second = raised().when(climb(of(), "Wed 11:00")).so()
    second.when(climb(of(), "Wed 16:00", raising=1)).nothing()
    raised().when(answer(of(), "Wed 09:30", by="Thu 12:00")).so().when(climb(of(), "Wed 11:00")).nothing()
    raised().when(ended("Wed 10:00")).so().when(climb(of(), "Wed 11:00")).nothing()


def test_a_delivery_that_is_taken_is_told() -> None:
    raised().when(attempted(of(), "Tue 17:00", AttemptEnd.TAKEN)).then(
        EscalationDelivered(
            occurred_at=at("Tue 17:00"),
            escalation_id=ESCALATION,
            level=1,
            channel=DeliveryChannel.MAIL,
            delivery_id=DELIVERY,
            attempts=1,
        )
    )


def test_a_delivery_that_failed_is_tried_again_under_the_same_key() -> None:
    once = raised().when(attempted(of(), "Tue 17:00", AttemptEnd.UNKNOWN, again="Tue 17:01"))
    once.then(
        DeliveryAttempted(
            occurred_at=at("Tue 17:00"),
            escalation_id=ESCALATION,
            delivery_id=DELIVERY,
            attempt=1,
            result=AttemptResult.UNKNOWN,
            detail="smtp-451",
            next_at=at("Tue 17:01"),
        )
    )
    (held,) = once.so().state.escalations[ESCALATION].deliveries.values()
    assert (held.id, held.attempts, held.next_at) == (DELIVERY, 1, at("Tue 17:01"))
    assert [short(fact) for fact in once.so().when(attempted(of(), "Tue 17:01", AttemptEnd.TAKEN, 2)).facts] == [
        "escalation-delivered"
    ]


@pytest.mark.parametrize("end", [AttemptEnd.FAILED, AttemptEnd.REFUSED])
def test_giving_up_is_told_and_the_ladder_goes_on_regardless(end: AttemptEnd) -> None:
    given_up = raised().when(attempted(of(), "Tue 17:00", end))
    given_up.then(
        EscalationUndelivered(
            occurred_at=at("Tue 17:00"),
            escalation_id=ESCALATION,
            level=1,
            channel=DeliveryChannel.MAIL,
            delivery_id=DELIVERY,
            attempts=1,
            detail="smtp-451",
        )
    )
    assert [short(fact) for fact in given_up.so().when(climb(of(), "Wed 11:00")).facts] == [
        "raised 2 coordinator, answer by Wed 15:00"
    ]


def test_an_answered_question_is_delivered_no_more() -> None:
    answered = raised().when(answer(of(), "Wed 09:30", by="Thu 12:00")).so()
    assert not answered.state.escalations[ESCALATION].deliveries
    answered.when(attempted(of(), "Wed 09:31", AttemptEnd.FAILED, again="Wed 09:32")).nothing()


def test_each_raising_is_delivered_on_its_own_by_every_way() -> None:
    so_far = raised().when(climb(of(), "Wed 11:00")).so()
    so_far = so_far.when(climb(of(), "Wed 15:00", raising=2)).so()
    ways = [(each.level, each.channel) for each in so_far.state.escalations[ESCALATION].deliveries.values()]
    assert ways == [
        (1, DeliveryChannel.MAIL),
        (2, DeliveryChannel.MAIL),
        (3, DeliveryChannel.MAIL),
        (3, DeliveryChannel.WEBHOOK),
    ]


def test_an_attempt_out_of_turn_changes_nothing() -> None:
    wrong = replace(attempted(of(), "Tue 17:00", AttemptEnd.FAILED, again="Tue 17:01"), attempt=2)
    raised().when(wrong).nothing()


def test_a_call_from_before_the_answer_is_not_the_next_step_it_announced() -> None:
    answered = raised().when(answer(of(), "Wed 09:30", by="Thu 12:00")).so()
    answered.when(happened("Wed 09:00", ClockKind.NEXT_STEP, heard="Wed 10:00")).nothing()
    done = answered.when(happened("Wed 10:00", ClockKind.NEXT_STEP))
    assert [short(fact) for fact in done.facts] == ["met next-step", "ended (next-step-done)"]
