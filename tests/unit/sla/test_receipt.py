"""The clocks of receipt: what sets and meets them, reclassifying, and whose calendar they run in."""

from dataclasses import replace

from gehoor.events.sla import (
    Deadline,
    DeadlineMet,
    DeadlineMoved,
    DeadlineSet,
    EscalationRaised,
    MoveReason,
)
from gehoor.events.terms import ClockKind, MatterKind
from gehoor.sla.domain.commands import (
    HearReclassified,
)
from gehoor.sla.facts import HappeningHeard, MatterHeard
from tests.given import given
from tests.unit.sla.saying import (
    BACK,
    COMPLAINT,
    FRONT,
    NEWSROOM,
    REFERENCE,
    WATCH,
    after,
    at,
    clock_of,
    fire,
    happened,
    of,
    owned_by,
    promised,
    received,
    told,
)


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
