"""What a watch needs of the policy: deadlines, the ladder, and working time between two moments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gehoor.events.sla import Deadline, DeliveryChannel
from gehoor.events.terms import ClockKind, DeskId, PartnerId, Slug, Term


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder, asked at a moment: whom, by which ways, and until when."""

    level: int
    role: Slug
    channels: tuple[DeliveryChannel, ...]
    answer_by: datetime
    policy: Slug
    computed: str


class Rules(Protocol):
    """The policy of the moment. What was set by an earlier one stays as it was set."""

    @property
    def top(self) -> int:
        """The highest level of the ladder."""
        ...

    def deadline(
        self,
        kind: ClockKind,
        starts: datetime,
        *,
        desk: DeskId,
        partner: PartnerId | None = None,
        label: Term | None = None,
    ) -> Deadline | None:
        """The deadline of such a clock; None where the policy has no such clock."""
        ...

    def stated(self, kind: ClockKind, starts: datetime, due: datetime, *, desk: DeskId, basis: Slug) -> Deadline:
        """The deadline that somebody named: a promise, a next step, an offer."""
        ...

    def rung(self, level: int, at: datetime, *, desk: DeskId) -> Rung:
        """A level, raised at that moment for that desk."""
        ...

    def working_time(self, calendar: Slug, start: datetime, end: datetime) -> timedelta:
        """The working time between, in that calendar; all of it where the calendar is no more."""
        ...
