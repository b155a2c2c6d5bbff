"""What another service's fact means here: the commands for the watch on the matter it is about."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Acknowledged,
    Closed,
    ComplaintReceived,
    ContactRecorded,
    FinalResponseSent,
    Merged,
    PromiseKept,
    PromiseMade,
    PromiseReleased,
    PromiseRescheduled,
    Reclassified,
    RemarkReceived,
    Reopened,
    ReportHandled,
    ReportReceived,
    Withdrawn,
)
from gehoor.events.partner import (
    DeliveryFailed,
    DeliveryUnknown,
    MessageKind,
    ResolutionDisputed,
    TicketAcknowledged,
    TicketDelivered,
    TicketProgressed,
    TicketResolved,
    TicketWithdrawn,
)
from gehoor.events.routing import (
    OwnerAccepted,
    OwnerAssigned,
    ReportForwarded,
    TransferDeclined,
    TransferExpired,
    TransferOffered,
)
from gehoor.events.sla import CancelReason
from gehoor.events.terms import ClockKind, ComplaintId, Direction, MatterKind, Outcome, ResponseKind, StaffId
from gehoor.runtime.ports import Wish
from gehoor.sla.domain.commands import (
    Command,
    HearEarlierReceipt,
    HearEnd,
    HearHappening,
    HearMatter,
    HearOffer,
    HearOfferOver,
    HearOwner,
    HearPromise,
    HearPromiseKept,
    HearPromiseReleased,
    HearPromiseRescheduled,
    HearReclassified,
    HearReopened,
    HearTicket,
    OfferEnd,
    TicketTurn,
)
from gehoor.sla.domain.ladder import SYSTEM

WATCH = "watch"
"""The kind of our streams; the id is the complaint's, remark's or report's own."""

Reaction = Callable[[Recorded, datetime], Iterator[Command]]


def of_intake(heard: Recorded, now: datetime) -> Iterator[Command]:
    """What came in, what was said, what was promised, how it ended."""
    fact, at, subject = heard.fact, heard.fact.occurred_at, ComplaintId(heard.subject)
    match fact:
        case ComplaintReceived():
            yield HearMatter(at, now, subject, MatterKind.COMPLAINT, fact.reference, fact.desk, fact.label)
        case RemarkReceived():
            yield HearMatter(at, now, subject, MatterKind.REMARK, fact.reference, fact.desk, fact.label)
        case ReportReceived():
            same = fact.same_as is not None
            yield HearMatter(at, now, subject, MatterKind.REPORT, fact.reference, fact.desk, same_as_another=same)
        case Reclassified():
            yield HearReclassified(at, now, subject, fact.after, fact.received_at)
        case PromiseMade():
            yield HearPromise(at, now, fact.promise_id, fact.kind, fact.due.until, replaces=fact.replaces)
        case PromiseKept():
            yield HearPromiseKept(at, now, fact.promise_id)
        case PromiseRescheduled():
            yield HearPromiseRescheduled(at, now, fact.promise_id, fact.agreed)
        case PromiseReleased():
            yield HearPromiseReleased(at, now, fact.promise_id)
        case Closed() | Withdrawn() | Merged():
            yield HearEnd(at, now, _ENDS[type(fact)])
        case Reopened():
            yield HearReopened(at, now, subject)
        case Acknowledged() | ContactRecorded() | FinalResponseSent() | ReportHandled():
            if kinds := waited_for(fact):
                yield HearHappening(at, now, kinds)
        case _:
            return


def waited_for(fact: Acknowledged | ContactRecorded | FinalResponseSent | ReportHandled) -> frozenset[ClockKind]:
    """The clocks that wait for such a thing.

    The first human answer is a person of ours and the customer in contact, whoever sought it, or a message that a
    person sent; voicemail, no answer and automatic messages are none. A next step is done by reaching out.
    """
    match fact:
        case Acknowledged():
            human = frozenset() if fact.automatic else {ClockKind.FIRST_ANSWER}
            return frozenset({ClockKind.ACKNOWLEDGEMENT}) | human
        case FinalResponseSent():
            if fact.kind is ResponseKind.HOLDING:
                return _by_a_person(fact.by, ClockKind.FIRST_ANSWER)
            return _by_a_person(fact.by, ClockKind.FIRST_ANSWER, ClockKind.NEXT_STEP) | {ClockKind.RESOLUTION}
        case ReportHandled():
            return frozenset({ClockKind.REPORT})
        case ContactRecorded():
            if fact.outcome is Outcome.REACHED and fact.direction is Direction.OUT:
                return _by_a_person(fact.by, ClockKind.FIRST_ANSWER, ClockKind.NEXT_STEP)
            if fact.outcome is Outcome.REACHED or (fact.outcome is Outcome.SENT and fact.direction is Direction.OUT):
                answers = {ClockKind.NEXT_STEP} if fact.gives_answer and fact.direction is Direction.OUT else set()
                return _by_a_person(fact.by, ClockKind.FIRST_ANSWER, *answers)
            return frozenset()


