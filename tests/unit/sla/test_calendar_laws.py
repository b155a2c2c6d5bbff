"""What holds of every calendar, start and duration."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from gehoor.sla.calendars import Hours, Span, SpecialDay, Unit, WorkingCalendar, national_holidays

SPANS = st.tuples(st.builds(Span, st.integers(1, 30), st.sampled_from(Unit)), st.booleans())
"""A span, and whether it rolls."""
ZONES = ("Europe/Brussels", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "UTC")
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 1, 31), timezones=st.just(UTC))  # noqa: DTZ001
DURATIONS = st.timedeltas(timedelta(seconds=1), timedelta(hours=60))
OFFICE = WorkingCalendar(
    "office",
    ZoneInfo("Europe/Brussels"),
    dict.fromkeys(range(5), (Hours(540, 750), Hours(780, 1020))),
    (national_holidays("BE"),),
)
ALWAYS = WorkingCalendar("always", ZoneInfo("Europe/Brussels"), dict.fromkeys(range(7), (Hours(0, 1440),)))
BEFORE_THE_LONG_SUNDAY = datetime(2026, 10, 24, 22, tzinfo=UTC)
BEFORE_THE_SHORT_SUNDAY = datetime(2026, 3, 28, 23, tzinfo=UTC)
CLOSING = datetime(2026, 3, 3, 16, tzinfo=UTC)


@st.composite
def hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """None, one or several intervals of a day, some of them touching."""
    bounds = draw(st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted))
    return tuple(Hours(opens, closes) for opens, closes in zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    week = {weekday: draw(hours()) for weekday in range(7)}
    week[draw(st.integers(0, 6))] = (Hours(540, 1020),)
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    special = draw(st.dictionaries(days, hours().map(lambda day: SpecialDay(day, "special")), max_size=5))
    country = draw(st.sampled_from([(), (national_holidays("BE"),), (national_holidays("NL"),)]))
    return WorkingCalendar("drawn", ZoneInfo(draw(st.sampled_from(ZONES))), week, country, special)


@given(calendars(), MOMENTS, DURATIONS)
@example(OFFICE, CLOSING, timedelta(hours=2))
@example(OFFICE, CLOSING - timedelta(hours=1), timedelta(hours=1))
@example(ALWAYS, BEFORE_THE_LONG_SUNDAY, timedelta(hours=25))
@example(ALWAYS, BEFORE_THE_SHORT_SUNDAY, timedelta(hours=23))
def test_due_and_then_elapsed_gives_the_duration_back(
    calendar: WorkingCalendar, start: datetime, working: timedelta
) -> None:
    assert calendar.elapsed(start, calendar.after(start, working)) == working


@given(calendars(), MOMENTS, DURATIONS, DURATIONS)
@example(OFFICE, CLOSING - timedelta(hours=1), timedelta(hours=1), timedelta(hours=1))
@example(ALWAYS, BEFORE_THE_LONG_SUNDAY, timedelta(hours=3), timedelta(hours=1))
def test_splitting_adds_up(calendar: WorkingCalendar, start: datetime, one: timedelta, other: timedelta) -> None:
    assert calendar.after(calendar.after(start, one), other) == calendar.after(start, one + other)


@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_elapsed_time_adds_up(calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime) -> None:
    first, second, third = sorted((one, two, three))
    assert calendar.elapsed(first, second) + calendar.elapsed(second, third) == calendar.elapsed(first, third)


@given(calendars(), MOMENTS, MOMENTS, SPANS)
@example(OFFICE, CLOSING, CLOSING + timedelta(microseconds=1), (Span(1, Unit.WORKING_DAY), False))
def test_whoever_starts_later_is_never_due_earlier(
    calendar: WorkingCalendar, one: datetime, other: datetime, asked: tuple[Span, bool]
) -> None:
    span, rolls = asked
    earlier, later = sorted((one, other))
    assert calendar.due(earlier, span, rolls=rolls).moment <= calendar.due(later, span, rolls=rolls).moment


@given(calendars(), MOMENTS, st.integers(1, 30), st.sampled_from(list(Unit)))
@example(OFFICE, CLOSING, 2, Unit.WORKING_HOUR)
def test_work_is_never_due_inside_closed_time(
    calendar: WorkingCalendar, start: datetime, amount: int, unit: Unit
) -> None:
    """Something was worked in the very second before it is due; calendar days alone end at midnight."""
    moment = calendar.due(start, Span(amount, unit)).moment
    if unit is not Unit.CALENDAR_DAY:
        assert calendar.elapsed(moment - timedelta(seconds=1), moment) == timedelta(seconds=1)


@given(calendars(), MOMENTS)
def test_the_next_opening_is_open_and_nothing_was_open_before_it(calendar: WorkingCalendar, moment: datetime) -> None:
    opening = calendar.next_opening(moment)
    assert opening >= moment
    assert calendar.elapsed(moment, opening) == timedelta(0)
    assert calendar.elapsed(opening, opening + timedelta(microseconds=1)) == timedelta(microseconds=1)


@given(calendars(), MOMENTS, SPANS)
def test_every_computation_is_explained(calendar: WorkingCalendar, start: datetime, asked: tuple[Span, bool]) -> None:
    span, rolls = asked
    words = calendar.due(start, span, rolls=rolls).words
    assert words.startswith(str(span))
    assert len(words) < 1000
    assert words.isprintable()
