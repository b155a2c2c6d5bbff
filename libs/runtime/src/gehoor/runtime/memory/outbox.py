"""What is stored and not yet known to be on the journal, in memory."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice

from gehoor.events.envelope import headers_of
from gehoor.runtime.memory.store import MemoryStore, Written
from gehoor.runtime.ports import Outgoing


class MemoryOutbox:
    """`Outbox` of a `MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def pending(self, limit: int) -> Sequence[Outgoing]:
        """The oldest rows by position."""
        await asyncio.sleep(0)
        return [_outgoing(written) for written in islice(self._store.outbox.values(), limit)]

    async def sent(self, positions: Collection[int]) -> None:
        """Forget them: the broker has them."""
        await asyncio.sleep(0)
        for position in positions:
            self._store.outbox.pop(position, None)

    async def oldest(self) -> datetime | None:
        """When the oldest pending row was recorded; None where none is pending."""
        await asyncio.sleep(0)
        return next((written.event.recorded_at for written in self._store.outbox.values()), None)

    async def published(self, after: int, limit: int) -> Sequence[Outgoing]:
        """All that was ever for the journal, sent or not, from just after a position: for sending it again."""
        await asyncio.sleep(0)
        later = (written for written in self._store.written[after:] if written.event.sequence is not None)
        return [_outgoing(written) for written in islice(later, limit)]


def _outgoing(written: Written) -> Outgoing:
    event = written.event
    return Outgoing(
        position=event.position,
        key=str(event.subject).encode(),
        headers=headers_of(
            id=event.id,
            source=event.source,
            type=written.type,
            subject=event.subject,
            occurred_at=event.fact.occurred_at,
            recorded_at=event.recorded_at,
            sequence=event.sequence or 0,
            causation=event.causation,
            correlation=event.correlation,
            traceparent=event.traceparent,
        ),
        value=written.body,
        recorded_at=event.recorded_at,
    )
