"""What is due of itself: somebody who said until when they are away is back then."""

from collections.abc import Iterator

from gehoor.events.envelope import Stream
from gehoor.routing.domain.presence import Presence, Return
from gehoor.runtime.ports import Due, Moment, Wish

RETURN = "return"


def returns(stream: Stream, presence: Presence) -> Iterator[Due]:
    """The return of a person who is away until a moment; a new absence is a new arming."""
    if presence.away is not None and presence.away.until is not None:
        yield Due(RETURN, stream.id, stream, presence.away.until, presence.absences)


async def come_back(due: Due, _moment: Moment) -> Wish:
    """They are back since the moment they named, whenever that is looked at."""
    return Wish(due.stream, Return(due.at))
