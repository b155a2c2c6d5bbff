"""What is stored and not yet known to be on the journal."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import asyncpg

from gehoor.events.envelope import Stream, headers_of
from gehoor.runtime.ports import Outgoing
from gehoor.runtime.postgres.connecting import Pool, reached

# Not waiting for the disk: rows that a crash brings back are sent again, as after any crash.
_SENT = """
with unhurried as (select set_config('synchronous_commit', 'off', true))
delete from outbox using unhurried where position = any($1::bigint[])
"""
_COLUMNS = "position, id, stream, type, sequence, occurred_at, recorded_at, causation, correlation, traceparent, data"


class PostgresOutbox:
    """`Outbox` in one schema: the bytes as they were sealed, under the type they were written as."""

    def __init__(self, pool: Pool, service: str) -> None:
        self._pool = pool
        self._service = service

    async def pending(self, limit: int) -> Sequence[Outgoing]:
        """The oldest rows by position."""
        query = f"select {_COLUMNS} from outbox join event using (position) order by position limit $1"  # noqa: S608 - a constant
        async with reached(self._pool) as connection:
            return self._outgoing(await connection.fetch(query, limit))

    async def sent(self, positions: Collection[int]) -> None:
        """Forget them: the broker has them."""
        async with reached(self._pool) as connection:
            await connection.execute(_SENT, list(positions))

    async def oldest(self) -> datetime | None:
        """When the oldest pending row was recorded; None where none is pending."""
        query = "select recorded_at from event where position = (select min(position) from outbox)"
        async with reached(self._pool) as connection:
            oldest: datetime | None = await connection.fetchval(query)
        return oldest

    async def published(self, after: int, limit: int) -> Sequence[Outgoing]:
        """All that was ever for the journal, sent or not, from just after a position: for sending it again."""
        said = "position > $1 and sequence is not null"
        query = f"select {_COLUMNS} from event where {said} order by position limit $2"  # noqa: S608 - constants
        async with reached(self._pool) as connection:
            return self._outgoing(await connection.fetch(query, after, limit))

    def _outgoing(self, found: Iterable[asyncpg.Record]) -> list[Outgoing]:
        return [
            Outgoing(
                position=row["position"],
                key=str(subject := Stream.parse(row["stream"]).id).encode(),
                headers=headers_of(
                    id=row["id"],
                    source=f"/gehoor/{self._service}/{row['stream']}",
                    type=row["type"],
                    subject=subject,
                    occurred_at=row["occurred_at"],
                    recorded_at=row["recorded_at"],
                    sequence=row["sequence"],
                    causation=row["causation"],
                    correlation=row["correlation"],
                    traceparent=row["traceparent"],
                ),
                value=row["data"].encode(),
                recorded_at=row["recorded_at"],
            )
            for row in found
        ]
