"""What becomes of clocks and questions when a matter ends, is reopened or merged."""

import pytest

from gehoor.events.intake import Withdrawn
from gehoor.events.sla import (
    CancelReason,
    DeadlineCancelled,
    DeliveryChannel,
    EndReason,
    EscalationEnded,
    EscalationRaised,
)
from gehoor.events.terms import ClockKind
from gehoor.sla.domain.commands import (
    HearEarlierReceipt,
    HearReopened,
)
from gehoor.sla.domain.watch import receipt_clock
from tests.unit.sla.saying import (
    A_MISS,
    COMPLAINT,
    NEWSROOM,
    WATCH,
    after,
    at,
    ended,
    fire,
    happened,
    of,
    promised,
    received,
    told,
)


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
