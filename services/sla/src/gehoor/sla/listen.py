"""The journal as sla hears it."""

from collections.abc import Awaitable, Callable, Sequence

from gehoor.events.envelope import Recorded
from gehoor.runtime.ports import Clock, Views, Wish
from gehoor.sla import reactions


def listening(clock: Clock) -> Callable[[Recorded, Views], Awaitable[Sequence[Wish]]]:
    """The service's reaction to a fact: the wishes that follow from it."""

    async def react(heard: Recorded, _views: Views) -> Sequence[Wish]:
        return reactions.react(heard, clock.now())

    return react
