"""Each line of the clock table: what sets a clock, meets it, moves it and stops it."""

from dataclasses import replace

import pytest

from gehoor.events.intake import Withdrawn
from gehoor.events.sla import (
    CancelReason,
    Deadline,
    DeadlineApproaching,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineSet,
    DeliveryChannel,
    EndReason,
    EscalationEnded,
    EscalationRaised,
    MissCorrected,
    MissReason,
    MoveReason,
    Watched,
)
from gehoor.events.terms import ClockKind, MatterKind, PromiseKind
from gehoor.sla.domain.commands import (
    Command,
    FireWarning,
    HearEarlierReceipt,
    HearOfferOver,
    HearReclassified,
    HearReopened,
    OfferEnd,
    TicketTurn,
)
from gehoor.sla.domain.watch import escalation_of, promise_clock, receipt_clock, ticket_clock, transfer_clock
from gehoor.sla.facts import HappeningHeard, LateHappeningHeard, MatterHeard
from tests.given import Given, given
from tests.unit.sla.saying import (
    BACK,
    COMPLAINT,
    FRONT,
    NEWSROOM,
    PROMISE,
    REFERENCE,
    SECOND,
    TICKET,
    WATCH,
    at,
    clock_of,
    ended,
    fire,
    happened,
    kept,
    of,
    offered,
    owned_by,
    promised,
    received,
    released,
    rescheduled,
    short,
    ticket,
)

TRANSFER = transfer_clock(COMPLAINT, 1)
OPENED = ticket_clock(TICKET, "opened")


def after(*commands: Command) -> Given:
    """What has happened once these were decided, one after the other."""
    so_far = given(WATCH)
    for command in commands:
        so_far = so_far.when(command).so()
    return so_far


def told(so_far: Given, *commands: Command) -> list[str]:
    """What follows from these in short, our own notes left out."""
    before = len(so_far.facts)
    for command in commands:
        so_far = so_far.when(command).so()
    return [short(fact) for fact in so_far.facts[before:] if not fact.type.startswith("sla-notes")]


A_PROMISE = after(received(), promised("Mon 09:02", "Tue 17:00"))
A_MISS = after(received(), promised("Mon 09:02", "Tue 17:00"), fire(of(), "Tue 17:00"))


# --- receipt ------------------------------------------------------------------------------------------------------


def test_a_complaint_has_three_clocks_from_its_receipt_each_by_its_own_basis() -> None:
    decided = given(WATCH).when(received("Mon 09:02"))
    noted, *clocks = decided.facts
    assert noted == MatterHeard(
        occurred_at=at("Mon 09:02"),
        complaint_id=COMPLAINT,
        matter=MatterKind.COMPLAINT,
        reference=REFERENCE,
        desk=FRONT,
    )
    assert [(fact.kind, fact.deadline.basis) for fact in clocks if isinstance(fact, DeadlineSet)] == [
        (ClockKind.ACKNOWLEDGEMENT, "decree"),
        (ClockKind.FIRST_ANSWER, "charter"),
        (ClockKind.RESOLUTION, "decree"),
    ]
    assert clocks[1] == DeadlineSet(
        occurred_at=at("Mon 09:02"),
        clock_id=clock_of(ClockKind.FIRST_ANSWER),
        kind=ClockKind.FIRST_ANSWER,
        desk=FRONT,
        starts=at("Mon 09:02"),
        deadline=Deadline(
            due=at("Tue 17:00"),
            basis="charter",
            calendar="office",
            policy="test-1",
            computed=(
                "1 working day from Mon 2 Mar 2026 09:02 Europe/Brussels in office, the day itself not counted; "
                "due Tue 3 Mar 2026 17:00 Europe/Brussels."
            ),
        ),
    )


def test_a_remark_has_no_clock() -> None:
    assert told(given(WATCH), received(matter=MatterKind.REMARK)) == []


def test_a_report_has_a_clock_of_its_own_and_no_legal_one() -> None:
    assert told(given(WATCH), received(matter=MatterKind.REPORT)) == ["set report until Mon 11:02"]
    assert told(after(received(matter=MatterKind.REPORT)), happened("Mon 11:02", ClockKind.REPORT)) == ["met report"]


def test_twenty_readers_of_the_same_line_are_one_report_to_handle() -> None:
    same = replace(received(matter=MatterKind.REPORT), same_as_another=True)
    assert told(given(WATCH), same) == []


