"""Working calendars: when a span of time is over, how much working time lies between two moments, when we open.

Pure: moments come in as arguments, aware, and go out in UTC. Every computation is also said in words, so whoever
doubts a deadline can follow it on paper.
"""

from gehoor.sla.calendars.calendar import Calendar, Computed
from gehoor.sla.calendars.national import national_holidays
from gehoor.sla.calendars.paced import PacedCalendar
from gehoor.sla.calendars.spans import Span, Unit
from gehoor.sla.calendars.working import Hours, NeverOpenError, SpecialDay, WorkingCalendar

__all__ = [
    "Calendar",
    "Computed",
    "Hours",
    "NeverOpenError",
    "PacedCalendar",
    "Span",
    "SpecialDay",
    "Unit",
    "WorkingCalendar",
    "national_holidays",
]
