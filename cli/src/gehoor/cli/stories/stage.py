"""What a story is played on: the keys of those who act, the journal to wait on, and how long a working day lasts."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from gehoor.cli.asking import Desk
from gehoor.cli.watching import Watch
from gehoor.devstack.mail import MailDrop
from gehoor.events.sla import DeadlineMet, DeadlineSet
from gehoor.events.terms import ClockKind

REFERENCE = "X-Gehoor-Reference"
"""The header by which a mail of ours says what it is about."""
_LOOK_EVERY = 0.1


@dataclass
class Stage:
    """Where a story is played."""

    desks: dict[str, Desk]
    """Who acts, by the name of their key: `website`, `front-line`, `sponsor`."""
    watch: Watch
    day: timedelta
    """How long a working day of the demonstration lasts."""
    drop: MailDrop
    """Where the mail of everybody in the stories arrives."""
    played: list[tuple[str, UUID]] = field(default_factory=list)
    """The complaints of the stories, by the name of the story."""

    def later(self, days: float) -> str:
        """The moment that many working days from now, as a request holds it."""
        return (datetime.now(UTC) + days * self.day).isoformat()

    async def complain(self, holder: str, story: str, **form: Any) -> UUID:
        """Complain as that caller, and give the complaint's id."""
        answer = await self.desks[holder].post("intake", "/complaints", form)
        complaint = UUID(answer["id"])
        self.played.append((story, complaint))
        return complaint

    async def mail_to(self, address: str, *, about: str, within: timedelta = timedelta(seconds=20)) -> EmailMessage:
        """The first mail about that reference that arrived there, once it has.

        Raises:
            TimeoutError: none did within the bound.
        """
        async with asyncio.timeout(within.total_seconds()):
            while True:
                for mail in self.drop.mails():
                    if address in mail.recipients and (message := self.drop.message(mail))[REFERENCE] == about:
                        return message
                await asyncio.sleep(_LOOK_EVERY)

    async def armed(self, complaint: UUID, *kinds: ClockKind, nth: int = 1) -> None:
        """Wait until sla has set a clock of each of those kinds, or set it for the how manieth time."""
        for kind in kinds:
            await self.watch.fact(complaint, DeadlineSet, _is(kind), nth=nth)

    async def met(self, complaint: UUID, *kinds: ClockKind, nth: int = 1) -> None:
        """Wait until sla has said that a clock of each of those kinds was met."""
        for kind in kinds:
            await self.watch.fact(complaint, DeadlineMet, _is(kind), nth=nth)

    async def contact(self, holder: str, complaint: UUID, **form: Any) -> Any:
        """Record a contact as that caller."""
        return await self.desks[holder].post("intake", f"/complaints/{complaint}/contacts", form)

    async def end(self, holder: str, complaint: UUID, steps: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """What that caller records at the end, in this order."""
        for path, body in steps:
            await self.desks[holder].post("intake", f"/complaints/{complaint}/{path}", body)


def _is(kind: ClockKind) -> Callable[[DeadlineSet | DeadlineMet], bool]:
    return lambda clock: clock.kind is kind
