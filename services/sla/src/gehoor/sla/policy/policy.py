"""What sla reads of the organisation's policy, and what it makes of it: deadlines and rungs, each explained."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from gehoor.events.sla import Deadline
from gehoor.events.terms import ClockKind, DeskId, PartnerId, Slug, Term
from gehoor.sla.calendars import Calendar, Computed, Span
from gehoor.sla.domain import Rung
from gehoor.sla.policy.calendars import CalendarRule, Part
from gehoor.sla.policy.deliveries import Address, Addressee, Deliveries

STATED = frozenset({ClockKind.PROMISE, ClockKind.NEXT_STEP})
"""Clocks whose due is named by people: the policy only says when to warn."""
_WORDS_MAX = 2000


def _span(written: object) -> Span:
    return written if isinstance(written, Span) else Span.parse(str(written))


WrittenSpan = Annotated[Span, BeforeValidator(_span)]
"""`5 working days`, `2 working hours`, `45 calendar days`."""
Share = Annotated[float, Field(gt=0, lt=1)]
Label = Annotated[Term, AfterValidator(str.casefold)]
"""What the customer calls it, blind to case."""


class Allowance(Part):
    """How long something may take, in which calendar, by what basis."""

    within: WrittenSpan | None = Field(None, description="None only where people name the moment.")
    basis: Slug = Field("policy", description="The law, charter or contract it comes from.")
    calendar: Slug | None = Field(None, description="None: the desk's.")
    rolls: bool = Field(default=False, description="Calendar days that end on a day off end with the next working day.")
    warn_at: Share | None = Field(None, description="The share of its working time after which to warn.")


class ClockRule(Allowance):
    """A clock; and where the customer was promised something else with the label they picked, that."""

    labels: Mapping[Label, Allowance] = Field(default_factory=dict)

    def of(self, label: Term | None) -> Allowance:
        """What holds for a complaint that the customer called this."""
        return self if label is None else self.labels.get(label.casefold(), self)


class Level(Part):
    """One level of the ladder."""

    role: Slug
    answer_within: WrittenSpan


class Sla(Part):
    """Sla's own part of the policy."""

    calendars: Mapping[Slug, CalendarRule] = Field(min_length=1)
    calendar: Slug = Field(description="Of desks that name none, or one that is not here.")
    clocks: Mapping[ClockKind, ClockRule]
    ladder: tuple[Level, ...] = Field(min_length=1)
    addressees: Mapping[Slug, Addressee]
    deliveries: Deliveries = Deliveries()


class Desk(BaseModel):
    """A desk, as far as sla must know it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    calendar: Slug | None = None


class Agreement(BaseModel):
    """What was agreed with a partner about its answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    calendar: Slug | None = None
    answer_within: WrittenSpan | None = None


