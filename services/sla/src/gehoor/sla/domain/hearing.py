"""What others said, and which clocks that arms, meets or stops. None of it is ever refused."""

from datetime import datetime

from gehoor.events.sla import CancelReason, EndReason, MoveReason, Watched
from gehoor.events.terms import ClockId, ClockKind, DeskId, MatterKind
from gehoor.sla.domain import clocks, ladder
from gehoor.sla.domain.commands import (
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
from gehoor.sla.domain.decision import Decision
from gehoor.sla.domain.watch import (
    RECEIPT_KINDS,
    Clock,
    ClockState,
    promise_clock,
    receipt_clock,
    ticket_clock,
    transfer_clock,
)
from gehoor.sla.facts import (
    EarlierReceiptHeard,
    HappeningHeard,
    MatterHeard,
    OwnerHeard,
    ReclassificationHeard,
    TicketSettled,
)

NOBODY: DeskId = "unknown"
"""The desk of what is heard before its owner is; the policy's fallback calendar counts for it."""
_RECEIPT = frozenset(kind for kinds in RECEIPT_KINDS.values() for kind in kinds)
_FOLLOW_THE_DESK = (ClockKind.FIRST_ANSWER, ClockKind.REPORT)
"""Clocks in the accountable desk's calendar that follow it; the legal ones stay as they were told to the customer."""


def matter(decision: Decision, command: HearMatter) -> None:
    """It came in: its clocks count from that moment."""
    if decision.watch.matter is not None:
        return
    decision.state(
        MatterHeard(
            occurred_at=command.at,
            complaint_id=command.complaint_id,
            matter=command.matter,
            reference=command.reference,
            desk=command.desk,
            label=command.label,
        )
    )
    if not command.same_as_another:
        _since_receipt(decision, "received", command.at, command.now)


def reclassified(decision: Decision, command: HearReclassified) -> None:
    """The clocks of what it was stop; those of what it is count from the first receipt. Promises stay promises."""
    before = decision.watch.matter
    if before is command.matter:
        return
    decision.state(ReclassificationHeard(occurred_at=command.at, matter=command.matter))
    for clock in decision.watch.of_kind(*RECEIPT_KINDS[before or MatterKind.REMARK]):
        clocks.stop(decision, clock, CancelReason.NO_COMPLAINT, command.at, command.now)
    _since_receipt(decision, f"reclassified/{command.at.isoformat()}", command.received_at, command.now)


def earlier_receipt(decision: Decision, command: HearEarlierReceipt) -> None:
    """Another complaint goes on in this one: the earliest receipt of both counts."""
    received = decision.watch.received_at
    if received is None or command.received_at >= received:
        return
    decision.state(EarlierReceiptHeard(occurred_at=command.at, received_at=command.received_at))
    for clock in decision.watch.of_kind(*RECEIPT_KINDS[MatterKind.COMPLAINT]):
        if clock.starts == received:
            start, desk = command.received_at, clock.desk
            deadline = decision.rules.deadline(clock.kind, start, desk=desk, label=decision.watch.label)
            why = MoveReason.EARLIER_RECEIPT
            clocks.move(decision, clock, deadline, desk=desk, starts=start, now=command.now, why=why)


def owner(decision: Decision, command: HearOwner) -> None:
    """Another desk is accountable. What ran in its predecessor's calendar runs in its own, from the same start.

    Handing over wins no time back and loses none: a due that would lie in the past stays where it was.
    """
    if decision.watch.desk == command.desk:
        return
    decision.state(OwnerHeard(occurred_at=command.at, desk=command.desk))
    for clock in decision.watch.of_kind(*_FOLLOW_THE_DESK):
        start, desk = clock.starts, command.desk
        deadline = decision.rules.deadline(clock.kind, start, desk=desk, label=decision.watch.label)
        if deadline is not None and deadline.due > command.now:
            why = MoveReason.OWNER_CHANGED
            clocks.move(decision, clock, deadline, desk=desk, starts=start, now=command.now, why=why)


def happening(decision: Decision, command: HearHappening) -> None:
    """Something happened that clocks of these kinds wait for; what is not waited for yet is remembered."""
    for kind in sorted(command.kinds):
        for found in reversed(list(decision.watch.of_kind(kind))):
            clock = decision.watch.clocks[found.id]
            if kind is ClockKind.NEXT_STEP:
                _next_step(decision, clock, command)
            elif kind is not ClockKind.RESOLUTION or command.at >= clock.starts:
                clocks.happen(decision, clock, command.at, command.now)
        if kind in _RECEIPT and kind not in RECEIPT_KINDS[decision.watch.matter or MatterKind.REMARK]:
            first = decision.watch.happened.get(kind)
            if first is None or command.at < first:
                decision.state(HappeningHeard(occurred_at=command.at, kind=kind))


def promise(decision: Decision, command: HearPromise) -> None:
    """A promise has a clock from the moment it is made, until the moment that was named."""
    desk = _desk(decision, command.desk)
    clocks.arm(
        decision,
        promise_clock(command.promise_id),
        ClockKind.PROMISE,
        desk=desk,
        starts=command.at,
        now=command.now,
        deadline=decision.rules.stated(ClockKind.PROMISE, command.at, command.until, desk=desk, basis="promise"),
        watches=Watched(promise_id=command.promise_id, promise_kind=command.kind, replaces=command.replaces),
    )


def promise_kept(decision: Decision, command: HearPromiseKept) -> None:
    """Kept, perhaps late; that keeps what it was put off from as well, and all before that."""
    clock = decision.watch.of_promise(command.promise_id)
    while clock is not None:
        clocks.happen(decision, clock, command.at, command.now, EndReason.KEPT_LATE)
        replaced = clock.watches.replaces
        clock = decision.watch.of_promise(replaced) if replaced is not None else None


def promise_rescheduled(decision: Decision, command: HearPromiseRescheduled) -> None:
    """With the customer's agreement nothing is owed by the old one; without it, it is missed at that moment."""
    clock = decision.watch.of_promise(command.promise_id)
    if clock is None:
        return
    if command.agreed:
        clocks.stop(decision, clock, CancelReason.RESCHEDULED, command.at, command.now)
    else:
        clocks.break_off(decision, clock, command.at, command.now)


def promise_released(decision: Decision, command: HearPromiseReleased) -> None:
    """The customer let us off."""
    clock = decision.watch.of_promise(command.promise_id)
    if clock is not None:
        clocks.stop(decision, clock, CancelReason.RELEASED, command.at, command.now)


def offer(decision: Decision, command: HearOffer) -> None:
    """The receiving desk owes an answer, in its own calendar."""
    desk, kind = command.to_desk, ClockKind.TRANSFER
    if command.answer_by is None:
        deadline = decision.rules.deadline(kind, command.at, desk=desk)
    else:
        deadline = decision.rules.stated(kind, command.at, command.answer_by, desk=desk, basis="offer")
    clocks.arm(
        decision,
        transfer_clock(command.complaint_id, command.offer),
        kind,
        desk=desk,
        starts=command.at,
        now=command.now,
        deadline=deadline,
        watches=Watched(offer=command.offer),
    )


def offer_over(decision: Decision, command: HearOfferOver) -> None:
    """Accepted or declined is an answer, to earlier offers that met silence too; expiring is none."""
    for clock in decision.watch.of_kind(ClockKind.TRANSFER):
        number = clock.watches.offer or 0
        if command.end is OfferEnd.ANSWERED:
            if number == command.offer or (number < command.offer and clock.state is ClockState.MISSED):
                clocks.happen(decision, clock, command.at, command.now)
        elif number == command.offer:
            _expired(decision, clock, command)


def ticket(decision: Decision, command: HearTicket) -> None:
    """The partner owes its next word until it says that it is done, or we no longer ask."""
    of_ticket = decision.watch.of_ticket(command.ticket_id)
    owed = [clock for clock in of_ticket if clock.owed and clock.starts <= command.at]
    known = bool(of_ticket) or command.ticket_id in decision.watch.settled
    match command.turn:
        case TicketTurn.ASKED:
            if not owed and (not known or command.cause != "opened"):
                _await_partner(decision, command)
        case TicketTurn.MOVED:
            if ticket_clock(command.ticket_id, command.cause) in decision.watch.clocks or (known and not owed):
                return
            for clock in owed:
                clocks.happen(decision, clock, command.at, command.now)
            _await_partner(decision, command)
        case TicketTurn.RESOLVED | TicketTurn.WITHDRAWN:
            for clock in owed:
                if command.turn is TicketTurn.RESOLVED:
                    clocks.happen(decision, clock, command.at, command.now)
                else:
                    clocks.stop(decision, clock, CancelReason.TICKET_WITHDRAWN, command.at, command.now)
            if not known:
                decision.state(TicketSettled(occurred_at=command.at, ticket_id=command.ticket_id))


def ended(decision: Decision, command: HearEnd) -> None:
    """Nothing runs on, and nobody is asked any more."""
    for clock in list(decision.watch.clocks.values()):
        clocks.stop(decision, decision.watch.clocks[clock.id], command.reason, command.at, command.now)


def reopened(decision: Decision, command: HearReopened) -> None:
    """It was not over: what it is to end with is owed anew, counted from now."""
    what = ClockKind.REPORT if decision.watch.matter is MatterKind.REPORT else ClockKind.RESOLUTION
    if decision.watch.matter is MatterKind.REMARK or any(clock.running for clock in decision.watch.of_kind(what)):
        return
    clock_id = receipt_clock(command.complaint_id, what, f"reopened/{command.at.isoformat()}")
    _arm_by_policy(decision, clock_id, what, starts=command.at, now=command.now)


def _since_receipt(decision: Decision, cause: str, received_at: datetime, now: datetime) -> None:
    for kind in RECEIPT_KINDS[decision.watch.matter or MatterKind.REMARK]:
        if any(clock.state is not ClockState.CANCELLED for clock in decision.watch.of_kind(kind)):
            continue
        clock_id = receipt_clock(decision.watch.complaint_id, kind, cause)
        _arm_by_policy(decision, clock_id, kind, starts=received_at, now=now)
        clock, happened_at = decision.watch.clocks.get(clock_id), decision.watch.happened.get(kind)
        if clock is not None and happened_at is not None:
            clocks.happen(decision, clock, happened_at, now)


def _arm_by_policy(decision: Decision, clock_id: ClockId, kind: ClockKind, *, starts: datetime, now: datetime) -> None:
    desk = _desk(decision)
    deadline = decision.rules.deadline(kind, starts, desk=desk, label=decision.watch.label)
    clocks.arm(decision, clock_id, kind, desk=desk, starts=starts, now=now, deadline=deadline)


def _await_partner(decision: Decision, command: HearTicket) -> None:
    desk = _desk(decision, command.desk)
    kind = ClockKind.PARTNER_ANSWER
    clocks.arm(
        decision,
        ticket_clock(command.ticket_id, command.cause),
        kind,
        desk=desk,
        starts=command.at,
        now=command.now,
        deadline=decision.rules.deadline(kind, command.at, desk=desk, partner=command.partner),
        watches=Watched(ticket_id=command.ticket_id, partner=command.partner),
    )


def _next_step(decision: Decision, clock: Clock, command: HearHappening) -> None:
    """Done by what happens after it was announced; then the question it answered is settled too."""
    if not clock.owed or command.at < clock.starts:
        return
    clocks.happen(decision, clock, command.at, command.now)
    answered = clock.watches.escalation_id
    escalation = decision.watch.escalations.get(answered) if answered is not None else None
    if escalation is not None:
        cause = decision.watch.clocks[escalation.clock_id]
        ladder.end(decision, cause, EndReason.NEXT_STEP_DONE, command.at, command.now)


def _expired(decision: Decision, clock: Clock, command: HearOfferOver) -> None:
    """Silence is no answer: past the due it is a miss, and the question about it stays open until somebody answers."""
    if command.at <= clock.due:
        clocks.stop(decision, clock, CancelReason.TRANSFER_OVER, command.at, command.now)
    elif clock.running:
        clocks.pass_by(decision, clock, command.now)


def _desk(decision: Decision, otherwise: DeskId | None = None) -> DeskId:
    return decision.watch.desk or otherwise or NOBODY
