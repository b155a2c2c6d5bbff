"""Timers and deliveries, by moment."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from gehoor.runtime.ports import Due
from gehoor.runtime.postgres import writing
from gehoor.runtime.postgres.connecting import Pool, reached
from gehoor.runtime.postgres.rows import to_due

# Materialized: else the planner may run the locking part again for each row, and hold more than was asked for.
_CLAIM = """
with free as materialized (
    select kind, key from due
    where at <= $2 and kind = any($1::text[]) and (claimed_until is null or claimed_until <= $2)
      and not exists (select from parked where parked.subject = due.subject)
    order by at, key limit $4
    for update skip locked
)
update due set claimed_until = $2 + $3::interval from free where due.kind = free.kind and due.key = free.key
returning due.kind, due.key, due.stream, due.at, due.arming
"""

_RELEASE = """
update due set claimed_until = null from unnest($1::text[], $2::uuid[], $3::int[]) as held (kind, key, arming)
where due.kind = held.kind and due.key = held.key and due.arming = held.arming
"""


class PostgresDue:
    """`DueTable` in one schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim(self, kinds: Collection[str], now: datetime, lease: timedelta, limit: int) -> Sequence[Due]:
        """Rows due by now, oldest first, free and of no parked subject; held until the lease ends."""
        async with reached(self._pool) as connection:
            found = await connection.fetch(_CLAIM, list(kinds), now, lease, limit)
        return sorted(map(to_due, found), key=lambda due: (due.at, due.key))

    async def release(self, claimed: Collection[Due]) -> None:
        """Give them back before the lease ends."""
        rows = sorted((due.kind, due.key, due.arming) for due in claimed)
        if rows:
            async with reached(self._pool) as connection:
                await connection.execute(_RELEASE, *(list(column) for column in zip(*rows, strict=True)))

    async def next_at(self, kinds: Collection[str]) -> datetime | None:
        """When the next of those kinds is due."""
        query = "select at from due where kind = any($1::text[]) order by at limit 1"
        async with reached(self._pool) as connection:
            next_at: datetime | None = await connection.fetchval(query, list(kinds))
        return next_at

    async def standing(self, kind: str) -> Sequence[Due]:
        """All rows of that kind, by key: for comparing with what the streams mean."""
        query = "select kind, key, stream, at, arming from due where kind = $1 order by key"
        async with reached(self._pool) as connection:
            return [to_due(row) for row in await connection.fetch(query, kind)]

    async def replace(self, kind: str, due: Callable[[], Awaitable[Iterable[Due]]]) -> None:
        """Put these in the place of all rows of that kind; they are asked for while nobody writes.

        A row that stands as it should keeps its claim.

        Raises:
            TemporaryError: the rows are as they were.
        """
        async with reached(self._pool, atomic=True, within=writing.REPLACE_WITHIN) as connection:
            await connection.execute("lock table due in share row exclusive mode")
            wanted = {one.key: one for one in await due()}
            query = "select kind, key, stream, at, arming from due where kind = $1"
            standing = {one.key: one for one in map(to_due, await connection.fetch(query, kind))}
            gone = list(standing.keys() - wanted.keys())
            await connection.execute("delete from due where kind = $1 and key = any($2::uuid[])", kind, gone)
            await writing.arm(connection, [one for key, one in wanted.items() if standing.get(key) != one])
