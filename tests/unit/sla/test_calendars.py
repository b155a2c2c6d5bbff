"""What a working calendar says of dates one can check on paper."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gehoor.sla.calendars import (
    Hours,
    NeverOpenError,
    PacedCalendar,
    Span,
    SpecialDay,
    WorkingCalendar,
    national_holidays,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
MORNING, AFTERNOON = Hours(9 * 60, 12 * 60 + 30), Hours(13 * 60, 17 * 60)
OFFICE = WorkingCalendar(
    "office",
    BRUSSELS,
    dict.fromkeys(range(5), (MORNING, AFTERNOON)),
    (national_holidays("BE"),),
    {
        date(2026, 5, 15): SpecialDay((), "bridge day"),
        date(2026, 12, 24): SpecialDay((MORNING,), "Christmas Eve"),
        date(2026, 8, 15): SpecialDay((MORNING,), "open on Assumption Day"),
    },
)
ROUND_THE_CLOCK = WorkingCalendar("always", BRUSSELS, {weekday: (Hours(0, 24 * 60),) for weekday in range(7)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def due(start: str, span: str, calendar: WorkingCalendar = OFFICE, *, rolls: bool = False) -> str:
    moment = calendar.due(at(start), Span.parse(span), rolls=rolls).moment
    assert moment.tzinfo is UTC
    return f"{moment.astimezone(BRUSSELS):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2026-03-03 17:00", "2 working hours", "2026-03-04 11:00"),  # at closing time: from the next opening
        ("2026-03-03 16:59", "1 working minute", "2026-03-03 17:00"),  # up to closing time is that day
        ("2026-03-03 11:30", "2 working hours", "2026-03-03 14:00"),  # over lunch
        ("2026-03-03 12:30", "1 working minute", "2026-03-03 13:01"),  # lunch has just begun
        ("2026-03-06 16:00", "2 working hours", "2026-03-09 10:00"),  # over a weekend
        ("2026-04-03 16:00", "2 working hours", "2026-04-07 10:00"),  # over Easter Monday; Good Friday is worked in BE
        ("2026-03-07 03:00", "30 working minutes", "2026-03-09 09:30"),  # from a Saturday night
        ("2026-12-24 11:30", "2 working hours", "2026-12-28 10:00"),  # Christmas Eve ends at half past twelve
        ("2026-08-14 16:00", "2 working hours", "2026-08-15 10:00"),  # a special day goes before a holiday
    ],
)
def test_working_hours_are_counted_only_while_open(start: str, span: str, expected: str) -> None:
    assert due(start, span) == expected


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2026-03-02 09:02", "1 working day", "2026-03-03 17:00"),  # the day itself is not counted
        ("2026-03-02 23:59", "1 working day", "2026-03-03 17:00"),
        ("2026-03-03 00:00", "1 working day", "2026-03-04 17:00"),
        ("2026-03-07 12:00", "1 working day", "2026-03-09 17:00"),
        ("2026-05-13 10:00", "1 working day", "2026-05-18 17:00"),  # Ascension, the bridge day, the weekend
        ("2026-12-23 10:00", "1 working day", "2026-12-24 12:30"),
    ],
)
def test_working_days_end_when_the_last_of_them_closes(start: str, span: str, expected: str) -> None:
    assert due(start, span) == expected


def test_calendar_days_end_at_midnight_after_the_last() -> None:
    assert due("2026-03-02 09:02", "10 calendar days") == "2026-03-13 00:00"


def test_calendar_days_that_end_on_a_holiday_roll_only_where_the_rule_says_so() -> None:
    """Reg. 1182/71 rolls, the Flemish decree does not: Friday 27 March + 10 days is Easter Monday."""
    assert due("2026-03-27 09:00", "10 calendar days") == "2026-04-07 00:00"
    assert due("2026-03-27 09:00", "10 calendar days", rolls=True) == "2026-04-08 00:00"


def test_good_friday_and_the_fifth_of_may_count_as_holidays_in_the_netherlands_every_year() -> None:
    dutch = national_holidays("NL")
    assert dutch(date(2026, 4, 3)) == "Good Friday"
    assert dutch(date(2026, 5, 5)) == "Liberation Day"
    assert national_holidays("BE")(date(2026, 4, 3)) is None
    assert national_holidays("BE")(date(2026, 7, 21)) == "National Day"


def test_a_country_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no holidays are known of XX"):
        national_holidays("XX")


def test_the_october_sunday_has_twenty_five_hours_and_the_march_one_twenty_three() -> None:
    day = timedelta(days=1)
    october, march = date(2026, 10, 25), date(2026, 3, 29)
    for sunday, hours in ((october, 25), (march, 23)):
        midnight = datetime(sunday.year, sunday.month, sunday.day, tzinfo=BRUSSELS)
        assert ROUND_THE_CLOCK.elapsed(midnight, midnight + day) == timedelta(hours=hours)


def test_hours_across_a_change_of_the_clock_are_elapsed_time() -> None:
    assert due("2026-10-25 00:00", "4 working hours", ROUND_THE_CLOCK) == "2026-10-25 03:00"
    assert due("2026-03-29 00:00", "4 working hours", ROUND_THE_CLOCK) == "2026-03-29 05:00"


def test_opening_at_a_time_the_clock_jumps_over_is_opening_at_the_jump() -> None:
    night = WorkingCalendar("night", BRUSSELS, {6: (Hours(60, 150), Hours(165, 240))})
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert night.elapsed(jump - timedelta(hours=1), jump) == timedelta(hours=1)  # 01:00 to the jump at 02:00
    assert night.elapsed(jump, jump + timedelta(hours=1)) == timedelta(hours=1)  # from it (now 03:00) to 04:00


def test_the_next_opening_is_now_while_open() -> None:
    assert OFFICE.next_opening(at("2026-03-03 10:00")) == at("2026-03-03 10:00")
    assert OFFICE.next_opening(at("2026-03-03 12:30")) == at("2026-03-03 13:00")
    assert OFFICE.next_opening(at("2026-03-06 17:00")) == at("2026-03-09 09:00")


def test_a_computation_says_in_words_what_it_counted_and_what_it_left_out() -> None:
    assert OFFICE.due(at("2026-04-03 16:00"), Span.parse("2 working hours")).words == (
        "2 working hours from Fri 3 Apr 2026 16:00 Europe/Brussels in office, "
        "without Mon 6 Apr (Easter Monday), 2 days of the week without hours; 1 h on Fri 3 Apr, 1 h on Tue 7 Apr; "
        "due Tue 7 Apr 2026 10:00 Europe/Brussels."
    )
    assert OFFICE.due(at("2026-05-13 10:00"), Span.parse("1 working day")).words == (
        "1 working day from Wed 13 May 2026 10:00 Europe/Brussels in office, the day itself not counted, "
        "without Thu 14 May (Ascension Day), Fri 15 May (bridge day), 2 days of the week without hours; "
        "due Mon 18 May 2026 17:00 Europe/Brussels."
    )
    assert OFFICE.due(at("2026-03-27 09:00"), Span.parse("10 calendar days"), rolls=True).words == (
        "10 calendar days from Fri 27 Mar 2026 09:00 Europe/Brussels in office, the day itself not counted, "
        "until the end of the last; Mon 6 Apr is no working day, so until the end of Tue 7 Apr; "
        "due Wed 8 Apr 2026 00:00 Europe/Brussels."
    )


def test_words_stay_within_bounds_over_ten_years() -> None:
    assert len(OFFICE.due(at("2026-01-01 00:00"), Span.parse("2500 working days")).words) < 1000
    assert len(OFFICE.due(at("2026-01-01 00:00"), Span.parse("18000 working hours")).words) < 1000


def test_a_paced_day_lasts_as_long_as_the_policy_says_and_is_never_closed() -> None:
    demo = PacedCalendar("demo", timedelta(seconds=20))
    sunday_night = datetime(2026, 3, 8, 3, tzinfo=UTC)
    computed = demo.due(sunday_night, Span.parse("2 working hours"))
    assert computed.moment == sunday_night + timedelta(seconds=5)
    assert computed.words == (
        "2 working hours from Sun 8 Mar 2026 03:00:00 UTC in demo, where a day lasts 20 s and has 8 hours: 5 s; "
        "due Sun 8 Mar 2026 03:00:05 UTC."
    )
    assert demo.elapsed(sunday_night, computed.moment) == timedelta(seconds=5)


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(ValueError, match="never open"):
        WorkingCalendar("shut", BRUSSELS, {0: ()})


def test_hours_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        WorkingCalendar("twice", BRUSSELS, {0: (Hours(0, 60), Hours(59, 120))})


def test_a_calendar_that_is_always_on_holiday_says_so_instead_of_searching_for_ever() -> None:
    holiday = WorkingCalendar("resort", BRUSSELS, {0: (MORNING,)}, (lambda _: "holiday",))
    with pytest.raises(NeverOpenError):
        holiday.due(at("2026-03-03 10:00"), Span.parse("1 working hour"))
    with pytest.raises(NeverOpenError):
        holiday.due(at("2026-03-03 10:00"), Span.parse("1 working day"))


@pytest.mark.parametrize("written", ["5 days", "0 working days", "-1 working hours", "1 calendar hour", "9999999 days"])
def test_a_span_that_says_nothing_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="span"):
        Span.parse(written)


def test_a_span_is_written_as_it_is_read() -> None:
    for written in ("1 working day", "5 working days", "2 working hours", "90 working seconds", "45 calendar days"):
        assert str(Span.parse(written)) == written
