"""What any calendar can tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gehoor.sla.calendars.spans import Span


@dataclass(frozen=True, slots=True)
class Computed:
    """A moment in UTC, and how it was found."""

    moment: datetime
    words: str


class Calendar(Protocol):
    """When work is done, and so when a span is over."""

    @property
    def name(self) -> str:
        """By which the policy names it."""
        ...

    def due(self, start: datetime, span: Span, *, rolls: bool = False) -> Computed:
        """When the span that starts then is over.

        Working hours, minutes and seconds are working time, added up from `start`. Days exclude the day of the start
        (Reg. 1182/71 art. 3(1)): working days end when the last of them closes, calendar days at midnight after the
        last of them. `rolls`: calendar days that end on a day without work end with the next day that has some
        (Reg. 1182/71 art. 3(4)); not every rule has that, so the policy says so.
        """
        ...

    def after(self, start: datetime, working: timedelta) -> datetime:
        """The moment at which so much working time has gone by since `start`; nothing: when work next goes on."""
        ...

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; none where the end is not after the start."""
        ...

    def next_opening(self, moment: datetime) -> datetime:
        """When work next goes on: that moment itself during working time."""
        ...

    def in_words(self, moment: datetime) -> str:
        """The moment as the people of this calendar read it on the wall."""
        ...
