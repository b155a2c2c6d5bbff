"""The calendar of people who go home: a time zone, hours by weekday, holidays, special days and closed days.

Hours are wall time and durations are elapsed time: an office that opens from 00:00 to 24:00 works 25 hours on the
Sunday in October on which the clock goes back. A wall time that comes twice is its first; one that the clock jumps
over is the moment of the jump.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from gehoor.sla.calendars.calendar import Computed
from gehoor.sla.calendars.spans import Span, Unit, duration_in_words

CLOSED_DAYS_MAX = 400
"""How many days in a row may be without work before a calendar counts as never open."""
DAYS_REMEMBERED = 4096
NAMED_MAX = 6
"""How many closed days are named in an explanation before the rest is counted."""

_MIDNIGHT = 24 * 60
_DAY = timedelta(days=1)


class NeverOpenError(ValueError):
    """The calendar has no work in sight."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """From and until, in minutes since midnight by the wall; 24:00 is 1440."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= _MIDNIGHT:
            raise ValueError("hours open before they close, between 00:00 and 24:00")


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with hours of its own, or with none, and why."""

    hours: tuple[Hours, ...]
    why: str


Opening = tuple[datetime, datetime]
"""From and until, in UTC."""


class WorkingCalendar:
    """One calendar of the policy. It never changes, so what it worked out of a date is remembered."""

    def __init__(
        self,
        name: str,
        zone: ZoneInfo,
        week: Mapping[int, Sequence[Hours]],
        holidays: Sequence[Callable[[date], str | None]] = (),
        special: Mapping[date, SpecialDay] | None = None,
    ) -> None:
        """`week`: hours by weekday, Monday 0; a special day goes before a holiday, and that before the week.

        Raises:
            ValueError: hours of one day overlap, or no weekday has any.
        """
        self.name = name
        self._zone = zone
        self._week = {weekday: tuple(sorted(hours)) for weekday, hours in week.items()}
        self._holidays = holidays
        self._special = special or {}
        for hours in [*self._week.values(), *(day.hours for day in self._special.values())]:
            if any(second.opens < first.closes for first, second in pairwise(sorted(hours))):
                raise ValueError(f"{name} has hours that overlap")
        if not any(self._week.values()):
            raise ValueError(f"{name} is never open")
        self._openings_on = lru_cache(DAYS_REMEMBERED)(self._work_out)

    # --- what it tells ---------------------------------------------------------------------------------------

    def due(self, start: datetime, span: Span, *, rolls: bool = False) -> Computed:
        """When the span that starts then is over; see `Calendar.due`."""
        if span.unit is Unit.CALENDAR_DAY:
            return self._due_in_calendar_days(start, span, rolls=rolls)
        if span.unit is Unit.WORKING_DAY:
            return self._due_in_working_days(start, span)
        moment = self.after(start, span.working or timedelta(0))
        first, last = self._date(start), self._date(moment)
        how = f"{self._without(first, last)}; {self._pieces(start, moment)}"
        return self._computed(span, start, moment, how)

    def after(self, start: datetime, working: timedelta) -> datetime:
        """The moment at which so much working time has gone by since `start`."""
        left = working
        for opens, closes in self._openings_from(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise NeverOpenError(f"{self.name} has no work in sight after {self.in_words(start)}")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`."""
        total = timedelta(0)
        day, last = self._date(start), self._date(end)
        while day <= last:
            for opens, closes in self._openings_on(day):
                total += max(min(closes, end) - max(opens, start), timedelta(0))
            day += _DAY
        return total

    def next_opening(self, moment: datetime) -> datetime:
        """When work next goes on: that moment itself during working time."""
        return self.after(moment, timedelta(0))

    def in_words(self, moment: datetime) -> str:
        """`Tue 7 Apr 2026 10:30 Europe/Brussels`, with seconds where there are some."""
        local = moment.astimezone(self._zone)
        clock = f"{local:%H:%M:%S}" if local.second or local.microsecond else f"{local:%H:%M}"
        return f"{_named(local.date())} {local.year} {clock} {self._zone.key}"

    def closed_because(self, day: date) -> str | None:
        """Why there is no work on a date that its weekday would have; None where nothing is special."""
        special = self._special.get(day)
        if special is not None:
            return None if special.hours else special.why
        return next((name for holiday in self._holidays if (name := holiday(day)) is not None), None)

    # --- days ------------------------------------------------------------------------------------------------

    def _due_in_working_days(self, start: datetime, span: Span) -> Computed:
        first = self._date(start)
        left, day = span.amount, first
        closed = 0
        while left:
            day += _DAY
            openings = self._openings_on(day)
            closed = 0 if openings else closed + 1
            left -= bool(openings)
            if closed > CLOSED_DAYS_MAX:
                raise NeverOpenError(f"{self.name} has no work in sight after {self.in_words(start)}")
        moment = self._openings_on(day)[-1][1]
        return self._computed(span, start, moment, f"the day itself not counted{self._without(first, day)}")

    def _due_in_calendar_days(self, start: datetime, span: Span, *, rolls: bool) -> Computed:
        last = self._date(start) + span.amount * _DAY
        how = "the day itself not counted, until the end of the last"
        end = self._date(self.next_opening(self._utc(last, 0))) if rolls else last
        if end != last:
            how += f"; {_named(last)} is no working day, so until the end of {_named(end)}"
        return self._computed(span, start, self._utc(end, _MIDNIGHT), how)

    # --- openings --------------------------------------------------------------------------------------------

    def _openings_from(self, start: datetime) -> Iterator[Opening]:
        day, closed = self._date(start), 0
        while closed <= CLOSED_DAYS_MAX:
            openings = self._openings_on(day)
            closed = 0 if openings else closed + 1
            for opens, closes in openings:
                if closes > start:
                    yield max(opens, start.astimezone(UTC)), closes
            day += _DAY

    def _work_out(self, day: date) -> tuple[Opening, ...]:
        special = self._special.get(day)
        if special is not None:
            hours = special.hours
        elif self.closed_because(day) is not None:
            hours = ()
        else:
            hours = self._week.get(day.weekday(), ())
        openings = [(self._utc(day, each.opens), self._utc(day, each.closes)) for each in sorted(hours)]
        return tuple((opens, closes) for opens, closes in openings if closes > opens)

    def _date(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def _utc(self, day: date, minutes: int) -> datetime:
        """The wall time of that date in UTC."""
        days, minutes = divmod(minutes, _MIDNIGHT)
        wall = datetime.combine(day + days * _DAY, time(minutes // 60, minutes % 60), self._zone)
        moment = wall.astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return moment
        return self._jump(wall.replace(fold=1).astimezone(UTC), moment)

    def _jump(self, before: datetime, after: datetime) -> datetime:
        """The moment between these two, to the second, at which the clock was put forward."""
        former = before.astimezone(self._zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = (before + (after - before) / 2).replace(microsecond=0)
            if middle.astimezone(self._zone).utcoffset() == former:
                before = middle
            else:
                after = middle
        return after

    # --- words -----------------------------------------------------------------------------------------------

    def _computed(self, span: Span, start: datetime, moment: datetime, how: str) -> Computed:
        words = f"{span} from {self.in_words(start)} in {self.name}, {how.removeprefix('; ').removeprefix(', ')}"
        return Computed(moment, f"{words}; due {self.in_words(moment)}.")

    def _without(self, first: date, last: date) -> str:
        """The days between that have no work, the special ones by name."""
        named, weekends, day = [], 0, first
        while day <= last:
            why = self.closed_because(day)
            if why is not None and self._week.get(day.weekday()):
                named.append(f"{_named(day)} ({why})")
            elif not self._openings_on(day):
                weekends += 1
            day += _DAY
        more = len(named) - NAMED_MAX
        named = [*named[:NAMED_MAX], f"{more} more closed days"] if more > 0 else named
        without = named + ([f"{weekends} day{'s' * (weekends != 1)} of the week without hours"] if weekends else [])
        return f", without {', '.join(without)}" if without else ""

    def _pieces(self, start: datetime, end: datetime) -> str:
        """How much on the first days, and how much in all."""
        days: dict[date, timedelta] = {}
        for opens, closes in self._openings_from(start):
            if opens >= end:
                break
            day = self._date(opens)
            days[day] = days.get(day, timedelta(0)) + min(closes, end) - opens
        pieces = [f"{duration_in_words(worked)} on {_named(day)}" for day, worked in days.items()]
        more = len(pieces) - NAMED_MAX
        return ", ".join([*pieces[:NAMED_MAX], f"the rest on {more} more days"] if more > 0 else pieces)


def _named(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
