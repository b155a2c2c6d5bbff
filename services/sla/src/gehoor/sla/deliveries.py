"""Telling people on the ladder, and recording what became of it.

Every attempt has the delivery's own key, so a server that took it twice can tell. When to try again is drawn from that
key and the number of the attempt: spread by chance, and the same when it is decided again.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from pydantic import SecretStr

from gehoor.events.deciding import Decider
from gehoor.events.envelope import derived_id
from gehoor.events.sla import DeliveryChannel
from gehoor.runtime.deliveries.retrying import Patience, next_attempt
from gehoor.runtime.ports import Attempted, Due, Endpoint, Moment, Performer, Ports, Result, TakenError, Wish
from gehoor.sla.domain import Watch
from gehoor.sla.domain.commands import AttemptEnd, Command, RecordAttempt
from gehoor.sla.effects import DELIVERY, Question, mail, question, webhook
from gehoor.sla.policy import Address, Policy

NO_ADDRESS = Attempted(Result.REFUSED, "no-address")
"""The policy that named this way has been replaced by one that does not."""
_ENDS = {
    Result.TAKEN: AttemptEnd.TAKEN,
    Result.FAILED: AttemptEnd.FAILED,
    Result.UNKNOWN: AttemptEnd.UNKNOWN,
    Result.REFUSED: AttemptEnd.REFUSED,
}

Send = Callable[[Question, Address], Awaitable[Attempted]]


def performers(
    policy: Policy,
    decider: Decider[Watch, Command],
    ports: Ports,
    secrets: Mapping[str, SecretStr],
    answer_at: str,
) -> Mapping[str, Performer]:
    """What delivers by each way, by the kind of the due row."""

    async def by_mail(asked: Question, address: Address) -> Attempted:
        if address.mail is None:
            return NO_ADDRESS
        return await ports.mailer.send(mail(asked, address.mail, policy))

    async def by_webhook(asked: Question, address: Address) -> Attempted:
        if address.webhook is None or address.webhook.secret not in secrets:
            return NO_ADDRESS
        to = Endpoint(address.webhook.url, secrets[address.webhook.secret].get_secret_value())
        return await ports.webhooks.post(to, asked.delivery.id, webhook(asked))

    async def deliver(send: Send, due: Due, _moment: Moment) -> Wish:
        facts = (await ports.store.load([due.stream]))[due.stream]
        watch = decider.fold(event.fact for event in facts)
        asked = question(due.stream, watch, due.key, answer_at)
        if asked is None or asked.delivery.attempts + 1 != due.arming:
            raise TakenError("the question is over, or told already")
        attempted = await send(asked, policy.address(asked.delivery.addressee, asked.escalation.desk))
        return Wish(due.stream, _record(asked, attempted, ports, _patience(policy)))

    return {
        DELIVERY[DeliveryChannel.MAIL]: partial(deliver, by_mail),
        DELIVERY[DeliveryChannel.WEBHOOK]: partial(deliver, by_webhook),
    }


def _record(asked: Question, attempted: Attempted, ports: Ports, patience: Patience) -> RecordAttempt:
    now, attempt = ports.clock.now(), asked.delivery.attempts + 1
    fraction = derived_id("wait", asked.delivery.id, attempt).int / 2**128
    return RecordAttempt(
        escalation_id=asked.escalation.id,
        delivery_id=asked.delivery.id,
        attempt=attempt,
        end=_ENDS[attempted.result],
        detail=attempted.detail,
        now=now,
        next_at=next_attempt(patience, attempt, now, fraction),
    )


def _patience(policy: Policy) -> Patience:
    bounds = policy.sla.deliveries
    return Patience(bounds.attempts_max, bounds.first, bounds.longest)
