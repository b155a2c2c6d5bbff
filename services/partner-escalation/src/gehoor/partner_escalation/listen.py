"""The journal as partner-escalation hears it, and the messages to partners as they fall due."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from gehoor.events.envelope import Recorded, Stream, derived_id
from gehoor.events.terms import PartnerId, UpdateId
from gehoor.partner_escalation import effects, reactions
from gehoor.partner_escalation.domain import KIND, Tickets
from gehoor.partner_escalation.domain.commands import Arrival, RecordAttempt
from gehoor.partner_escalation.domain.tickets import Message, Ticket
from gehoor.partner_escalation.policy import Policy
from gehoor.runtime.deliveries.retrying import Patience, next_attempt
from gehoor.runtime.handling import Handling
from gehoor.runtime.ports import Attempted, Due, Endpoint, Moment, Result, Views, Webhooks, Wish

LISTENS_TO = frozenset(fact.type for fact in reactions.HEARD)
UNSEALS = frozenset(fact.type for fact in reactions.READ)
_JITTER_BITS = 32


def listening(policy: Policy) -> Callable[[Recorded, Views], Awaitable[Sequence[Wish]]]:
    """The service's reaction to a fact: the wishes that follow from it."""

    async def react(heard: Recorded, _views: Views) -> Sequence[Wish]:
        return [Wish(Stream(KIND, complaint), command) for complaint, command in reactions.react(heard, policy)]

    return react


@dataclass(frozen=True)
class Delivering:
    """Performs a delivery that is due: posts the message, and tells what came of it."""

    policy: Policy
    handling: Handling
    webhooks: Webhooks
    endpoint: Callable[[PartnerId], Endpoint | None]
    """Where a partner's messages go; None while nobody said."""
    patience: Patience

    async def __call__(self, due: Due, _moment: Moment) -> Wish:
        """One attempt. A message whose turn it no longer is, is left alone: recording it changes nothing."""
        tickets, _ = await self.handling.read(due.stream)
        found = tickets.next_message(UpdateId(due.key))
        attempted = await self._attempt(due, tickets, found)
        now = self.handling.clock.now()
        tries = due.arming if found is None else due.arming - found[1].first + 1
        record = RecordAttempt(
            at=now,
            delivery_id=UpdateId(due.key),
            attempt=due.arming,
            arrival=Arrival(attempted.result),
            detail=attempted.detail,
            status=attempted.status,
            next_at=next_attempt(self.patience, tries, now, _jitter(due)),
        )
        return Wish(due.stream, record)

    async def _attempt(self, due: Due, tickets: Tickets, found: tuple[Ticket, Message] | None) -> Attempted:
        if found is None:
            return Attempted(Result.FAILED, "overtaken")
        ticket, message = found
        endpoint = self.endpoint(ticket.partner)
        if endpoint is None:
            return Attempted(Result.FAILED, "no-endpoint")
        return await self.webhooks.post(endpoint, due.key, effects.body(tickets, ticket, message, self.policy))


def _jitter(due: Due) -> float:
    """From 0 to 1, evenly over deliveries and their attempts, and the same whenever this one is made again."""
    drawn = derived_id("jitter", due.key, due.arming).int
    return (drawn % (1 << _JITTER_BITS)) / (1 << _JITTER_BITS)
