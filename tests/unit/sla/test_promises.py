"""The clock of a promise: kept, missed, corrected, put off, released."""

from dataclasses import replace

import pytest

from gehoor.events.sla import (
    CancelReason,
    Deadline,
    DeadlineCancelled,
    DeadlineMissed,
    DeadlineSet,
    EndReason,
    EscalationEnded,
    MissCorrected,
    MissReason,
    Watched,
)
from gehoor.events.terms import ClockKind, PromiseKind
from gehoor.sla.domain.watch import escalation_of, promise_clock
from gehoor.sla.facts import LateHappeningHeard
from tests.given import given
from tests.unit.sla.saying import (
    A_MISS,
    A_PROMISE,
    FRONT,
    PROMISE,
    SECOND,
    WATCH,
    after,
    at,
    fire,
    kept,
    of,
    promised,
    received,
    released,
    rescheduled,
    short,
    told,
)


def test_a_promise_runs_until_the_moment_that_was_named() -> None:
    made = given(WATCH, *after(received()).facts).when(promised("Mon 09:02", "Sat 23:00"))
    made.then(
        DeadlineSet(
            occurred_at=at("Mon 09:02"),
            clock_id=promise_clock(PROMISE),
            kind=ClockKind.PROMISE,
            desk=FRONT,
            starts=at("Mon 09:02"),
            deadline=Deadline(
                due=at("Sat 23:00"),
                basis="promise",
                calendar="office",
                policy="test-1",
                computed="As it was said: Sat 7 Mar 2026 23:00 Europe/Brussels.",
            ),
            watches=Watched(promise_id=PROMISE, promise_kind=PromiseKind.CALL_BACK),
        )
    )


@pytest.mark.parametrize("moment", ["Tue 16:59", "Tue 17:00"])
def test_kept_at_the_very_moment_is_kept(moment: str) -> None:
    assert told(A_PROMISE, kept(moment)) == ["met promise"]
    A_PROMISE.when(kept(moment)).so().when(fire(of(), "Tue 17:00")).nothing()


def test_a_clock_does_not_fire_early() -> None:
    A_PROMISE.when(fire(of(), "Tue 16:59")).nothing()


def test_a_miss_says_how_late_it_fired_and_whether_the_journal_had_been_read() -> None:
    late = replace(fire(of(), "Wed 09:00"), caught_up=False)
    missed, _ = A_PROMISE.when(late).facts
    assert missed == DeadlineMissed(
        occurred_at=at("Tue 17:00"),
        clock_id=of(),
        kind=ClockKind.PROMISE,
        desk=FRONT,
        due=at("Tue 17:00"),
        reason=MissReason.DUE_PASSED,
        miss=1,
        fired_late_seconds=16 * 3600,
        caught_up=False,
        watches=Watched(promise_id=PROMISE, promise_kind=PromiseKind.CALL_BACK),
    )


def test_a_call_made_at_16_58_and_noted_at_17_10_corrects_the_miss() -> None:
    A_MISS.when(kept("Tue 16:58", heard="Tue 17:10")).then(
        MissCorrected(
            occurred_at=at("Tue 17:10"),
            clock_id=of(),
            kind=ClockKind.PROMISE,
            happened_at=at("Tue 16:58"),
            watches=Watched(promise_id=PROMISE, promise_kind=PromiseKind.CALL_BACK),
        ),
        EscalationEnded(
            occurred_at=at("Tue 17:10"),
            escalation_id=escalation_of(of()),
            clock_id=of(),
            reason=EndReason.CORRECTED,
        ),
    )


def test_a_corrected_miss_does_not_count_for_the_next_level() -> None:
    corrected = after(
        received(),
        promised("Mon 09:02", "Tue 17:00"),
        fire(of(), "Tue 17:00"),
        kept("Tue 16:58", heard="Tue 17:10"),
        promised("Wed 09:00", "Wed 12:00", SECOND),
    )
    assert told(corrected, fire(of(SECOND), "Wed 12:00")) == [
        "missed promise (1, due-passed)",
        "raised 1 deputy, answer by Wed 14:00",
    ]


def test_a_promise_missed_stays_missed_also_when_kept_late() -> None:
    late = A_MISS.when(kept("Wed 10:00"))
    late.then(
        LateHappeningHeard(occurred_at=at("Wed 10:00"), clock_id=of()),
        EscalationEnded(
            occurred_at=at("Wed 10:00"), escalation_id=escalation_of(of()), clock_id=of(), reason=EndReason.KEPT_LATE
        ),
    )
    assert late.so().state.clocks[of()].state == "missed"


def test_what_was_kept_late_before_its_clock_could_fire_is_a_miss_that_asks_nobody() -> None:
    late = A_PROMISE.when(kept("Tue 17:03", heard="Tue 17:04"))
    assert [short(fact) for fact in late.facts] == ["missed promise (1, heard-late)", "late-happening-heard"]


def test_rescheduled_with_agreement_is_neither_kept_nor_broken() -> None:
    A_PROMISE.when(rescheduled("Tue 12:00", agreed=True)).then(
        DeadlineCancelled(
            occurred_at=at("Tue 12:00"), clock_id=of(), kind=ClockKind.PROMISE, reason=CancelReason.RESCHEDULED
        )
    )


def test_rescheduled_without_agreement_is_missed_at_that_moment() -> None:
    broken = A_PROMISE.when(rescheduled("Tue 12:00", agreed=False))
    assert [short(fact) for fact in broken.facts] == [
        "missed promise (1, unilateral)",
        "raised 1 deputy, answer by Tue 14:00",
    ]
    assert broken.facts[0].occurred_at == at("Tue 12:00")


def test_keeping_the_new_promise_ends_the_question_about_the_one_that_was_put_off() -> None:
    put_off = A_PROMISE.when(rescheduled("Tue 12:00", agreed=False)).so()
    anew = put_off.when(promised("Tue 12:00", "Wed 12:00", SECOND, replaces=PROMISE)).so()
    assert told(anew, kept("Tue 16:00", SECOND)) == ["met promise", "ended (kept-late)"]


def test_agreeing_on_another_moment_after_a_miss_ends_the_question_and_not_the_miss() -> None:
    assert told(A_MISS, rescheduled("Wed 10:00", agreed=True)) == ["ended (rescheduled)"]
    assert A_MISS.when(rescheduled("Wed 10:00", agreed=True)).so().state.misses == 1


def test_a_released_promise_is_no_miss() -> None:
    assert told(A_PROMISE, released("Tue 12:00")) == ["cancelled promise"]
    assert told(A_MISS, released("Wed 12:00")) == ["ended (released)"]


def test_released_in_time_and_heard_late_corrects_the_miss() -> None:
    assert told(A_MISS, released("Tue 16:00", heard="Tue 17:30")) == ["corrected promise", "ended (corrected)"]
