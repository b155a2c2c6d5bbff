"""What tests of the watch say: one complaint, a policy one can check on paper, and short names for moments."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.sla import (
    CancelReason,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DeliveryChannel,
    EscalationAnswered,
    EscalationEnded,
    EscalationRaised,
    MissCorrected,
)
from gehoor.events.terms import (
    ClockId,
    ClockKind,
    ComplaintId,
    MatterKind,
    PromiseId,
    PromiseKind,
    TicketId,
)
from gehoor.sla.domain import watch_decider
from gehoor.sla.domain.commands import (
    AnswerEscalation,
    AttemptEnd,
    ClimbLadder,
    Command,
    FireClock,
    HearEnd,
    HearHappening,
    HearMatter,
    HearOffer,
    HearOwner,
    HearPromise,
    HearPromiseKept,
    HearPromiseReleased,
    HearPromiseRescheduled,
    HearTicket,
    RecordAttempt,
    TicketTurn,
)
from gehoor.sla.domain.watch import delivery_of, escalation_of, next_step_clock, promise_clock, receipt_clock
from gehoor.sla.policy import read
from tests.given import Given, given

POLICY = read(
    """
    version: test-1
    desks: {front-line: {calendar: office}, back-office: {calendar: early}, newsroom: {calendar: office}}
    partners: {sponsor: {calendar: early, answer_within: 5 working days}}
    sla:
      calendars:
        office: {zone: Europe/Brussels, hours: {mon-fri: ["09:00-17:00"]}, holidays: [BE]}
        early: {zone: Europe/Brussels, hours: {mon-sat: ["06:00-14:00"]}}
      calendar: office
      clocks:
        acknowledgement: {within: 10 calendar days, basis: decree, calendar: office}
        first-answer: {within: 1 working day, basis: charter}
        resolution: {within: 45 calendar days, basis: decree, calendar: office}
        transfer: {within: 4 working hours}
        partner-answer: {within: 3 working days, warn_at: 0.5}
        report: {within: 2 working hours}
      ladder:
        - {role: deputy, answer_within: 2 working hours}
        - {role: coordinator, answer_within: 4 working hours}
        - {role: manager, answer_within: 1 working day}
        - {role: ombudsman, answer_within: 2 working days}
      addressees:
        deputy: {mail: deputy@ours.example, desks: {newsroom: {webhook: {url: "https://news.example", secret: news}}}}
        coordinator: {mail: coordinator@ours.example}
        manager: {mail: manager@ours.example, webhook: {url: "https://managers.example", secret: managers}}
        ombudsman: {mail: ombudsman@ours.example}
    """,
    "test.yaml",
)
WATCH = watch_decider(POLICY)

COMPLAINT = ComplaintId(UUID("01920000-0000-7000-8000-000000000001"))
PROMISE, SECOND, THIRD = (PromiseId(UUID(int=number)) for number in (1, 2, 3))
TICKET = TicketId(UUID(int=7))
REFERENCE = "7QK2-4M9X"
FRONT, BACK, NEWSROOM = "front-line", "back-office", "newsroom"
ANN = "st_ann"
CALL = Private("I will call the customer on Thursday")

_DAYS = {
    "Mon": 2,
    "Tue": 3,
    "Wed": 4,
    "Thu": 5,
    "Fri": 6,
    "Sat": 7,
    "Sun": 8,
    "mon": 9,
    "tue": 10,
    "wed": 11,
    "fri": 13,
}


def at(moment: str) -> datetime:
    """`Tue 17:00` of the first week of March 2026 in Brussels; in lower case, of the week after."""
    day, clock = moment.split()
    hours, minutes = map(int, clock.split(":"))
    local = datetime(2026, 3, _DAYS[day], hours, minutes, tzinfo=ZoneInfo("Europe/Brussels"))
    return local.astimezone(UTC)


# --- what is heard ------------------------------------------------------------------------------------------------


def received(moment: str = "Mon 09:02", matter: MatterKind = MatterKind.COMPLAINT, desk: str = FRONT) -> HearMatter:
    return HearMatter(at(moment), at(moment), COMPLAINT, matter, REFERENCE, desk)


def happened(moment: str, *kinds: ClockKind, heard: str | None = None) -> HearHappening:
    return HearHappening(at(moment), at(heard or moment), frozenset(kinds))


def promised(moment: str, until: str, promise: PromiseId = PROMISE, replaces: PromiseId | None = None) -> HearPromise:
    return HearPromise(at(moment), at(moment), promise, PromiseKind.CALL_BACK, at(until), replaces=replaces)


def kept(moment: str, promise: PromiseId = PROMISE, heard: str | None = None) -> HearPromiseKept:
    return HearPromiseKept(at(moment), at(heard or moment), promise)


def rescheduled(
    moment: str, *, agreed: bool, promise: PromiseId = PROMISE, heard: str | None = None
) -> HearPromiseRescheduled:
    return HearPromiseRescheduled(at(moment), at(heard or moment), promise, agreed)


def released(moment: str, promise: PromiseId = PROMISE, heard: str | None = None) -> HearPromiseReleased:
    return HearPromiseReleased(at(moment), at(heard or moment), promise)


def owned_by(desk: str, moment: str = "Mon 09:05") -> HearOwner:
    return HearOwner(at(moment), at(moment), desk)


def offered(moment: str, offer: int = 1, to: str = BACK, answer_by: str | None = None) -> HearOffer:
    by = at(answer_by) if answer_by else None
    return HearOffer(at(moment), at(moment), COMPLAINT, offer, to, by)


def ticket(moment: str, turn: TicketTurn, cause: str = "", heard: str | None = None) -> HearTicket:
    return HearTicket(at(moment), at(heard or moment), TICKET, "sponsor", turn, cause)


def ended(moment: str, reason: CancelReason = CancelReason.CLOSED, heard: str | None = None) -> HearEnd:
    return HearEnd(at(moment), at(heard or moment), reason)


# --- what is due and asked ----------------------------------------------------------------------------------------


def fire(clock: ClockId, moment: str, arming: int = 1) -> FireClock:
    return FireClock(clock, arming, at(moment))


def climb(clock: ClockId, moment: str, raising: int = 1) -> ClimbLadder:
    return ClimbLadder(escalation_of(clock), raising, at(moment))


def answer(clock: ClockId, moment: str, by: str, staff: str = ANN) -> AnswerEscalation:
    return AnswerEscalation(escalation_of(clock), staff, CALL, at(by), at(moment))


def attempted(
    clock: ClockId, moment: str, end: AttemptEnd, attempt: int = 1, again: str | None = None
) -> RecordAttempt:
    escalation = escalation_of(clock)
    key = delivery_of(escalation, 1, 0, DeliveryChannel.MAIL)
    return RecordAttempt(escalation, key, attempt, end, "smtp-451", at(moment), at(again) if again else None)


# --- what follows -------------------------------------------------------------------------------------------------


def clock_of(kind: ClockKind) -> ClockId:
    return receipt_clock(COMPLAINT, kind, "received")


def of(promise: PromiseId = PROMISE) -> ClockId:
    return promise_clock(promise)


def step_after(clock: ClockId) -> ClockId:
    return next_step_clock(escalation_of(clock))


def short(fact: Fact) -> str:
    """A fact in a few words, for tests that tell a whole story: what, which clock, to whom, until or when."""
    moment = ZoneInfo("Europe/Brussels")
    match fact:
        case DeadlineSet():
            return f"set {fact.kind} until {fact.deadline.due.astimezone(moment):%a %H:%M}"
        case DeadlineMet() | DeadlineCancelled() | MissCorrected():
            return f"{fact.type.split('.')[1].split('-')[-1]} {fact.kind}"
        case DeadlineMissed():
            return f"missed {fact.kind} ({fact.miss}, {fact.reason})"
        case EscalationRaised():
            by = f"{fact.answer_by.astimezone(moment):%a %H:%M}"
            again = f" again {fact.repeat}" if fact.repeat else ""
            return f"raised {fact.level} {fact.addressee}{again}, answer by {by}"
        case EscalationAnswered():
            return f"answered by {fact.by}"
        case EscalationEnded():
            return f"ended ({fact.reason})"
        case _:
            return fact.type.split(".")[1]


# --- telling --------------------------------------------------------------------------------------------------------


def after(*commands: Command) -> Given:
    """What has happened once these were decided, one after the other."""
    so_far = given(WATCH)
    for command in commands:
        so_far = so_far.when(command).so()
    return so_far


def told(so_far: Given, *commands: Command) -> list[str]:
    """What follows from these in short, our own notes left out."""
    before = len(so_far.facts)
    for command in commands:
        so_far = so_far.when(command).so()
    return [short(fact) for fact in so_far.facts[before:] if not fact.type.startswith("sla-notes")]


A_PROMISE = after(received(), promised("Mon 09:02", "Tue 17:00"))
A_MISS = after(received(), promised("Mon 09:02", "Tue 17:00"), fire(of(), "Tue 17:00"))
