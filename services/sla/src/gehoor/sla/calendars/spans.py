"""How long something may take: `5 working days`, `2 working hours`, `45 calendar days`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

AMOUNT_MAX = 3650
"""Ten years of days: more is a slip of the pen."""

_WRITTEN = re.compile(r"^([1-9][0-9]{0,6}) (working|calendar) (day|hour|minute|second)s?$")


class Unit(StrEnum):
    """What is counted."""

    WORKING_DAY = "working day"
    WORKING_HOUR = "working hour"
    WORKING_MINUTE = "working minute"
    WORKING_SECOND = "working second"
    CALENDAR_DAY = "calendar day"


_LENGTHS = {
    Unit.WORKING_HOUR: timedelta(hours=1),
    Unit.WORKING_MINUTE: timedelta(minutes=1),
    Unit.WORKING_SECOND: timedelta(seconds=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A number of units. Days are counted whole, the others are working time that is added up."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, written: str) -> "Span":
        """The span that is written so.

        Raises:
            ValueError: it is not `<number> working days|hours|minutes|seconds` or `<number> calendar days`.
        """
        match = _WRITTEN.match(written.strip())
        unit = f"{match[2]} {match[3]}" if match else ""
        if match is None or unit not in set(Unit):
            raise ValueError("a span is written '5 working days', '2 working hours' or '45 calendar days'")
        span = cls(int(match[1]), Unit(unit))
        if (span.working or timedelta(days=span.amount)) > timedelta(days=AMOUNT_MAX):
            raise ValueError(f"a span is at most {AMOUNT_MAX} days")
        return span

    @property
    def working(self) -> timedelta | None:
        """Its length as working time; None for days, which have no length of their own."""
        length = _LENGTHS.get(self.unit)
        return None if length is None else length * self.amount

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


def duration_in_words(duration: timedelta) -> str:
    """`2 h 30 min`, `45 s`; under a minute to the hundredth of a second."""
    if duration < timedelta(minutes=1):
        return f"{round(duration.total_seconds(), 2):g} s"
    hours, rest = divmod(round(duration.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    return " ".join(
        [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * bool(seconds)
    )
