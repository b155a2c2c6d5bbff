"""2. Exactly one accountable owner from the first fact on, and everybody knows the same one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact
from gehoor.events.intake import ComplaintReceived, RemarkReceived, ReportReceived
from gehoor.events.routing import (
    CoverEnded,
    OwnerAccepted,
    OwnerAssigned,
    OwnerCovered,
    ReportForwarded,
    TransferDeclined,
    TransferExpired,
    TransferOffered,
)
from gehoor.intake.domain.state import Matter
from gehoor.partner_escalation.domain.tickets import Tickets
from gehoor.routing.domain.ownership import Ownership
from gehoor.runtime.ports import Commit
from gehoor.sla.domain.watch import Watch
from tests.simulation.policy import DESKS
from tests.simulation.reading import states
from tests.simulation.run import Run

NAME = "one-owner"


@dataclass
class Accountable:
    """Who it is, as the facts said so far."""

    desk: str
    person: str | None = None
    hand_off: int = 0
    offered_to: str | None = None
    covered: bool = False


@dataclass
class Witness:
    """Follows every matter's ownership, commit by commit."""

    owners: dict[UUID, Accountable] = field(default_factory=dict)

    def see(self, run: Run, service: str, _commit: Commit, recorded: Sequence[Recorded]) -> None:
        """Each fact either leaves the owner as it is, or names the next one."""
        for event in recorded:
            fact = event.fact
            if service == "intake" and isinstance(fact, ComplaintReceived | RemarkReceived | ReportReceived):
                if event.subject in self.owners or fact.desk not in DESKS:
                    run.breaks(NAME, f"{fact.type} names no first owner, or a second", event.subject)
                self.owners[event.subject] = Accountable(fact.desk)
            elif service == "routing" and event.stream.kind == "complaint":
                said = self._follow(self.owners.get(event.subject), fact)
                if said is not None:
                    run.breaks(NAME, said, event.subject)

    def _follow(self, owner: Accountable | None, fact: Fact) -> str | None:
        if owner is None:
            return f"{fact.type} is of a matter without an owner"
        match fact:
            case OwnerAssigned() | OwnerAccepted():
                return _moved(owner, fact)
            case ReportForwarded():
                owner.desk, owner.person, owner.covered = fact.desk, None, False
            case TransferOffered():
                if owner.offered_to is not None or fact.from_desk != owner.desk or fact.hand_off != owner.hand_off + 1:
                    return "it was offered by who does not own it, or twice at once"
                owner.offered_to = fact.to_desk
            case TransferDeclined() | TransferExpired():
                if owner.offered_to != fact.to_desk or fact.from_desk != owner.desk:
                    return "an offer was answered that did not stand"
                owner.offered_to = None
            case OwnerCovered() | CoverEnded():
                if (fact.desk, fact.person) != (owner.desk, owner.person):
                    return "somebody was covered who does not own it"
                owner.covered = isinstance(fact, OwnerCovered)
            case _:
                return None
        return None


def _moved(owner: Accountable, fact: OwnerAssigned | OwnerAccepted) -> str | None:
    if fact.desk not in DESKS:
        return f"{fact.type} names no desk of ours"
    if isinstance(fact, OwnerAccepted) and (fact.desk != owner.offered_to or fact.hand_off != owner.hand_off + 1):
        return f"{fact.desk} accepted hand-off {fact.hand_off}, offered to {owner.offered_to} after {owner.hand_off}"
    if isinstance(fact, OwnerAssigned) and fact.hand_off - owner.hand_off not in {0, 1}:
        return f"hand-off {fact.hand_off} follows {owner.hand_off}"
    if isinstance(fact, OwnerAccepted):
        owner.offered_to = None
    owner.desk, owner.person, owner.hand_off, owner.covered = fact.desk, fact.person, fact.hand_off, False
    return None


async def check(run: Run) -> None:
    """All services name the same owner; nobody who is away owns a matter uncovered."""
    owned: dict[UUID, Ownership] = await states(run, "routing", "complaint")
    matters: dict[UUID, Matter] = await states(run, "intake", "complaint")
    watches: dict[UUID, Watch] = await states(run, "sla", "watch")
    tickets: dict[UUID, Tickets] = await states(run, "partner-escalation", "tickets")
    away = {
        presence.person: presence.away
        for presence in (await states(run, "routing", "staff")).values()
        if presence.away is not None
    }
    for id_, matter in matters.items():
        truth = owned.get(id_)
        if truth is None or truth.owner is None:
            run.breaks(NAME, "routing knows no owner", id_)
            continue
        known: dict[str, tuple[str | None, int | None]] = {
            "intake": (matter.owner.desk, matter.owner.hand_off),
            "sla": (watches[id_].desk if id_ in watches else None, truth.hand_off),
            "routing": (truth.owner.desk, truth.hand_off),
        }
        theirs = tickets[id_].owner if id_ in tickets else None
        known["partner-escalation"] = (theirs.desk if theirs else None, theirs.hand_off if theirs else None)
        if len(set(known.values())) != 1:
            run.breaks(NAME, f"they disagree: {known}", id_)
        person = truth.owner.person
        if truth.end is None and person in away and truth.cover is None:
            run.breaks(NAME, f"{person} is away and nobody covers", id_)
        if truth.cover is not None and person not in away and truth.end is None:
            run.breaks(NAME, f"{person} is here and covered", id_)
