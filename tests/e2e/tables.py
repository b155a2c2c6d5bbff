"""The tables of the stories: what the journal must tell of each, row by row."""

from collections.abc import Sequence

from gehoor.events import intake as i
from gehoor.events import partner as p
from gehoor.events import routing as r
from gehoor.events import sla as s
from gehoor.events.terms import (
    Channel,
    ClockKind,
    CloseBasis,
    Direction,
    Joined,
    Judgement,
    Outcome,
    PromiseKind,
    Solved,
    Step,
    Warmth,
    Whither,
)
from tests.e2e.told import Cell, Expected, a

LET_SPEAK = (Step.LET_SPEAK, Step.ACKNOWLEDGED)


def armed(kind: ClockKind) -> Expected:
    """A clock of that kind is set."""
    return a(s.DeadlineSet, kind=kind)


def met(kind: ClockKind) -> Expected:
    """A clock of that kind is met."""
    return a(s.DeadlineMet, kind=kind)


def missed(kind: ClockKind, miss: int) -> Expected:
    """A clock of that kind is missed, as the how manieth miss."""
    return a(s.DeadlineMissed, kind=kind, miss=miss)


def raised(level: int, addressee: str) -> Expected:
    """Somebody of that level is asked."""
    return a(s.EscalationRaised, level=level, addressee=addressee)


def promised(kind: PromiseKind) -> Expected:
    """A promise of that kind."""
    return a(i.PromiseMade, kind=kind)


def came(channel: Channel, joined: Joined, steps: Sequence[Step] = ()) -> Expected:
    """The customer came."""
    return a(
        i.ContactRecorded,
        direction=Direction.IN,
        channel=channel,
        outcome=Outcome.REACHED,
        joined=joined,
        steps=tuple(steps),
    )


def reached(channel: Channel, *steps: Step, outcome: Outcome = Outcome.REACHED, out_of_order: bool = False) -> Expected:
    """We reached for the customer."""
    return a(
        i.ContactRecorded,
        direction=Direction.OUT,
        channel=channel,
        outcome=outcome,
        steps=steps,
        out_of_order=out_of_order,
    )


MORTGAGE: Sequence[Cell] = [
    [
        a(i.ComplaintReceived, channel=Channel.PHONE, desk="front-line"),
        came(Channel.PHONE, Joined.FIRST, LET_SPEAK),
        a(i.Acknowledged, automatic=False),
        promised(PromiseKind.CALL_BACK),
        a(r.ComplaintClassified, category="mortgage"),
        a(r.OwnerAssigned, desk="front-line", hand_off=0),
        armed(ClockKind.ACKNOWLEDGEMENT),
        armed(ClockKind.FIRST_ANSWER),
        armed(ClockKind.RESOLUTION),
        armed(ClockKind.PROMISE),
        met(ClockKind.ACKNOWLEDGEMENT),
        met(ClockKind.FIRST_ANSWER),
    ],
    [reached(Channel.PHONE, outcome=Outcome.VOICEMAIL), a(i.PromiseAttempted, outcome=Outcome.VOICEMAIL)],
    [missed(ClockKind.PROMISE, 1), raised(1, "deputy")],
    [came(Channel.PHONE, Joined.STAFF), promised(PromiseKind.CALL_BACK), armed(ClockKind.PROMISE)],
    [raised(2, "coordinator")],
    [missed(ClockKind.PROMISE, 2), raised(2, "coordinator")],
    [came(Channel.EMAIL, Joined.THREAD), promised(PromiseKind.CALL_BACK)],
    [missed(ClockKind.PROMISE, 3), raised(3, "manager")],
    [
        came(Channel.PHONE, Joined.STAFF, (*LET_SPEAK, Step.SYMPATHISED, Step.TOOK_RESPONSIBILITY)),
        a(r.TransferOffered, from_desk="front-line", to_desk="back-office", warmth=Warmth.WARM, hand_off=1),
        a(r.OwnerAccepted, desk="back-office", hand_off=1),
    ],
    [
        reached(Channel.PHONE, Step.APOLOGISED, Step.EXPLAINED, Step.FIXED),
        a(i.FinalResponseSent, judgement=Judgement.FOUNDED, solved=Solved.FULLY),
        a(i.CustomerResponded, accepted=True),
        a(i.Closed, basis=CloseBasis.ACCEPTED, hand_off=1, desk="back-office"),
        met(ClockKind.RESOLUTION),
        *[a(s.EscalationEnded, reason=s.EndReason.CLOSED)] * 3,
    ],
]
"""S9. The cause is recorded once it is closed; sla may end its escalations before or after that."""

