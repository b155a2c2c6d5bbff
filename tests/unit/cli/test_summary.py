from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from rich.console import Console

from gehoor.cli.replaying.complaints import Rejected
from gehoor.cli.replaying.following import Told, hear
from gehoor.cli.replaying.remembering import Sent
from gehoor.cli.replaying.summary import Lateness, Summary, in_words
from gehoor.events import intake, routing, sla
from gehoor.events.private import Private
from gehoor.events.terms import Channel, ClockId, ClockKind, CustomerId, Judgement, ResponseKind, Solved

DAY = timedelta(days=1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
CLOCK = ClockId(UUID(int=7))


def received() -> intake.ComplaintReceived:
    return intake.ComplaintReceived(
        occurred_at=NOON - 30 * DAY,
        reference="7QK2-4M9X",
        channel=Channel.WEB,
        desk="front-line",
        customer_id=CustomerId(UUID(int=9)),
        text=Private("no light"),
        language="en",
    )


def owned(desk: str = "green") -> routing.OwnerAssigned:
    return routing.OwnerAssigned(occurred_at=NOON, desk=desk, why=routing.AssignReason.CLASSIFIED, hand_off=0)


def set_for(due: datetime) -> sla.DeadlineSet:
    deadline = sla.Deadline(due=due, basis="policy", calendar="office", policy="v1", computed="as said")
    kind = ClockKind.RESOLUTION
    return sla.DeadlineSet(
        occurred_at=NOON, clock_id=CLOCK, kind=kind, desk="green", starts=NOON - 30 * DAY, deadline=deadline
    )


def missed(due: datetime) -> sla.DeadlineMissed:
    return sla.DeadlineMissed(
        occurred_at=due,
        clock_id=CLOCK,
        kind=ClockKind.RESOLUTION,
        desk="green",
        due=due,
        reason=sla.MissReason.DUE_PASSED,
        miss=1,
        fired_late_seconds=0,
    )


def corrected() -> sla.MissCorrected:
    return sla.MissCorrected(occurred_at=NOON, clock_id=CLOCK, kind=ClockKind.RESOLUTION, happened_at=NOON)


def answered(at: datetime) -> intake.FinalResponseSent:
    return intake.FinalResponseSent(
        occurred_at=at,
        kind=ResponseKind.FINAL,
        admissible=True,
        judgement=Judgement.FOUNDED,
        solved=Solved.FULLY,
        explanation=Private("mended"),
        by="st_an",
    )


def told(*facts: Any) -> Told:
    story = Told()
    for fact in facts:
        hear(story, fact)
    return story


def summary(**changes: Any) -> Summary:
    story = told(received(), owned(), set_for(NOON + DAY))
    said: dict[str, Any] = {
        "file": "a.csv",
        "now": NOON,
        "rows": 1,
        "left_out": 0,
        "sent": [Sent("1", ONE)],
        "rejected": [],
        "stories": {ONE: story},
    }
    return Summary(**said | changes)


def shown(summed: Summary) -> str:
    out = StringIO()
    summed.show(Console(file=out, width=200))
    return out.getvalue()


def test_a_complaint_is_settled_once_it_has_an_owner_and_a_word_on_each_clock_that_is_due() -> None:
    assert not told(received()).settled(NOON)
    assert not told(received(), owned()).settled(NOON)
    assert told(received(), owned(), set_for(NOON + DAY)).settled(NOON)
    assert not told(received(), owned(), set_for(NOON - DAY)).settled(NOON)
    assert told(received(), owned(), set_for(NOON - DAY), missed(NOON - DAY)).settled(NOON)


def test_what_is_not_answered_is_late_until_now() -> None:
    late = Lateness.of([told(received(), set_for(NOON - 3 * DAY), missed(NOON - 3 * DAY))], NOON)
    assert (late.clocks, late.missed, late.median, late.worst) == (1, 1, 3 * DAY, 3 * DAY)


def test_what_was_answered_is_as_late_as_the_answer_was() -> None:
    due = NOON - 3 * DAY
    late = Lateness.of([told(received(), set_for(due), missed(due), answered(due + DAY))], NOON)
    assert late.worst == DAY


def test_an_answer_is_waited_for_where_the_file_tells_of_one() -> None:
    due = NOON - DAY
    story = told(received(), owned(), set_for(due), missed(due))
    story.answers = True
    assert not story.settled(NOON)
    hear(story, answered(due + DAY / 2))
    assert story.settled(NOON)


def test_a_miss_that_the_answer_shows_to_be_none_is_waited_for_until_it_is_corrected() -> None:
    due = NOON - DAY
    story = told(received(), owned(), set_for(due), missed(due), answered(due - DAY))
    assert not story.settled(NOON)
    hear(story, corrected())
    assert story.settled(NOON)


def test_a_miss_that_was_corrected_is_none() -> None:
    due = NOON - DAY
    assert Lateness.of([told(received(), set_for(due), missed(due), corrected())], NOON).missed == 0


def test_a_second_run_says_that_it_added_nothing() -> None:
    before, after = (replace(told(received(), owned(), set_for(NOON + DAY)), place=(3, at)) for at in (16, 17))
    assert "Nothing was added" in shown(summary(stories={ONE: before}, began_at={3: 17}))
    assert "Nothing was added" not in shown(summary(stories={ONE: after}, began_at={3: 17}))


def test_all_is_sound_when_each_row_is_one_complaint_that_all_answered_for() -> None:
    assert summary().sound
    assert not summary(rejected=[Rejected(3, "id", "it is empty", {})]).sound
    assert not summary(stories={ONE: told(received())}).sound
    assert not summary(stories={ONE: told(received(), received(), owned(), set_for(NOON + DAY))}).sound
    assert not summary(sent=[Sent("1", ONE), Sent("2", ONE)]).sound


def test_a_rejected_row_is_shown_by_line_column_and_reason() -> None:
    text = shown(summary(rejected=[Rejected(3, "Ticket #", "it is empty", {})], rejected_file="x.jsonl"))
    assert "line 3, Ticket #: it is empty" in text
    assert "x.jsonl" in text


def test_desks_are_counted_with_their_clocks() -> None:
    second = told(received(), owned("blue"), set_for(NOON - DAY), missed(NOON - DAY))
    said = summary(rows=2, sent=[Sent("1", ONE), Sent("2", TWO)]).as_json()
    assert said["desks"]["green"]["complaints"] == 1
    both = summary(stories={ONE: told(received(), owned(), set_for(NOON + DAY)), TWO: second}).as_json()
    assert both["desks"]["blue"] == {
        "complaints": 1,
        "clocks": 1,
        "missed": 1,
        "late": 1,
        "median_late_seconds": 86_400,
        "worst_late_seconds": 86_400,
    }
    assert both["all"]["clocks"] == 2


def test_a_duration_is_told_in_its_largest_unit() -> None:
    assert [in_words(span) for span in (40, 180, 5 * 3600, 12 * 86_400)] == ["40 s", "3 min", "5 h", "12 days"]
    assert in_words(None) == "-"
