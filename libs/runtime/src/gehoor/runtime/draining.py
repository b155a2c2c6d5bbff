"""What ops does with what is parked: try it again in order, or do without it."""

from dataclasses import dataclass, replace
from uuid import UUID

from gehoor.runtime.handling import Handling
from gehoor.runtime.hearing import Hearing, why_parked
from gehoor.runtime.parking import Dropped, Parking, Place
from gehoor.runtime.ports import Clock, StaleError, TemporaryError


@dataclass(frozen=True, slots=True)
class Drained:
    """What came of trying a parked subject again."""

    handled: int
    left: int
    reason: str = ""
    """Why the first of those left can't be handled."""


class Draining:
    """The parked records of one topic of one service."""

    def __init__(self, hearing: Hearing, handling: Handling, parking: Parking, clock: Clock) -> None:
        self._hearing = hearing
        self._handling = handling
        self._parking = parking
        self._clock = clock

    async def retry(self, subject: UUID) -> Drained:
        """Handle what is parked of a subject, in order; stops at the first that fails again.

        Raises:
            TemporaryError: somebody else does it, or something is away.
            StaleError: too many others kept being first.
        """
        handled = 0
        async with self._parking.alone(subject):
            while queue := await self._parking.listed(subject):
                head = queue[0]
                message = await self._hearing.wrapping.unwrap(head)
                try:
                    work = await self._hearing.work(message, self._handling.store)
                    await self._handling.handle_all([work] if work is not None else [])
                except (TemporaryError, StaleError):
                    raise
                except Exception as failed:  # noqa: BLE001 - it stays parked, whatever it is
                    why, reason = why_parked(self._hearing, failed)
                    await self._parking.park(replace(head, why=why, reason=reason))
                    return Drained(handled, len(queue), reason)
                await self._parking.release(head.place)
                await self._hearing.wrapping.forget(subject, self._clock.now())
                handled += 1
        return Drained(handled, 0)

    async def drop(self, place: Place, *, by: str, because: str) -> Dropped | None:
        """Do without a parked record, for good; who and why is kept. What waits behind it wants `retry` then.

        Returns None where nothing is parked there.
        """
        now = self._clock.now()
        dropped = await self._parking.drop(place, by=by, because=because, at=now)
        if dropped is not None:
            await self._hearing.wrapping.forget(dropped.parked.subject, now)
        return dropped