PRIZE: Sequence[Cell] = [
    [
        a(i.ComplaintReceived, channel=Channel.WEB),
        a(i.Acknowledged, automatic=True, language="nl"),
        a(r.ComplaintClassified, category="prize.not-delivered"),
        a(r.OwnerAssigned, desk="audience", hand_off=0),
        armed(ClockKind.ACKNOWLEDGEMENT),
        armed(ClockKind.FIRST_ANSWER),
        armed(ClockKind.RESOLUTION),
    ],
    [
        a(p.TicketOpened, partner="sponsor", shared_fields=("name", "address", "prize")),
        a(p.TicketDelivered, partner="sponsor", message=p.MessageKind.OPENED),
        armed(ClockKind.PARTNER_ANSWER),
    ],
    [reached(Channel.EMAIL, outcome=Outcome.SENT), promised(PromiseKind.ANSWER)],
    [
        a(s.DeadlineApproaching, kind=ClockKind.PARTNER_ANSWER),
        a(p.PartnerReminded, reminder=1, because=p.ReminderReason.APPROACHING),
    ],
    [
        missed(ClockKind.PARTNER_ANSWER, 1),
        a(p.PartnerReminded, reminder=2, because=p.ReminderReason.MISSED),
        a(s.EscalationRaised, level=1, addressee="deputy", desk="audience"),
    ],
    [a(s.EscalationAnswered, by="st_farid"), armed(ClockKind.NEXT_STEP)],
    [a(p.TicketAcknowledged), armed(ClockKind.PARTNER_ANSWER), a(p.TicketResolved)],
    [
        reached(Channel.PHONE),
        a(i.PromiseKept, by="st_farid"),
        a(p.ResolutionDisputed, by="st_farid"),
        armed(ClockKind.PARTNER_ANSWER),
    ],
    [
        a(p.TicketResolved),
        reached(Channel.PHONE, *LET_SPEAK, Step.APOLOGISED),
        a(p.ResolutionAccepted),
        a(i.FinalResponseSent, judgement=Judgement.FOUNDED),
        a(i.CustomerResponded, accepted=True),
        a(i.Closed, desk="audience"),
        met(ClockKind.RESOLUTION),
    ],
]
"""S1."""

TYPO: Sequence[Cell] = [
    [a(i.ReportReceived, same_as=None)],
    [a(r.ReportForwarded, desk="newsroom"), armed(ClockKind.REPORT)],
    [a(i.ReportHandled, fixed=True, handled_with=None)],
    [a(i.ReporterThanked, channel=Channel.EMAIL), met(ClockKind.REPORT)],
]
"""S3, the report that is handled."""

COUNTER: Sequence[Cell] = [
    [
        a(i.ComplaintReceived, channel=Channel.DESK, desk="front-line"),
        a(r.OwnerAssigned, hand_off=0),
        armed(ClockKind.RESOLUTION),
    ],
    [a(i.ReferredElsewhere, whither=Whither.OUTSIDE, warmth=Warmth.COLD)],
    [a(i.ReferredElsewhere, whither=Whither.INSIDE, warmth=Warmth.COLD)],
    [
        a(r.HandOffLimitReached, hand_offs=0, referrals=2, limit=2),
        a(r.OwnerAssigned, desk="coordinator", why=r.AssignReason.HAND_OFF_LIMIT),
    ],
]
"""S8."""

PEN: Sequence[Cell] = [
    [a(i.ComplaintReceived, channel=Channel.EMAIL), a(i.Acknowledged, automatic=True, language="nl")],
    [reached(Channel.PHONE, Step.EXPLAINED, Step.OFFERED_OPTIONS, out_of_order=True)],
    [
        reached(Channel.PHONE, *LET_SPEAK, Step.SYMPATHISED, Step.APOLOGISED, Step.SUMMARISED, Step.NOTED_PREVENTION),
        promised(PromiseKind.ANSWER),
        armed(ClockKind.PROMISE),
    ],
    [
        a(i.ContactRecorded, steps=(Step.EXPLAINED, Step.SAID_NO), gives_answer=True, out_of_order=False),
        a(i.PromiseKept, by="st_jana"),
        met(ClockKind.PROMISE),
    ],
    [
        a(i.FinalResponseSent, judgement=Judgement.UNFOUNDED),
        a(i.CustomerResponded, accepted=True),
        a(i.Closed, basis=CloseBasis.ACCEPTED),
        met(ClockKind.RESOLUTION),
    ],
]
"""S6."""