def of_routing(heard: Recorded, now: datetime) -> Iterator[Command]:
    """Who is accountable, and who is asked to be."""
    fact, at, subject = heard.fact, heard.fact.occurred_at, ComplaintId(heard.subject)
    match fact:
        case OwnerAssigned() | ReportForwarded():
            yield HearOwner(at, now, fact.desk)
        case TransferOffered():
            yield HearOffer(at, now, subject, fact.offer, fact.to_desk, fact.answer_by)
        case OwnerAccepted():
            yield HearOfferOver(at, now, fact.offer, OfferEnd.ANSWERED)
            yield HearOwner(at, now, fact.desk)
        case TransferDeclined():
            yield HearOfferOver(at, now, fact.offer, OfferEnd.ANSWERED)
        case TransferExpired():
            yield HearOfferOver(at, now, fact.offer, OfferEnd.EXPIRED)
        case _:
            return


def of_partner(heard: Recorded, now: datetime) -> Iterator[Command]:
    """What a partner was told, and what it said."""
    fact, at = heard.fact, heard.fact.occurred_at
    match fact:
        case TicketDelivered() if fact.message is MessageKind.OPENED:
            yield HearTicket(at, now, fact.ticket_id, fact.partner, TicketTurn.ASKED, "opened")
        case DeliveryFailed() | DeliveryUnknown() if fact.message is MessageKind.OPENED and fact.gave_up:
            # Who was never told will not answer: the silence must reach our owner all the same.
            yield HearTicket(at, now, fact.ticket_id, fact.partner, TicketTurn.ASKED, "opened")
        case ResolutionDisputed():
            yield HearTicket(at, now, fact.ticket_id, fact.partner, TicketTurn.ASKED, f"disputed/{at.isoformat()}")
        case TicketAcknowledged() | TicketProgressed():
            yield HearTicket(at, now, fact.ticket_id, fact.partner, TicketTurn.MOVED, str(fact.update_id))
        case TicketResolved():
            yield HearTicket(at, now, fact.ticket_id, fact.partner, TicketTurn.RESOLVED)
        case TicketWithdrawn():
            yield HearTicket(at, now, fact.ticket_id, fact.partner, TicketTurn.WITHDRAWN)
        case _:
            return


HEARD: Mapping[Reaction, tuple[type[Fact], ...]] = MappingProxyType(
    {
        of_intake: (
            ComplaintReceived,
            RemarkReceived,
            ReportReceived,
            Reclassified,
            Acknowledged,
            ContactRecorded,
            PromiseMade,
            PromiseKept,
            PromiseRescheduled,
            PromiseReleased,
            FinalResponseSent,
            ReportHandled,
            Closed,
            Reopened,
            Withdrawn,
            Merged,
        ),
        of_routing: (
            OwnerAssigned,
            ReportForwarded,
            TransferOffered,
            OwnerAccepted,
            TransferDeclined,
            TransferExpired,
        ),
        of_partner: (
            TicketDelivered,
            DeliveryFailed,
            DeliveryUnknown,
            TicketAcknowledged,
            TicketProgressed,
            TicketResolved,
            ResolutionDisputed,
            TicketWithdrawn,
        ),
    }
)
"""Others' facts that mean something to sla, by who reads them."""
LISTENS_TO = frozenset(fact.type for facts in HEARD.values() for fact in facts)
_ENDS: Mapping[type[Fact], CancelReason] = MappingProxyType(
    {Closed: CancelReason.CLOSED, Withdrawn: CancelReason.WITHDRAWN, Merged: CancelReason.MERGED}
)


def react(heard: Recorded, now: datetime) -> list[Wish]:
    """The commands that follow from a fact, each for its watch; none where nothing does."""
    stream = Stream(WATCH, heard.subject)
    wishes = [
        Wish(stream, command)
        for reaction, facts in HEARD.items()
        if isinstance(heard.fact, facts)
        for command in reaction(heard, now)
    ]
    if isinstance(heard.fact, Merged):
        earlier = HearEarlierReceipt(heard.fact.occurred_at, now, heard.fact.received_at)
        wishes.append(Wish(Stream(WATCH, heard.fact.into), earlier))
    return wishes


def _by_a_person(by: StaffId | None, *kinds: ClockKind) -> frozenset[ClockKind]:
    return frozenset(kinds) if by is not None and by != SYSTEM else frozenset()
