"""Calendars as they are written in the policy.

office:
  zone: Europe/Brussels
  hours: {mon-thu: ["09:00-12:30", "13:00-17:00"], fri: ["09:00-12:00"]}
  holidays: [BE]
  closed: {2026-05-15: bridge day}
  special: {2026-12-24: {hours: ["09:00-12:00"], why: Christmas Eve}}
demo:
  pace: PT20S
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gehoor.events.terms import Term
from gehoor.sla.calendars import Calendar, Hours, PacedCalendar, SpecialDay, WorkingCalendar, national_holidays

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"^([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})$")


class Part(BaseModel):
    """A part of the policy: what it does not know it refuses, so that no slip of the pen goes unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _hours(written: object) -> Hours:
    match = _HOURS.match(str(written))
    if match is None:
        raise ValueError("hours are written 09:00-12:30")
    opens, closes = (int(match[at]) * 60 + int(match[at + 1]) for at in (1, 3))
    return Hours(opens, closes)


def _weekdays(written: object) -> str:
    first, _, last = str(written).partition("-")
    known = first in _WEEKDAYS and (last or first) in _WEEKDAYS
    if not known or _WEEKDAYS.index(first) > _WEEKDAYS.index(last or first):
        raise ValueError("weekdays are written mon or mon-fri")
    return str(written)


def _zone(written: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(written))
    except (ValueError, OSError, LookupError):
        raise ValueError("no such time zone; one is written Europe/Brussels") from None


WrittenHours = Annotated[Hours, BeforeValidator(_hours)]
"""`09:00-12:30`; 24:00 is the end of the day."""
Weekdays = Annotated[str, BeforeValidator(_weekdays)]
"""`mon`, or `mon-fri`."""


class Special(Part):
    """A date with hours of its own."""

    hours: tuple[WrittenHours, ...] = Field(min_length=1)
    why: Term


class CalendarRule(Part):
    """One calendar: either with a zone and hours, or at a pace of its own."""

    zone: Annotated[ZoneInfo, BeforeValidator(_zone)] | None = None
    hours: Mapping[Weekdays, tuple[WrittenHours, ...]] = Field(default_factory=dict)
    holidays: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    closed: Mapping[date, Term] = Field(default_factory=dict)
    special: Mapping[date, Special] = Field(default_factory=dict)
    pace: timedelta | None = Field(None, description="How long a day lasts where there are no nights: for rehearsals.")
    hours_a_day: int = Field(8, ge=1, le=24, description="At a pace: working hours in a day.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "CalendarRule":
        if (self.zone is None) == (self.pace is None):
            raise ValueError("a calendar has either a zone with hours, or a pace")
        if self.pace is not None and (self.hours or self.holidays or self.closed or self.special):
            raise ValueError("a pace knows no hours and no dates")
        self.calendar("checked")
        return self

    def calendar(self, name: str) -> Calendar:
        """The calendar that is written here.

        Raises:
            ValueError: it is never open, its hours overlap, or a country's holidays are unknown.
        """
        if self.pace is not None:
            return PacedCalendar(name, self.pace, self.hours_a_day)
        if self.zone is None:
            raise ValueError("a calendar has a zone")
        special = {day: SpecialDay(each.hours, each.why) for day, each in self.special.items()}
        closed = {day: SpecialDay((), why) for day, why in self.closed.items()}
        holidays = tuple(national_holidays(country) for country in self.holidays)
        return WorkingCalendar(name, self.zone, self._week(), holidays, {**special, **closed})

    def _week(self) -> dict[int, tuple[Hours, ...]]:
        week: dict[int, tuple[Hours, ...]] = {}
        for written, hours in self.hours.items():
            first, _, last = written.partition("-")
            for weekday in range(_WEEKDAYS.index(first), _WEEKDAYS.index(last or first) + 1):
                week[weekday] = (*week.get(weekday, ()), *hours)
        return week