def test_what_meets_a_clock_says_how_early_it_was_in_wall_and_in_working_time() -> None:
    """Friday at four, for midnight after the Thursday that follows."""
    decided = after(received("Mon 09:02")).when(happened("Fri 16:00", ClockKind.ACKNOWLEDGEMENT))
    decided.then(
        DeadlineMet(
            occurred_at=at("Fri 16:00"),
            clock_id=clock_of(ClockKind.ACKNOWLEDGEMENT),
            kind=ClockKind.ACKNOWLEDGEMENT,
            desk=FRONT,
            due=at("fri 00:00"),
            early_seconds=(6 * 24 + 8) * 3600,
            early_working_seconds=(1 + 4 * 8) * 3600,
        )
    )


def test_a_complaint_that_proves_a_remark_has_no_clock_any_more() -> None:
    to_remark = HearReclassified(at("Mon 10:00"), at("Mon 10:00"), COMPLAINT, MatterKind.REMARK, at("Mon 09:02"))
    assert told(after(received()), to_remark) == [
        "cancelled acknowledgement",
        "cancelled first-answer",
        "cancelled resolution",
    ]


def test_a_promise_stays_a_promise_when_the_complaint_proves_a_remark() -> None:
    to_remark = HearReclassified(at("Mon 10:00"), at("Mon 10:00"), COMPLAINT, MatterKind.REMARK, at("Mon 09:02"))
    assert told(after(received(), promised("Mon 09:02", "Tue 17:00"), to_remark), fire(of(), "Tue 17:00")) == [
        "missed promise (1, due-passed)",
        "raised 1 deputy, answer by Wed 11:00",
    ]


def test_a_remark_that_proves_a_complaint_has_its_clocks_from_the_first_receipt() -> None:
    """What already happened counts: it was acknowledged on the first day."""
    to_complaint = HearReclassified(at("Tue 10:00"), at("Tue 10:00"), COMPLAINT, MatterKind.COMPLAINT, at("Mon 09:02"))
    remark = after(received(matter=MatterKind.REMARK), happened("Mon 09:03", ClockKind.ACKNOWLEDGEMENT))
    assert remark.facts[-1] == HappeningHeard(occurred_at=at("Mon 09:03"), kind=ClockKind.ACKNOWLEDGEMENT)
    assert told(remark, to_complaint) == [
        "set acknowledgement until Fri 00:00",
        "met acknowledgement",
        "set first-answer until Tue 17:00",
        "set resolution until Fri 00:00",
    ]


def test_back_and_forth_arms_every_clock_once() -> None:
    to_remark = HearReclassified(at("Mon 10:00"), at("Mon 10:00"), COMPLAINT, MatterKind.REMARK, at("Mon 09:02"))
    back = HearReclassified(at("Mon 11:00"), at("Mon 11:00"), COMPLAINT, MatterKind.COMPLAINT, at("Mon 09:02"))
    acknowledged = happened("Mon 09:10", ClockKind.ACKNOWLEDGEMENT)
    assert told(after(received(), acknowledged, to_remark), back) == [
        "set first-answer until Tue 17:00",
        "set resolution until Fri 00:00",
    ]


# --- desks --------------------------------------------------------------------------------------------------------


def test_the_first_answer_follows_the_desk_and_the_legal_clocks_do_not() -> None:
    moved = after(received("Mon 09:02")).when(owned_by(BACK)).facts
    assert [fact for fact in moved if isinstance(fact, DeadlineMoved)] == [
        DeadlineMoved(
            occurred_at=at("Mon 09:05"),
            clock_id=clock_of(ClockKind.FIRST_ANSWER),
            kind=ClockKind.FIRST_ANSWER,
            desk=BACK,
            starts=at("Mon 09:02"),
            deadline=Deadline(
                due=at("Tue 14:00"),
                basis="charter",
                calendar="early",
                policy="test-1",
                computed=(
                    "1 working day from Mon 2 Mar 2026 09:02 Europe/Brussels in early, the day itself not counted; "
                    "due Tue 3 Mar 2026 14:00 Europe/Brussels."
                ),
            ),
            arming=2,
            why=MoveReason.OWNER_CHANGED,
        )
    ]


def test_the_former_arming_of_a_moved_clock_does_not_fire() -> None:
    moved = after(received("Mon 09:02"), owned_by(BACK))
    moved.when(fire(clock_of(ClockKind.FIRST_ANSWER), "Tue 17:00", arming=1)).nothing()
    assert told(moved, fire(clock_of(ClockKind.FIRST_ANSWER), "Tue 17:00", arming=2))[0].startswith("missed")


