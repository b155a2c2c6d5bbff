"""The journal as routing hears it: intake's and sla's facts about a matter, and our own about who is away.

An absence and an acceptance may cross. Each is a fact before it is heard here, so whichever comes last finds the other
in the views, and nobody who is away stays sole owner.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import chain

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.fact import Fact
from gehoor.events.intake import Reopened
from gehoor.events.routing import OwnerAccepted, PersonAbsent, PersonReturned
from gehoor.routing import reactions
from gehoor.routing.domain.commands import Command, HearAbsence, HearReturn
from gehoor.routing.domain.ownership import Cover
from gehoor.routing.policy import Policy
from gehoor.routing.views import MATTER, OWNERS, away_of
from gehoor.runtime.ports import Clock, Row, Views, Wish

_PAGE = 500

_OWN: tuple[type[Fact], ...] = (OwnerAccepted, PersonAbsent, PersonReturned)
LISTENS_TO = frozenset(fact.type for fact in (*reactions.HEARD, *_OWN))
UNSEALS = frozenset(fact.type for fact in reactions.READ)


def listening(policy: Policy, clock: Clock) -> Callable[[Recorded, Views], Awaitable[Sequence[Wish]]]:
    """The service's reaction to a fact: the wishes that follow from it."""

    async def react(heard: Recorded, views: Views) -> Sequence[Wish]:
        match fact := heard.fact:
            case PersonAbsent():
                return await _cover(fact, views, clock)
            case PersonReturned():
                back = HearReturn(clock.now(), fact.person)
                return [_wish(row, back) async for row in _found(views, f"person={fact.person}")]
            case OwnerAccepted():
                away = await away_of(fact.person, views)
                return [] if away is None else [Wish(heard.stream, HearAbsence(clock.now(), fact.person, away))]
            case _:
                away = await _away_owner(heard, views) if isinstance(fact, Reopened) else None
                command = reactions.react(heard, policy, clock.now(), away)
                return [] if command is None else [Wish(Stream(MATTER, heard.subject), command)]

    return react


async def _cover(absent: PersonAbsent, views: Views, clock: Clock) -> Sequence[Wish]:
    """What the person owns is covered, and what they covered for another is the desk's."""
    away = await away_of(absent.person, views)
    if away is None:
        return []
    own = HearAbsence(clock.now(), absent.person, away)
    owned = [_wish(row, own) async for row in _found(views, f"person={absent.person}", "stage=open")]
    covered = [
        _wish(row, HearAbsence(clock.now(), row.body["person"], Cover(None)))
        async for row in _found(views, f"covered_by={absent.person}", "stage=open")
    ]
    return list(chain(owned, covered))


async def _away_owner(heard: Recorded, views: Views) -> Cover | None:
    owner = await views.get(OWNERS, str(heard.subject))
    if owner is None or owner.body["person"] is None:
        return None
    return await away_of(owner.body["person"], views)


async def _found(views: Views, *tags: str) -> AsyncIterator[Row]:
    after: tuple[str, str] | None = None
    while page := await views.find(OWNERS, *tags, after=after, limit=_PAGE):
        for row in page:
            yield row
        after = (page[-1].rank, page[-1].key)


def _wish(row: Row, command: Command) -> Wish:
    return Wish(Stream.parse(f"{MATTER}-{row.key}"), command)
