"""What follows from a wish: who owns a matter next, and what is refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from gehoor.events.deciding import Decider
from gehoor.events.fact import Fact
from gehoor.events.routing import (
    AssignReason,
    Because,
    ComplaintClassified,
    OwnerAssigned,
    ReportForwarded,
)
from gehoor.events.terms import DeskId, MatterKind
from gehoor.routing.domain import transferring
from gehoor.routing.domain.commands import (
    AcceptTransfer,
    Command,
    DeclineTransfer,
    Forwarding,
    HearAbsence,
    HearEnd,
    HearMatter,
    HearReclassified,
    HearReferral,
    HearReopening,
    HearReturn,
    HearSilence,
    OfferTransfer,
)
from gehoor.routing.domain.ownership import Ownership, evolve
from gehoor.routing.facts import End, EndHeard, Finding, KindChanged, MatterHeard, ReferralHeard, ReopeningHeard


def decide(owned: Ownership, command: Command) -> Sequence[Fact]:
    """The facts that follow from a command, none when it changes nothing.

    Raises:
        Refusal: the wish contradicts what has happened; says what, and what would be possible.
    """
    match command:
        case HearMatter():
            return _hear_matter(owned, command)
        case HearReclassified():
            return _hear_reclassified(owned, command)
        case HearReferral():
            return _hear_referral(owned, command)
        case HearEnd():
            return _hear_end(owned, command)
        case HearReopening():
            return _hear_reopening(owned, command)
        case HearSilence():
            return transferring.hear_silence(owned, command)
        case HearAbsence():
            return _hear_absence(owned, command)
        case HearReturn():
            return _hear_return(owned, command)
        case OfferTransfer():
            return transferring.offer_transfer(owned, command)
        case AcceptTransfer():
            return transferring.accept_transfer(owned, command)
        case DeclineTransfer():
            return transferring.decline_transfer(owned, command)
        case _:
            assert_never(command)


OWNERSHIP: Decider[Ownership, Command] = Decider(initial=Ownership(), evolve=evolve, decide=decide)


# --- what others' facts mean -------------------------------------------------------------------------------------


def _hear_matter(owned: Ownership, heard: HearMatter) -> Sequence[Fact]:
    if owned.finding is not None:
        return ()
    noted = MatterHeard(occurred_at=heard.received_at, kind=heard.kind, desk=heard.desk, finding=heard.finding)
    match heard.kind:
        case MatterKind.COMPLAINT:
            assigned = _assigned(heard.finding, heard.desk, heard.coordinator, heard.at)
            return noted, _classified(heard.finding, heard.at), assigned
        case MatterKind.REMARK:
            return noted, _assigned(heard.finding, heard.desk, heard.desk, heard.at)
        case MatterKind.REPORT:
            return noted, _forwarded(heard.forwarding, heard.desk, heard.finding, heard.at)
        case _:
            assert_never(heard.kind)


def _hear_reclassified(owned: Ownership, heard: HearReclassified) -> Sequence[Fact]:
    """Another kind; a desk that has accepted it keeps it."""
    if owned.kind is heard.after:
        return ()
    facts: list[Fact] = [KindChanged(occurred_at=heard.at, after=heard.after)]
    if owned.end is End.HANDLED:
        facts.append(ReopeningHeard(occurred_at=heard.at))
    if owned.finding is None or owned.owner is None:
        return facts
    stays = owned.hand_off > 0
    if heard.after is MatterKind.COMPLAINT:
        facts += [] if owned.classified else [_classified(owned.finding, heard.at)]
        if not stays and (not owned.classified or owned.kind is MatterKind.REPORT):
            facts += transferring.without_offer(owned, heard.at)
            facts.append(_assigned(owned.finding, owned.owner.desk, heard.coordinator, heard.at))
    elif heard.after is MatterKind.REPORT and not stays:
        facts += transferring.without_offer(owned, heard.at)
        facts.append(_forwarded(heard.forwarding, owned.owner.desk, owned.finding, heard.at))
    return facts


def _hear_referral(owned: Ownership, heard: HearReferral) -> Sequence[Fact]:
    if heard.event in owned.referral_events:
        return ()
    noted = ReferralHeard(occurred_at=heard.at, event=heard.event)
    return noted, *transferring.past_limit(evolve(owned, noted), heard.limit, heard.at)


def _hear_end(owned: Ownership, heard: HearEnd) -> Sequence[Fact]:
    if owned.end is heard.how:
        return ()
    return *transferring.without_offer(owned, heard.at), EndHeard(occurred_at=heard.at, how=heard.how)


def _hear_reopening(owned: Ownership, heard: HearReopening) -> Sequence[Fact]:
    if owned.end is None:
        return ()
    reopened: Fact = ReopeningHeard(occurred_at=heard.at)
    if owned.owner is None or owned.owner.person is None or owned.cover == heard.away:
        return (reopened,)
    return reopened, transferring.covered(owned.owner.desk, owned.owner.person, heard.away, heard.at)


def _hear_absence(owned: Ownership, heard: HearAbsence) -> Sequence[Fact]:
    if owned.owner is None or owned.owner.person != heard.person or owned.end is not None or owned.cover == heard.cover:
        return ()
    return (transferring.covered(owned.owner.desk, heard.person, heard.cover, heard.at),)


def _hear_return(owned: Ownership, heard: HearReturn) -> Sequence[Fact]:
    if owned.owner is None or owned.owner.person != heard.person or owned.cover is None:
        return ()
    return (transferring.covered(owned.owner.desk, heard.person, None, heard.at),)


# --- transfers ---------------------------------------------------------------------------------------------------


def _classified(finding: Finding, at: datetime) -> ComplaintClassified:
    return ComplaintClassified(
        occurred_at=at,
        category=finding.category,
        severity=finding.severity,
        rule=finding.rule,
        because=finding.because,
        confidence=finding.confidence,
        policy=finding.policy,
    )


def _assigned(finding: Finding, receiving: DeskId, unmatched: DeskId, at: datetime) -> OwnerAssigned:
    """The category's desk; the receiving one where the category has none; `unmatched` where nothing matched."""
    if finding.because is Because.NONE:
        return OwnerAssigned(occurred_at=at, desk=unmatched, why=AssignReason.NOTHING_MATCHED, hand_off=0)
    return OwnerAssigned(occurred_at=at, desk=finding.desk or receiving, why=AssignReason.CLASSIFIED, hand_off=0)


def _forwarded(to: Forwarding | None, receiving: DeskId, finding: Finding, at: datetime) -> ReportForwarded:
    if to is None:
        return ReportForwarded(occurred_at=at, desk=receiving, rule="none", policy=finding.policy)
    return ReportForwarded(occurred_at=at, desk=to.desk, rule=to.rule, policy=to.policy)