def test_handing_over_neither_saves_nor_breaks_a_deadline() -> None:
    """Handed over on Tuesday at three, the other desk has already gone home: the due stays at five."""
    assert told(after(received("Mon 09:02")), owned_by(BACK, "Tue 15:00")) == []


def test_the_accountable_desk_is_asked_and_not_the_one_that_promised() -> None:
    missed = after(received(), promised("Mon 09:02", "Tue 12:00"), owned_by(BACK, "Mon 15:00"))
    raised = missed.when(fire(of(), "Tue 12:00")).facts[-1]
    assert isinstance(raised, EscalationRaised)
    assert (raised.desk, raised.answer_by) == (BACK, at("Tue 14:00"))


def test_a_report_runs_in_the_calendar_of_the_desk_it_is_forwarded_to() -> None:
    report = after(received("Mon 13:00", matter=MatterKind.REPORT))
    assert told(report, owned_by(BACK, "Mon 13:01")) == ["deadline-moved"]
    assert told(report, owned_by(NEWSROOM, "Mon 13:01")) == []


# --- promises -----------------------------------------------------------------------------------------------------


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


# --- transfers ----------------------------------------------------------------------------------------------------


def over(moment: str, end: OfferEnd, offer: int = 1) -> HearOfferOver:
    return HearOfferOver(at(moment), at(moment), offer, end)


def test_the_receiving_desk_owes_an_answer_in_its_own_calendar() -> None:
    assert told(after(received()), offered("Mon 13:00")) == ["set transfer until Tue 09:00"]
    assert told(after(received()), offered("Mon 13:00", answer_by="Mon 15:00")) == ["set transfer until Mon 15:00"]


def test_silence_about_an_offer_is_put_to_the_desk_that_is_silent_and_expiring_is_no_answer() -> None:
    missed = after(received(), offered("Mon 13:00"), fire(TRANSFER, "Tue 09:00"))
    raised = missed.facts[-1]
    assert isinstance(raised, EscalationRaised)
    assert raised.desk == BACK
    missed.when(over("Tue 09:01", OfferEnd.EXPIRED)).nothing()
    again = missed.when(offered("Tue 09:30", offer=2)).so()
    assert told(again, over("Tue 09:40", OfferEnd.ANSWERED, offer=2)) == ["ended (done-late)", "met transfer"]


def test_an_offer_that_is_over_before_its_time_is_no_miss() -> None:
    assert told(after(received(), offered("Mon 13:00")), over("Mon 14:00", OfferEnd.EXPIRED)) == ["cancelled transfer"]


def test_an_offer_that_expired_by_its_own_hour_was_met_with_silence() -> None:
    assert told(after(received(), offered("Mon 13:00")), over("Tue 09:01", OfferEnd.EXPIRED)) == [
        "missed transfer (1, due-passed)",
        "raised 1 deputy, answer by Tue 11:01",
    ]


# --- partners -----------------------------------------------------------------------------------------------------


def test_a_partner_s_answer_runs_in_the_calendar_that_was_agreed() -> None:
    clock = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened")).facts[-1]
    assert isinstance(clock, DeadlineSet)
    assert (clock.deadline.due, clock.deadline.basis, clock.deadline.calendar) == (
        at("Sat 14:00"),
        "agreement",
        "early",
    )
    assert clock.deadline.approaching_at == at("Thu 08:00")


def test_each_word_of_a_partner_meets_its_clock_and_starts_the_next() -> None:
    asked = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"))
    assert told(asked, ticket("Mon 11:00", TicketTurn.MOVED, "a"), ticket("Tue 11:00", TicketTurn.MOVED, "b")) == [
        "met partner-answer",
        "set partner-answer until Sat 14:00",
        "met partner-answer",
        "set partner-answer until Mon 14:00",
    ]


def test_a_word_that_comes_after_the_last_one_starts_nothing() -> None:
    resolved = after(
        received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"), ticket("Mon 12:00", TicketTurn.RESOLVED)
    )
    resolved.when(ticket("Mon 11:00", TicketTurn.MOVED, "a")).nothing()


def test_a_ticket_that_was_over_before_we_heard_of_it_needs_no_clock() -> None:
    over_already = after(received(), ticket("Mon 12:00", TicketTurn.RESOLVED))
    over_already.when(ticket("Mon 10:00", TicketTurn.ASKED, "opened")).nothing()
    assert told(over_already, ticket("Mon 13:00", TicketTurn.ASKED, "disputed/1")) == [
        "set partner-answer until Sat 14:00"
    ]


