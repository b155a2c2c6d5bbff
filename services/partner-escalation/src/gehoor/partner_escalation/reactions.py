"""What another service's fact means here: what is heard of which complaint."""

from collections.abc import Sequence
from typing import TypeVar

from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Closed,
    ComplaintReceived,
    Merged,
    PersonErased,
    Reclassified,
    RemarkReceived,
    Reopened,
    ReportReceived,
    Withdrawn,
)
from gehoor.events.partner import ReminderReason
from gehoor.events.private import Private
from gehoor.events.routing import ComplaintClassified, OwnerAccepted, OwnerAssigned, ReportForwarded
from gehoor.events.sla import DeadlineApproaching, DeadlineMissed, MissCorrected
from gehoor.events.terms import ClockKind, ComplaintId, MatterKind
from gehoor.partner_escalation.domain.commands import Hear
from gehoor.partner_escalation.facts import (
    CategoryHeard,
    CorrectionHeard,
    DeadlineHeard,
    End,
    EndHeard,
    ErasureHeard,
    MatterHeard,
    Note,
    OwnerHeard,
    ReclassificationHeard,
    ReopeningHeard,
)
from gehoor.partner_escalation.policy import Policy

HEARD: tuple[type[Fact], ...] = (
    ComplaintReceived,
    RemarkReceived,
    ReportReceived,
    Reclassified,
    Closed,
    Withdrawn,
    Merged,
    Reopened,
    PersonErased,
    ComplaintClassified,
    OwnerAssigned,
    OwnerAccepted,
    ReportForwarded,
    DeadlineApproaching,
    DeadlineMissed,
    MissCorrected,
)
"""Others' facts that mean something to tickets."""
READ: tuple[type[Fact], ...] = (ComplaintReceived, RemarkReceived, ReportReceived)
"""Those of them of which a name and contact points are kept, sealed anew."""

T = TypeVar("T")


def react(heard: Recorded, policy: Policy) -> Sequence[tuple[ComplaintId, Hear]]:
    """What is heard, and of which complaint."""
    complaint = ComplaintId(heard.subject)
    match fact := heard.fact:
        case PersonErased():
            return [(subject, Hear(ErasureHeard(occurred_at=fact.occurred_at))) for subject in fact.subjects]
        case ComplaintClassified():
            note = CategoryHeard(occurred_at=fact.occurred_at, category=fact.category)
            return [(complaint, Hear(note, policy.opens(complaint, fact.category)))]
        case _:
            heard_of = _note(fact)
            return [] if heard_of is None else [(complaint, Hear(heard_of))]


def _note(fact: Fact) -> Note | None:
    at = fact.occurred_at
    match fact:
        case ComplaintReceived():
            return _matter(fact, MatterKind.COMPLAINT)
        case RemarkReceived():
            return _matter(fact, MatterKind.REMARK)
        case ReportReceived():
            return _matter(fact, MatterKind.REPORT)
        case Reclassified():
            return ReclassificationHeard(occurred_at=at, matter=fact.after)
        case Closed():
            return EndHeard(occurred_at=at, end=End.CLOSED)
        case Withdrawn():
            return EndHeard(occurred_at=at, end=End.WITHDRAWN)
        case Merged():
            return EndHeard(occurred_at=at, end=End.MERGED)
        case Reopened():
            return ReopeningHeard(occurred_at=at)
        case OwnerAssigned() | OwnerAccepted():
            return OwnerHeard(occurred_at=at, desk=fact.desk, person=fact.person, hand_off=fact.hand_off)
        case ReportForwarded():
            # Nobody has accepted it yet: who did keeps a report too. It may become a complaint again.
            return OwnerHeard(occurred_at=at, desk=fact.desk, hand_off=0)
        case DeadlineApproaching():
            return _deadline(fact, ReminderReason.APPROACHING)
        case DeadlineMissed():
            return _deadline(fact, ReminderReason.MISSED)
        case MissCorrected(kind=ClockKind.PARTNER_ANSWER) if fact.watches.ticket_id is not None:
            return CorrectionHeard(occurred_at=at, ticket_id=fact.watches.ticket_id, clock_id=fact.clock_id)
        case _:
            return None


def _matter(fact: ComplaintReceived | RemarkReceived | ReportReceived, matter: MatterKind) -> MatterHeard:
    return MatterHeard(
        occurred_at=fact.occurred_at,
        matter=matter,
        desk=fact.desk,
        reference=fact.reference,
        name=_unless_erased(fact.name),
        contact_points=tuple(point for point in fact.contact_points if point.address.erased is None),
        product=None if isinstance(fact, ReportReceived) else fact.product,
        label=None if isinstance(fact, ReportReceived) else fact.label,
    )


def _unless_erased(value: Private[T] | None) -> Private[T] | None:
    return None if value is None or value.erased is not None else value


def _deadline(fact: DeadlineApproaching | DeadlineMissed, because: ReminderReason) -> DeadlineHeard | None:
    """Of a partner's answer; other clocks are others' business."""
    if fact.kind is not ClockKind.PARTNER_ANSWER or fact.watches.ticket_id is None:
        return None
    return DeadlineHeard(
        occurred_at=fact.occurred_at,
        ticket_id=fact.watches.ticket_id,
        clock_id=fact.clock_id,
        because=because,
        due=fact.due,
    )
