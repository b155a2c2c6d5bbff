"""What our staff wishes of a partner, and when it may: only the owner's desk speaks for the complaint."""

from collections.abc import Sequence

from gehoor.events.deciding import Refusal
from gehoor.events.fact import Fact
from gehoor.events.partner import (
    QuestionAnswered,
    RedeliveryAsked,
    ResolutionAccepted,
    ResolutionDisputed,
    TicketKeptOpen,
    TicketOpened,
    TicketWithdrawn,
    WithdrawReason,
)
from gehoor.events.private import Private
from gehoor.events.terms import MatterKind, UpdateId
from gehoor.partner_escalation.domain.commands import (
    AcceptResolution,
    AnswerQuestion,
    DisputeResolution,
    KeepOpen,
    OpenTicket,
    Redeliver,
    Staff,
    StaffCommand,
    WithdrawTicket,
)
from gehoor.partner_escalation.domain.sharing import shared_with
from gehoor.partner_escalation.domain.tickets import Stage, Ticket, Tickets

NOT_HEARD = "not-yet-heard"
"""The journal has not told us yet: the same wish again, a moment later."""
TICKETS_MAX = 100
"""Of one complaint."""


def open_ticket(tickets: Tickets, command: OpenTicket) -> Sequence[Fact]:
    """A ticket on an open complaint, with the fields that policy shares and no others."""
    if command.ticket_id in tickets.tickets:
        return ()
    _must_speak_for_owner(tickets, command.by)
    if tickets.erased:
        raise Refusal("person-erased", "The person was erased; nothing can be asked in their name.")
    if tickets.matter is not MatterKind.COMPLAINT:
        raise Refusal("no-complaint", "Only a complaint has tickets.", ["reclassify it as a complaint first"])
    if tickets.end is not None:
        raise Refusal("complaint-over", f"The complaint is {tickets.end}.", ["reopen the complaint first"])
    if tickets.category is None:
        raise Refusal(NOT_HEARD, "It is not known yet what the complaint is about.", ["try again in a moment"])
    fields = command.terms.shares.get(tickets.category)
    if fields is None:
        categories = ", ".join(sorted(command.terms.shares)) or "nothing"
        raise Refusal(
            "not-agreed",
            f"{command.terms.partner} can't be asked about {tickets.category}.",
            [f"{command.terms.partner} can be asked about {categories}"],
        )
    if not set(command.details) <= set(fields):
        raise Refusal(
            "field-not-shared",
            "Policy does not let the partner see all of these fields.",
            [f"{command.terms.partner} may see {', '.join(fields) or 'nothing'}"],
        )
    if command.wanted_by is not None and command.wanted_by <= command.at:
        raise Refusal("wanted-in-the-past", "An answer can't be wanted by a moment that has passed.")
    if len(tickets.tickets) >= TICKETS_MAX:
        raise Refusal("too-many-tickets", f"A complaint has at most {TICKETS_MAX} tickets.")
    return [
        TicketOpened(
            occurred_at=command.at,
            ticket_id=command.ticket_id,
            partner=command.terms.partner,
            category=tickets.category,
            asked=Private(command.asked),
            shared_fields=fields,
            shared=Private(shared_with(tickets.known, fields, command.details)),
            opened_by=command.by.id,
            wanted_by=command.wanted_by,
            policy=command.terms.policy,
        )
    ]


def keep_open(tickets: Tickets, command: KeepOpen) -> Sequence[Fact]:
    """The ticket outlives the closing of its complaint."""
    ticket = _of_owner(tickets, command)
    if ticket.kept_open:
        return ()
    if ticket.stage.over:
        raise _is_over(ticket)
    return [TicketKeptOpen(occurred_at=command.at, ticket_id=ticket.id, partner=ticket.partner, by=command.by.id)]


