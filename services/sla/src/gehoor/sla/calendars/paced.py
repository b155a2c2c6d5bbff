"""A calendar that keeps a pace of its own: a day lasts so long, and there is always work. For rehearsals and demos."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gehoor.sla.calendars.calendar import Computed
from gehoor.sla.calendars.spans import Span, Unit, duration_in_words


@dataclass(frozen=True)
class PacedCalendar:
    """One day after another without nights: the same policy, told in minutes."""

    name: str
    day: timedelta
    """How long a day lasts, a working day and a calendar day alike."""
    hours: int = 8
    """Working hours in a day."""

    def __post_init__(self) -> None:
        if self.day <= timedelta(0) or self.hours < 1:
            raise ValueError("a day has a length and at least one hour")

    def length(self, span: Span) -> timedelta:
        """How long the span lasts on the wall."""
        hour = self.day / self.hours
        units = {
            Unit.WORKING_DAY: self.day,
            Unit.CALENDAR_DAY: self.day,
            Unit.WORKING_HOUR: hour,
            Unit.WORKING_MINUTE: hour / 60,
            Unit.WORKING_SECOND: hour / 3600,
        }
        return units[span.unit] * span.amount

    def due(self, start: datetime, span: Span, *, rolls: bool = False) -> Computed:  # noqa: ARG002 - never closed
        """As any calendar; a day here has no date, so it counts from the start itself."""
        length = self.length(span)
        moment = self.after(start, length)
        pace = f"a day lasts {duration_in_words(self.day)} and has {self.hours} hours"
        words = f"{span} from {self.in_words(start)} in {self.name}, where {pace}: {duration_in_words(length)}"
        return Computed(moment, f"{words}; due {self.in_words(moment)}.")

    def after(self, start: datetime, working: timedelta) -> datetime:
        """As any calendar: it is always open."""
        return start.astimezone(UTC) + working

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """As any calendar: all time is working time."""
        return max(end - start, timedelta(0))

    def next_opening(self, moment: datetime) -> datetime:
        """That moment itself."""
        return moment.astimezone(UTC)

    def in_words(self, moment: datetime) -> str:
        """`Tue 7 Apr 2026 10:30:05 UTC`."""
        utc = moment.astimezone(UTC)
        return f"{utc:%a} {utc.day} {utc:%b %Y %H:%M:%S} UTC"
