"""The parked table: what one service has set aside, in its own schema."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg

from gehoor.runtime.parking import Dropped, Parked, Place, Why
from gehoor.runtime.ports import TemporaryError
from gehoor.runtime.postgres.connecting import Pool, link, reached, reaching

_COLUMNS = "topic, partition, msg_offset, subject, why, reason, type, at"
_HERE = "topic = $1 and partition = $2 and msg_offset = $3"
_LOCK = "hashtextextended(current_schema() || '/parked/' || $1::text, 0)"
"""Of a subject, apart from those of other services in the same database."""

_PARK = f"""
with counted as (delete from parked_try where {_HERE})
insert into parked ({_COLUMNS}, body) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (topic, partition, msg_offset) do update set why = excluded.why, reason = excluded.reason
"""  # noqa: S608 - made of our own constants

_WAIT = f"""
insert into parked ({_COLUMNS}, body)
select $1, $2, $3, $4, $5, $6, $7, $8, $9 where exists (select from parked where subject = $4)
on conflict (topic, partition, msg_offset) do update set why = parked.why
returning 1
"""  # noqa: S608 - made of our own constants

_TRY = """
insert into parked_try as known (topic, partition, msg_offset, tries) values ($1, $2, $3, 1)
on conflict (topic, partition, msg_offset) do update set tries = known.tries + 1
returning tries
"""

_DROP = f"""
with gone as (delete from parked where {_HERE} returning {_COLUMNS})
insert into parked_drop ({_COLUMNS}, dropped_by, because, dropped_at)
select {_COLUMNS}, $4, $5, $6 from gone
on conflict (topic, partition, msg_offset) do update
set dropped_by = excluded.dropped_by, because = excluded.because, dropped_at = excluded.dropped_at
returning *
"""  # noqa: S608 - made of our own constants


class PostgresParking:
    """`Parking` in one schema. The DSN is for the one connection that holds a subject while it is drained."""

    def __init__(self, pool: Pool, dsn: str, schema: str) -> None:
        self._pool = pool
        self._dsn = dsn
        self._schema = schema

    async def held(self, subjects: Collection[UUID]) -> Collection[UUID]:
        """Those of them that are parked."""
        async with reached(self._pool) as connection:
            query = "select distinct subject from parked where subject = any($1::uuid[])"
            return {row["subject"] for row in await connection.fetch(query, list(subjects))}

    async def park(self, parked: Parked) -> None:
        """Set it aside; in the place of what was noted of it before."""
        async with reached(self._pool) as connection:
            await connection.execute(_PARK, *_values(parked))

    async def wait_behind(self, parked: Parked) -> bool:
        """Queue it behind its subject; False, and nothing is queued, where that is held no longer.

        Raises:
            TemporaryError: the subject is being drained, and that takes its time.
        """
        async with reached(self._pool, atomic=True) as connection:
            await connection.execute(f"select pg_advisory_xact_lock({_LOCK})", str(parked.subject))
            return await connection.fetchval(_WAIT, *_values(parked)) is not None

    async def count(self, *why: Why) -> int:
        """How many records are parked for one of those reasons."""
        async with reached(self._pool) as connection:
            query = "select count(*) from parked where why = any($1::text[])"
            return int(await connection.fetchval(query, list(why)))

    async def tried(self, place: Place) -> int:
        """Count one more failing try of a record, and give how many there were; it outlives the process."""
        async with reached(self._pool) as connection:
            return int(await connection.fetchval(_TRY, *_at(place)))

    async def listed(self, subject: UUID | None = None) -> Sequence[Parked]:
        """What is parked, by place: all, or one subject's."""
        async with reached(self._pool) as connection:
            query = "select * from parked where $1::uuid is null or subject = $1 order by topic, partition, msg_offset"
            return [_parked(row, row["body"]) for row in await connection.fetch(query, subject)]

    async def release(self, place: Place) -> None:
        """It was handled: forget it."""
        async with reached(self._pool) as connection:
            await connection.execute(f"delete from parked where {_HERE}", *_at(place))  # noqa: S608 - our own constant

    async def drop(self, place: Place, *, by: str, because: str, at: datetime) -> Dropped | None:
        """Give it up and keep a record of that without its body; None where nothing is parked there."""
        async with reached(self._pool) as connection:
            row = await connection.fetchrow(_DROP, *_at(place), by, because, at)
            return None if row is None else _dropped(row)

    async def dropped(self) -> Sequence[Dropped]:
        """What was given up, oldest first."""
        async with reached(self._pool) as connection:
            query = "select * from parked_drop order by dropped_at, topic, partition, msg_offset"
            return [_dropped(row) for row in await connection.fetch(query)]

    @asynccontextmanager
    async def alone(self, subject: UUID) -> AsyncIterator[None]:
        """Hold a subject while its queue is drained: nothing is queued behind it, nobody else drains it.

        Raises:
            TemporaryError: somebody else holds it.
        """
        async with link(self._dsn, schema=self._schema) as linked:
            with reaching(linked):
                got = await linked.fetchval(f"select pg_try_advisory_lock({_LOCK})", str(subject))
            if not got:
                raise TemporaryError(f"somebody else drains {subject}")
            yield


def _at(place: Place) -> tuple[str, int, int]:
    return place.topic, place.partition, place.offset


def _values(parked: Parked) -> tuple[object, ...]:
    return (*_at(parked.place), parked.subject, parked.why, parked.reason, parked.type, parked.at, parked.body)


def _parked(row: asyncpg.Record, body: bytes) -> Parked:
    place = Place(row["topic"], row["partition"], row["msg_offset"])
    return Parked(place, row["subject"], Why(row["why"]), row["reason"], row["type"], row["at"], body)


def _dropped(row: asyncpg.Record) -> Dropped:
    return Dropped(_parked(row, b""), row["dropped_by"], row["because"], row["dropped_at"])
