"""Whatever happened before, the same wish twice has one effect, and every fact that is decided can be told again."""

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gehoor.events.deciding import Refusal
from gehoor.events.partner import ReminderReason
from gehoor.events.terms import ClockId, MatterKind, TicketId
from gehoor.partner_escalation.domain import TICKETS, Command, Tickets
from gehoor.partner_escalation.domain.commands import Arrival, Hear, KeepOpen, RecordAttempt
from gehoor.partner_escalation.facts import End, ErasureHeard, ReclassificationHeard, ReopeningHeard, UpdateKind
from tests.unit.partner_escalation.prize import (
    CLOCK,
    NEXT_CLOCK,
    OTHER_TICKET,
    OWNER,
    RIVAL,
    SPONSOR,
    STRANGER,
    TICKET,
    accept,
    answer_question,
    at,
    category_heard,
    correction_heard,
    deadline_heard,
    dispute,
    end_heard,
    keep_open,
    matter_heard,
    open_by_policy,
    open_ticket,
    owner_heard,
    redeliver,
    take_update,
    withdraw,
)

Wish = Callable[[Tickets], Command]


def hear_deadline(because: ReminderReason, clock: ClockId, ticket: TicketId) -> Command:
    return Hear(deadline_heard(because, clock, ticket=ticket))


def attempt(arrival: Arrival, ticket: TicketId, *, last: bool) -> Wish:
    """An attempt at whatever message is next, else at one that nobody knows."""

    def wish(tickets: Tickets) -> Command:
        known = tickets.tickets.get(ticket)
        message = known.messages[0] if known is not None and known.messages else None
        key = message.delivery_id if message else take_update(UpdateKind.RESOLVED, "none").update_id
        number = message.attempt if message else 1
        return RecordAttempt(at(7), key, number, arrival, "http-503", None, None if last else at(8))

    return wish


def plain(command: Command) -> Wish:
    return lambda _tickets: command


heard = st.sampled_from(
    [
        Hear(matter_heard()),
        Hear(matter_heard(matter=MatterKind.REMARK)),
        Hear(category_heard()),
        Hear(category_heard(), (open_by_policy(),)),
        Hear(category_heard("mortgage")),
        Hear(owner_heard()),
        Hear(owner_heard("newsroom", 1)),
        *(Hear(end_heard(end)) for end in End),
        *(Hear(ReclassificationHeard(occurred_at=at(9), matter=kind)) for kind in MatterKind),
        Hear(ReopeningHeard(occurred_at=at(10))),
        Hear(ErasureHeard(occurred_at=at(11))),
        Hear(correction_heard()),
    ]
)
deadlines = st.builds(
    hear_deadline,
    st.sampled_from(ReminderReason),
    st.sampled_from([CLOCK, NEXT_CLOCK]),
    st.sampled_from([TICKET, OTHER_TICKET]),
)
asked: st.SearchStrategy[Command] = st.sampled_from([OWNER, STRANGER]).flatmap(
    lambda by: st.sampled_from(
        [
            open_ticket(by=by),
            open_ticket(by=by, ticket_id=OTHER_TICKET),
            keep_open(by),
            redeliver(by),
            KeepOpen(at(20), OTHER_TICKET, by),
            answer_question(by=by),
            accept(by),
            dispute(by),
            withdraw(by),
        ]
    )
)
said = st.builds(
    take_update,
    st.sampled_from(UpdateKind),
    st.sampled_from(["one", "two", "three"]),
    ticket_id=st.sampled_from([TICKET, OTHER_TICKET]),
    partner=st.sampled_from([SPONSOR, RIVAL]),
    words=st.sampled_from(["Soon.", "Sent."]),
)
attempts = st.builds(attempt, st.sampled_from(Arrival), st.sampled_from([TICKET, OTHER_TICKET]), last=st.booleans())
wishes = st.one_of(heard.map(plain), deadlines.map(plain), asked.map(plain), said.map(plain), attempts)
BEGUN: tuple[Wish, ...] = (plain(Hear(matter_heard())), plain(Hear(category_heard())), plain(Hear(owner_heard())))


def after(tickets: Tickets, command: Command) -> tuple[Tickets, int]:
    """The state after a wish, and how many facts followed; a refused one changes nothing."""
    try:
        facts = TICKETS.decide(tickets, command)
    except Refusal:
        return tickets, 0
    return TICKETS.fold(facts, tickets), len(facts)


@given(st.lists(wishes, max_size=25), wishes, st.sampled_from([BEGUN, ()]))
@example([plain(open_ticket())], attempt(Arrival.UNKNOWN, TICKET, last=False), BEGUN)
@example([plain(open_ticket()), plain(take_update(UpdateKind.RESOLVED, "one"))], plain(dispute()), BEGUN)
@settings(max_examples=300)
def test_deciding_the_same_wish_twice_decides_nothing_the_second_time(
    before: list[Wish], wish: Wish, begun: tuple[Wish, ...]
) -> None:
    tickets = TICKETS.initial
    for earlier in [*begun, *before]:
        tickets, _ = after(tickets, earlier(tickets))
    command = wish(tickets)
    once, _ = after(tickets, command)
    twice, more = after(once, command)
    assert more == 0
    assert twice == once


@given(st.lists(wishes, max_size=40))
@settings(max_examples=200)
def test_whatever_a_partner_says_or_does_not_say_owner_and_end_are_ours(before: list[Wish]) -> None:
    tickets = TICKETS.initial
    for earlier in [*BEGUN, plain(open_ticket()), *before]:
        command = earlier(tickets)
        changed, _ = after(tickets, command)
        if not isinstance(command, Hear):
            assert (changed.owner, changed.end, changed.category) == (tickets.owner, tickets.end, tickets.category)
        tickets = changed
        for ticket in tickets.tickets.values():
            assert len({message.delivery_id for message in ticket.messages}) == len(ticket.messages)
            assert set(ticket.shared.reveal()) <= set(ticket.shared_fields)
