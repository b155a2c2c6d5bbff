"""What another service's fact means here: the command for the ownership of the matter it is about."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Closed,
    ComplaintReceived,
    Merged,
    Reclassified,
    ReferredElsewhere,
    RemarkReceived,
    Reopened,
    ReportHandled,
    ReportReceived,
    Withdrawn,
)
from gehoor.events.private import Private
from gehoor.events.sla import DeadlineMissed
from gehoor.events.terms import Channel, ClockKind, MatterKind
from gehoor.routing.domain.commands import (
    Command,
    HearEnd,
    HearMatter,
    HearReclassified,
    HearReferral,
    HearReopening,
    HearSilence,
)
from gehoor.routing.domain.ownership import Cover
from gehoor.routing.facts import End
from gehoor.routing.policy import Matter, Policy

HEARD: tuple[type[Fact], ...] = (
    ComplaintReceived,
    RemarkReceived,
    ReportReceived,
    Reclassified,
    ReferredElsewhere,
    Closed,
    Withdrawn,
    Merged,
    Reopened,
    ReportHandled,
    DeadlineMissed,
)
"""Others' facts that mean something to routing."""
READ: tuple[type[Fact], ...] = (ComplaintReceived, RemarkReceived, ReportReceived)
"""Those of them whose words are read."""
_ENDS: Mapping[type[Fact], End] = MappingProxyType(
    {Closed: End.CLOSED, Withdrawn: End.WITHDRAWN, Merged: End.MERGED, ReportHandled: End.HANDLED}
)
_NO_PAGE = ""


def react(heard: Recorded, policy: Policy, at: datetime, away: Cover | None = None) -> Command | None:
    """The command that follows; None where nothing does.

    `at` is now; `away` is the cover of the matter's owning person, where that person is away.
    """
    match fact := heard.fact:
        case ComplaintReceived() | RemarkReceived() | ReportReceived():
            return _receive(fact, policy, at)
        case Reclassified():
            return HearReclassified(at, fact.after, policy.routing.coordinator, policy.forward(_NO_PAGE))
        case ReferredElsewhere():
            return HearReferral(at, heard.id, policy.limit)
        case Closed() | Withdrawn() | Merged() | ReportHandled():
            return HearEnd(at, _ENDS[type(fact)])
        case Reopened():
            return HearReopening(at, away)
        case DeadlineMissed(kind=ClockKind.TRANSFER) if fact.watches.offer is not None:
            return HearSilence(at, fact.watches.offer)
        case _:
            return None


def _receive(fact: ComplaintReceived | RemarkReceived | ReportReceived, policy: Policy, at: datetime) -> HearMatter:
    match fact:
        case ComplaintReceived():
            kind, matter = MatterKind.COMPLAINT, _matter(fact, fact.subject, fact.label, fact.product, fact.channel)
        case RemarkReceived():
            kind, matter = MatterKind.REMARK, _matter(fact, None, fact.label, fact.product, fact.channel)
        case ReportReceived():
            kind, matter = MatterKind.REPORT, _matter(fact)
        case _:
            assert_never(fact)
    return HearMatter(
        at=at,
        received_at=fact.occurred_at,
        kind=kind,
        desk=fact.desk,
        finding=policy.classify(matter),
        coordinator=policy.routing.coordinator,
        forwarding=policy.forward(fact.page.reveal_or(_NO_PAGE)) if isinstance(fact, ReportReceived) else None,
    )


def _matter(
    fact: ComplaintReceived | RemarkReceived | ReportReceived,
    subject: Private[str] | None = None,
    label: str | None = None,
    product: str | None = None,
    channel: Channel | None = None,
) -> Matter:
    """What the rules look at; nothing of it is left where the person was erased meanwhile."""
    texts = [fact.text] if subject is None else [subject, fact.text]
    read = [text.reveal_or("") for text in texts]
    return Matter.of(*read, language=fact.language, label=label, product=product, channel=channel)