def redeliver(tickets: Tickets, command: Redeliver) -> Sequence[Fact]:
    """What was given up is tried again; nothing follows where all arrived, or is still being tried."""
    ticket = _of_owner(tickets, command)
    if not ticket.undelivered:
        return ()
    return [RedeliveryAsked(occurred_at=command.at, ticket_id=ticket.id, partner=ticket.partner, by=command.by.id)]


def answer(tickets: Tickets, command: AnswerQuestion) -> Sequence[Fact]:
    """What the partner asked is told."""
    ticket = _of_owner(tickets, command)
    if ticket.stage.over:
        raise _is_over(ticket)
    return [
        QuestionAnswered(
            occurred_at=command.at,
            ticket_id=ticket.id,
            partner=ticket.partner,
            question=_question(ticket, command.question),
            answer=Private(command.answer),
            by=command.by.id,
        )
    ]


def _question(ticket: Ticket, named: UpdateId | None) -> UpdateId:
    questions = ticket.open_questions
    if named in questions:
        return named
    if named is None and len(questions) == 1:
        return questions[0]
    if not questions:
        raise Refusal("no-open-question", "The partner asked nothing that is not answered.")
    which = "Several questions are open." if named is None else "That is no open question of this ticket."
    raise Refusal("which-question", which, [f"name the question {question}" for question in questions])


def accept(tickets: Tickets, command: AcceptResolution) -> Sequence[Fact]:
    """Our judgement on the partner's word: it is done."""
    ticket = _of_owner(tickets, command)
    if ticket.stage is Stage.ACCEPTED:
        return ()
    _must_be_resolved(ticket)
    return [ResolutionAccepted(occurred_at=command.at, ticket_id=ticket.id, partner=ticket.partner, by=command.by.id)]


def dispute(tickets: Tickets, command: DisputeResolution) -> Sequence[Fact]:
    """Our judgement on the partner's word: it is not done."""
    ticket = _of_owner(tickets, command)
    _must_be_resolved(ticket)
    return [
        ResolutionDisputed(
            occurred_at=command.at,
            ticket_id=ticket.id,
            partner=ticket.partner,
            by=command.by.id,
            why=Private(command.why),
        )
    ]


def withdraw(tickets: Tickets, command: WithdrawTicket) -> Sequence[Fact]:
    """It is asked no more."""
    ticket = _of_owner(tickets, command)
    if ticket.stage is Stage.WITHDRAWN:
        return ()
    if ticket.stage.over:
        raise _is_over(ticket)
    return [
        TicketWithdrawn(
            occurred_at=command.at,
            ticket_id=ticket.id,
            partner=ticket.partner,
            reason=WithdrawReason.BY_OWNER,
            by=command.by.id,
            why=None if command.why is None else Private(command.why),
        )
    ]


def _of_owner(tickets: Tickets, command: StaffCommand) -> Ticket:
    """The ticket, once it is clear that who wishes speaks for the complaint's owner."""
    ticket = tickets.tickets.get(command.ticket_id)
    if ticket is None:
        raise Refusal(NOT_HEARD, "No such ticket.", ["try again in a moment"])
    _must_speak_for_owner(tickets, command.by)
    return ticket


def _must_speak_for_owner(tickets: Tickets, by: Staff) -> None:
    owner = tickets.owner
    if owner is None:
        raise Refusal(NOT_HEARD, "The complaint is not known here yet.", ["try again in a moment"])
    if by.desk != owner.desk:
        raise Refusal("not-the-owner", f"The owner is {owner.desk}.", [f"ask {owner.desk}", "take it over first"])


def _must_be_resolved(ticket: Ticket) -> None:
    if ticket.stage.over:
        raise _is_over(ticket)
    if ticket.stage is not Stage.RESOLVED:
        raise Refusal(
            "not-resolved", "The partner does not say that it is done.", ["wait for its word", "withdraw the ticket"]
        )


def _is_over(ticket: Ticket) -> Refusal:
    return Refusal("ticket-over", f"The ticket is {ticket.stage}.", ["open another ticket"])
