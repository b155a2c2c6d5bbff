"""The journal as intake hears it, and what other systems send on the topic of their own.

Reports of one spot are handled together. A report may come in while the one it follows is being handled; each is a
fact before it is heard here, so whichever is heard last finds the other in the views, and no reader goes unthanked.
"""

from collections.abc import Awaitable, Callable, Sequence

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Recorded, Stream, UnreadableError, derived_id
from gehoor.events.fact import Fact
from gehoor.events.intake import ReportHandled, ReportReceived
from gehoor.events.terms import ComplaintId, ContactId, StaffId
from gehoor.intake import reactions
from gehoor.intake.channels import cloudevents
from gehoor.intake.channels.cloudevents import Event
from gehoor.intake.domain.receiving import HandleReport
from gehoor.intake.once import EVENTS, once
from gehoor.intake.reception import Reception
from gehoor.intake.views import MATTER, MATTERS, followers
from gehoor.runtime.handling import Work
from gehoor.runtime.hearing import Translate
from gehoor.runtime.http.errors import InvalidError, MalformedError
from gehoor.runtime.http.limits import check_json
from gehoor.runtime.ports import Clock, Message, Store, Views, Wish

_OWN: tuple[type[Fact], ...] = (ReportReceived, ReportHandled)
LISTENS_TO = frozenset(fact.type for fact in (*reactions.HEARD, *_OWN))
_DEPTH_MAX = 32


def listening(clock: Clock) -> Callable[[Recorded, Views], Awaitable[Sequence[Wish]]]:
    """The service's reaction to a fact: the wishes that follow from it."""

    async def react(heard: Recorded, views: Views) -> Sequence[Wish]:
        match fact := heard.fact:
            case ReportHandled(handled_with=None):
                streams = await followers(views, heard.subject)
                return [_handle(one, ComplaintId(heard.subject), fact.by, fact.fixed, clock) for one in streams]
            case ReportReceived() if fact.same_as is not None:
                row = await views.get(MATTERS, str(fact.same_as))
                done = row.body["handled"] if row is not None else None
                return [_handle(heard.stream, fact.same_as, done["by"], done["fixed"], clock)] if done else []
            case _:
                command = reactions.react(heard)
                return [] if command is None else [Wish(Stream(MATTER, heard.subject), command)]

    return react


def _handle(stream: Stream, leader: ComplaintId, by: StaffId, fixed: bool, clock: Clock) -> Wish:  # noqa: FBT001
    thanks = ContactId(derived_id("thanks", stream.id, leader))
    return Wish(stream, HandleReport(clock.now(), by, fixed, handled_with=leader, thanks_id=thanks))


def translating(reception: Reception, store: Store) -> Translate:
    """What a message of another system means."""

    async def translate(message: Message) -> Work:
        event = event_of(message)
        if await store.remembered(EVENTS, event.key) is not None:
            return once(EVENTS, event.key, event.digest, None)
        arrival = await reception.event(event, lambda named: named)
        async with reception.keeping(arrival) as keeping:
            keeping.stored = True
            return once(EVENTS, event.key, event.digest, arrival)

    return translate


def event_of(message: Message) -> Event:
    """The event that a Kafka message is: structured or binary.

    Raises:
        UnreadableError: it is none.
    """
    try:
        headers = {name.lower(): value.decode() for name, value in message.headers}
        body = message.value or b""
        check_json(body, _DEPTH_MAX)
        if headers.get("content-type", "").startswith(cloudevents.STRUCTURED):
            return cloudevents.structured(cloudevents.parsed(body))
        return cloudevents.binary(headers, body, "ce_")
    except (Refusal, UnicodeDecodeError, InvalidError, MalformedError) as wrong:
        raise UnreadableError(f"no event: {wrong if isinstance(wrong, Refusal) else type(wrong).__name__}") from None