class Policy(BaseModel):
    """The rules of a watch, as the organisation wrote them; the other services' parts are theirs."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    version: Slug
    desks: Mapping[DeskId, Desk] = Field(min_length=1)
    partners: Mapping[PartnerId, Agreement] = Field(default_factory=dict)
    sla: Sla

    @cached_property
    def calendars(self) -> Mapping[Slug, Calendar]:
        """All calendars, by name."""
        return {name: rule.calendar(name) for name, rule in self.sla.calendars.items()}

    # --- the rules of a watch --------------------------------------------------------------------------------

    @property
    def top(self) -> int:
        """The highest level of the ladder."""
        return len(self.sla.ladder)

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
        rule = self.sla.clocks.get(kind, ClockRule()).of(label)
        agreement = self.partners.get(partner, Agreement()) if partner is not None else Agreement()
        within, basis = rule.within, rule.basis
        if agreement.answer_within is not None:
            within, basis = agreement.answer_within, "agreement"
        if within is None:
            return None
        calendar = self._calendar(desk, agreement.calendar or rule.calendar)
        due = calendar.due(starts, within, rolls=rule.rolls)
        return self._deadline(rule.warn_at, starts, calendar, due, basis)

    def stated(self, kind: ClockKind, starts: datetime, due: datetime, *, desk: DeskId, basis: Slug) -> Deadline:
        """The deadline that somebody named."""
        rule = self.sla.clocks.get(kind, ClockRule())
        calendar = self._calendar(desk, rule.calendar)
        said = Computed(due, f"As it was said: {calendar.in_words(due)}.")
        return self._deadline(rule.warn_at, starts, calendar, said, basis)

    def rung(self, level: int, at: datetime, *, desk: DeskId) -> Rung:
        """A level, raised at that moment for that desk."""
        asked = self.sla.ladder[min(level, self.top) - 1]
        computed = self._calendar(desk).due(at, asked.answer_within)
        return Rung(
            level=min(level, self.top),
            role=asked.role,
            channels=self.address(asked.role, desk).channels,
            answer_by=computed.moment,
            policy=self.version,
            computed=computed.words[:_WORDS_MAX],
        )

    def working_time(self, calendar: Slug, start: datetime, end: datetime) -> timedelta:
        """The working time between, in that calendar; all of it where the calendar is no more."""
        known = self.calendars.get(calendar)
        return end - start if known is None else known.elapsed(start, end)

    # --- what else it tells ----------------------------------------------------------------------------------

    def address(self, role: Slug, desk: DeskId) -> Address:
        """How somebody on the ladder is told; no way at all where the policy names none any more."""
        addressee = self.sla.addressees.get(role)
        return Address() if addressee is None else addressee.of(desk)

    def in_words(self, moment: datetime, desk: DeskId) -> str:
        """A moment as that desk reads it on the wall."""
        return self._calendar(desk).in_words(moment)

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Each field that names what does not exist, or leaves out what is needed, and what is wrong with it."""
        for field, calendar in self._named_calendars():
            if calendar is not None and calendar not in self.sla.calendars:
                yield field, f"there is no calendar {calendar}"
        for kind in set(ClockKind) - STATED:
            rule = self.sla.clocks.get(kind)
            if rule is None or rule.within is None:
                yield f"sla.clocks.{kind}.within", "how long it may take is missing"
        for kind in STATED & set(self.sla.clocks):
            if self.sla.clocks[kind].within is not None:
                yield f"sla.clocks.{kind}.within", "people name its moment"
        for kind, rule in self.sla.clocks.items():
            for label, allowance in rule.labels.items():
                if allowance.within is None:
                    yield f"sla.clocks.{kind}.labels.{label}.within", "how long it may take is missing"
        for at, level in enumerate(self.sla.ladder):
            if not self.sla.addressees.get(level.role, Addressee()).channels:
                yield f"sla.ladder.{at}.role", f"nothing says how {level.role} is told"
        for role, addressee in self.sla.addressees.items():
            for desk, address in addressee.desks.items():
                if desk not in self.desks:
                    yield f"sla.addressees.{role}.desks.{desk}", "there is no such desk"
                if not address.channels:
                    yield f"sla.addressees.{role}.desks.{desk}", "names no way"

    def _named_calendars(self) -> Iterator[tuple[str, Slug | None]]:
        yield "sla.calendar", self.sla.calendar
        for name, desk in self.desks.items():
            yield f"desks.{name}.calendar", desk.calendar
        for partner, agreement in self.partners.items():
            yield f"partners.{partner}.calendar", agreement.calendar
        for kind, rule in self.sla.clocks.items():
            yield f"sla.clocks.{kind}.calendar", rule.calendar
            for label, allowance in rule.labels.items():
                yield f"sla.clocks.{kind}.labels.{label}.calendar", allowance.calendar

    def _calendar(self, desk: DeskId, named: Slug | None = None) -> Calendar:
        for name in (named, self.desks.get(desk, Desk()).calendar):
            if name is not None and name in self.calendars:
                return self.calendars[name]
        return self.calendars[self.sla.calendar]

    def _deadline(
        self, warn_at: float | None, starts: datetime, calendar: Calendar, computed: Computed, basis: Slug
    ) -> Deadline:
        return Deadline(
            due=computed.moment,
            approaching_at=_warning(calendar, starts, computed.moment, warn_at),
            basis=basis,
            calendar=calendar.name,
            policy=self.version,
            computed=computed.words[:_WORDS_MAX],
        )


def _warning(calendar: Calendar, starts: datetime, due: datetime, share: float | None) -> datetime | None:
    """When that share of the working time has gone by; None where it leaves no time to act on it."""
    if share is None:
        return None
    warning = calendar.after(starts, calendar.elapsed(starts, due) * share)
    return warning if starts < warning < due else None