def test_a_withdrawn_ticket_is_owed_nothing() -> None:
    asked = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"))
    assert told(asked, ticket("Mon 11:00", TicketTurn.WITHDRAWN)) == ["cancelled partner-answer"]
    assert told(asked, fire(OPENED, "Sat 14:00"), ticket("mon 11:00", TicketTurn.WITHDRAWN))[-1] == (
        "ended (ticket-withdrawn)"
    )


def test_a_warning_is_given_once_and_not_after_the_fact() -> None:
    asked = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened"))
    warned = asked.when(FireWarning(OPENED, 1, at("Thu 08:00")))
    warned.then(
        DeadlineApproaching(
            occurred_at=at("Thu 08:00"),
            clock_id=OPENED,
            kind=ClockKind.PARTNER_ANSWER,
            desk=FRONT,
            due=at("Sat 14:00"),
            watches=Watched(ticket_id=TICKET, partner="sponsor"),
        )
    )
    assert [short(fact) for fact in asked.when(FireWarning(OPENED, 1, at("Sat 14:00"))).facts] == ["warning-passed"]


# --- the end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        (CancelReason.CLOSED, EndReason.CLOSED),
        (CancelReason.WITHDRAWN, EndReason.WITHDRAWN),
        (CancelReason.MERGED, EndReason.MERGED),
    ],
)
def test_when_it_ends_nothing_runs_on_and_nobody_is_asked(reason: CancelReason, end: EndReason) -> None:
    over_now = A_MISS.when(ended("Tue 17:30", reason)).so()
    assert not any(clock.running and clock.kind != ClockKind.FIRST_ANSWER for clock in over_now.state.clocks.values())
    assert [fact.reason for fact in over_now.facts if isinstance(fact, EscalationEnded)] == [end]
    assert {fact.reason for fact in over_now.facts if isinstance(fact, DeadlineCancelled)} == {reason}


def test_what_was_overdue_when_it_ended_stays_missed() -> None:
    """The first answer was due on Tuesday at five, and its clock had not fired yet."""
    assert "missed first-answer (1, heard-late)" in told(after(received()), ended("Tue 17:30"))


def test_closed_in_time_and_heard_late_corrects_the_miss() -> None:
    assert told(A_MISS, ended("Tue 16:00", heard="Tue 17:30"))[-2:] == ["corrected promise", "ended (corrected)"]


def test_reopening_starts_the_resolution_clock_anew_and_no_other() -> None:
    closed = after(received(), happened("Mon 12:00", ClockKind.RESOLUTION), ended("Mon 12:05"))
    reopened = HearReopened(at("Tue 10:00"), at("Tue 10:00"), COMPLAINT)
    assert told(closed, reopened) == ["set resolution until Sat 00:00"]
    again = receipt_clock(COMPLAINT, ClockKind.RESOLUTION, f"reopened/{at('Tue 10:00').isoformat()}")
    assert closed.when(reopened).so().state.clocks[again].running


def test_the_response_that_was_sent_before_reopening_does_not_meet_the_new_clock() -> None:
    reopened = after(received(), ended("Mon 12:05"), HearReopened(at("Tue 10:00"), at("Tue 10:00"), COMPLAINT))
    assert told(reopened, happened("Mon 12:00", ClockKind.RESOLUTION, heard="Tue 11:00")) == []
    assert told(reopened, happened("Tue 12:00", ClockKind.RESOLUTION)) == ["met resolution"]


def test_the_earliest_receipt_counts_when_another_complaint_is_merged_into_this_one() -> None:
    moved = told(after(received("Tue 09:00")), HearEarlierReceipt(at("Tue 10:00"), at("Tue 10:00"), at("Mon 09:00")))
    assert moved == ["deadline-moved", "deadline-moved", "deadline-moved"]
    later = HearEarlierReceipt(at("Tue 10:00"), at("Tue 10:00"), at("Wed 09:00"))
    after(received("Tue 09:00")).when(later).nothing()


def test_a_history_of_somebody_else_is_refused() -> None:
    with pytest.raises(TypeError, match="no fact of a watch"):
        WATCH.fold([Withdrawn(occurred_at=at("Mon 09:00"))])


def test_an_escalation_says_by_which_ways_it_is_delivered() -> None:
    raised = A_MISS.facts[-1]
    assert isinstance(raised, EscalationRaised)
    assert raised.channels == (DeliveryChannel.MAIL,)
    newsroom = after(received(desk=NEWSROOM), promised("Mon 09:02", "Tue 17:00"), fire(of(), "Tue 17:00")).facts[-1]
    assert isinstance(newsroom, EscalationRaised)
    assert newsroom.channels == (DeliveryChannel.WEBHOOK,)
