"""Following the journal in the background, and waiting for what must come."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from gehoor.cli.installation import Installation
from gehoor.cli.journal import read_journal
from gehoor.events.envelope import Recorded
from gehoor.events.fact import Fact

F = TypeVar("F", bound=Fact)
T = TypeVar("T")
WITHIN = timedelta(seconds=60)


class NeverCameError(Exception):
    """A fact that had to come did not, within its bound."""


class Watch:
    """All that comes onto the journal from the moment it is entered: `async with Watch(installation) as watch`."""

    def __init__(self, installation: Installation, *, from_end: bool = True) -> None:
        self._installation = installation
        self._from_end = from_end
        self._seen: list[Recorded] = []
        self._more = asyncio.Condition()
        self._ended = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        assigned = asyncio.Event()
        self._task = asyncio.create_task(self._follow(assigned))
        waiting = asyncio.create_task(assigned.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def events(self) -> AsyncIterator[Recorded]:
        """Each fact as it comes, from the first, until `end`; what came before that is still told."""
        told = 0
        while True:
            async with self._more:
                while told == len(self._seen):
                    if self._ended:
                        return
                    await self._more.wait()
                event = self._seen[told]
            told += 1
            yield event

    async def end(self) -> None:
        """Let `events` end once all that came is told."""
        async with self._more:
            self._ended = True
            self._more.notify_all()

    def of(self, subject: UUID) -> Sequence[Recorded]:
        """What has come of one subject, in the journal's order."""
        return [event for event in self._seen if event.subject == subject]

    async def fact(
        self,
        subject: UUID,
        wanted: type[F],
        holds: Callable[[F], bool] = lambda _fact: True,
        *,
        nth: int = 1,
        within: timedelta = WITHIN,
    ) -> F:
        """The first fact of that type of which that holds, or the how manieth is asked for, once it has come.

        Raises:
            NeverCameError: it did not come within the bound.
        """

        def find() -> F | None:
            came = (event.fact for event in self.of(subject))
            fitting = (fact for fact in came if isinstance(fact, wanted) and holds(fact))
            return next(islice(fitting, nth - 1, None), None)

        if (found := await self._once(find, within)) is None:
            came = ", ".join(event.fact.type for event in self.of(subject))
            raise NeverCameError(f"no {wanted.type} within {within.total_seconds():.0f} s; came: {came}")
        return found

    async def first(
        self, wanted: type[F], holds: Callable[[F], bool] = lambda _fact: True, *, within: timedelta = WITHIN
    ) -> Recorded:
        """The first event, of whatever subject, whose fact is of that type and of which that holds.

        Raises:
            NeverCameError: it did not come within the bound.
        """

        def find() -> Recorded | None:
            return next((one for one in self._seen if isinstance(one.fact, wanted) and holds(one.fact)), None)

        if (found := await self._once(find, within)) is None:
            raise NeverCameError(f"no such {wanted.type} within {within.total_seconds():.0f} s")
        return found

    async def _once(self, find: Callable[[], T | None], within: timedelta) -> T | None:
        """What `find` finds, looked for again whenever more has come; None where it found nothing in time."""
        try:
            async with asyncio.timeout(within.total_seconds()), self._more:
                while (found := find()) is None:
                    await self._more.wait()
                return found
        except TimeoutError:
            return None

    async def _follow(self, assigned: asyncio.Event) -> None:
        records = read_journal(
            self._installation.kafka,
            self._installation.journal,
            follow=True,
            from_end=self._from_end,
            ready=assigned.set,
        )
        async for record in records:
            if isinstance(record, Recorded):
                async with self._more:
                    self._seen.append(record)
                    self._more.notify_all()
