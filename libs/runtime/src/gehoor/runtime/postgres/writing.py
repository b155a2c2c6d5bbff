"""The statements of one commit.

Each kind of row is written by one statement, in order of its key, so that two who write the same rows wait for each
other instead of locking each other out.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gehoor.runtime.ports import Append, Commit, Due, Heard, Partition, Remembered, Row, StaleError, TakenError
from gehoor.runtime.postgres.connecting import Connection

REPLACE_WITHIN = timedelta(minutes=10)
"""How long putting a whole view in the place of another may take."""

_APPEND = """
with stored as (
    insert into event (id, stream, version, type, sequence, occurred_at, recorded_at,
                       causation, correlation, traceparent, data)
    select id, stream, version, type, sequence, occurred_at, recorded_at, causation, correlation, traceparent, data
    from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[],
                $8::uuid[], $9::uuid[], $10::text[], $11::json[])
         with ordinality as new (id, stream, version, type, sequence, occurred_at, recorded_at,
                                 causation, correlation, traceparent, data, place)
    order by place
    returning position, id, sequence
), queued as (
    insert into outbox (position) select position from stored where sequence is not null
)
select id, position from stored
"""

_FIRE = """
delete from due using unnest($1::text[], $2::uuid[], $3::int[]) as fired (kind, key, arming)
where due.kind = fired.kind and due.key = fired.key and due.arming = fired.arming
"""

_DISARM = """
delete from due using unnest($1::text[], $2::uuid[]) as gone (kind, key)
where due.kind = gone.kind and due.key = gone.key
"""

_ARM = """
insert into due (kind, key, stream, subject, at, arming)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::int[])
on conflict (kind, key) do update
set stream = excluded.stream, subject = excluded.subject, at = excluded.at, arming = excluded.arming,
    claimed_until = null
"""

_HEAR = """
insert into handled as known (source, sequence) select * from unnest($1::text[], $2::bigint[])
on conflict (source) do update set sequence = excluded.sequence where known.sequence < excluded.sequence
"""

_PROGRESS = """
insert into progress as known (topic, partition, next_offset) select * from unnest($1::text[], $2::int[], $3::bigint[])
on conflict (topic, partition) do update set next_offset = greatest(known.next_offset, excluded.next_offset)
"""

_REMEMBER = """
insert into remembered (caller, key, digest, status, body, at)
select caller, key, digest, status, body, $6
from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::json[]) as new (caller, key, digest, status, body)
"""

_DROP_ROWS = """
delete from view_row using unnest($1::text[], $2::text[]) as gone (view, key)
where view_row.view = gone.view and view_row.key = gone.key
"""

# An array of arrays would have to be rectangular: the tags of all rows travel as one JSON text each.
_SET_ROWS = """
insert into view_row (view, key, body, tags, rank, audience)
select view, key, body, array(select json_array_elements_text(tags)), rank, audience
from unnest($1::text[], $2::text[], $3::json[], $4::json[], $5::text[], $6::text[])
     as new (view, key, body, tags, rank, audience)
on conflict (view, key) do update
set body = excluded.body, tags = excluded.tags, rank = excluded.rank, audience = excluded.audience
"""


def writes(commit: Commit) -> bool:
    """Whether there is anything in it."""
    return any(
        (
            commit.appends,
            commit.rows_set,
            commit.rows_dropped,
            commit.armed,
            commit.disarmed,
            commit.fired,
            commit.heard,
            commit.progress,
            commit.remember,
        )
    )


async def write(connection: Connection, commit: Commit) -> Mapping[UUID, int]:
    """All of a commit, within a transaction; gives the positions of its events.

    Raises:
        StaleError: a source's sequence was handled.
        TakenError: a due row no longer stands as it was claimed.
        asyncpg.UniqueViolationError: a stream moved on, or a key was remembered.
    """
    await _hear(connection, commit.heard)
    await _fire(connection, commit.fired)
    await _remember(connection, commit.remember, commit.at)
    positions = await _append(connection, commit.appends)
    await _drop_rows(connection, commit.rows_dropped)
    await set_rows(connection, commit.rows_set)
    await _disarm(connection, commit.disarmed)
    await arm(connection, commit.armed)
    await _advance(connection, commit.progress)
    return positions


async def set_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Write view rows in the place of those with their keys."""
    if rows:
        ordered = sorted({(row.view, row.key): row for row in rows}.items())
        await connection.execute(
            _SET_ROWS,
            *_columns(
                [(row.view, row.key, _json(row.body), _json(row.tags), row.rank, row.audience) for _, row in ordered]
            ),
        )


async def arm(connection: Connection, armed: Sequence[Due]) -> None:
    """Write due rows in the place of those with their keys."""
    if armed:
        ordered = sorted(armed, key=lambda due: (due.kind, due.key))
        await connection.execute(
            _ARM,
            *_columns([(due.kind, due.key, str(due.stream), due.stream.id, due.at, due.arming) for due in ordered]),
        )


async def _append(connection: Connection, appends: Sequence[Append]) -> dict[UUID, int]:
    if not any(append.events for append in appends):
        return {}
    rows = [
        (
            event.id,
            str(event.stream),
            event.version,
            event.fact.type,
            event.sequence,
            event.fact.occurred_at,
            event.recorded_at,
            event.causation,
            event.correlation,
            event.traceparent,
            body.decode(),
        )
        for append in sorted(appends, key=lambda append: append.stream)
        for event, body in zip(append.events, append.bodies, strict=True)
    ]
    return {row["id"]: row["position"] for row in await connection.fetch(_APPEND, *_columns(rows))}


async def _hear(connection: Connection, heard: Sequence[Heard]) -> None:
    if heard:
        said = await connection.execute(_HEAR, *_columns(sorted((one.source, one.sequence) for one in heard)))
        if _count(said) != len(heard):
            raise StaleError("a sequence was handled")


async def _fire(connection: Connection, fired: Sequence[Due]) -> None:
    if fired:
        said = await connection.execute(_FIRE, *_columns(sorted((due.kind, due.key, due.arming) for due in fired)))
        if _count(said) != len(fired):
            raise TakenError("a due row does not stand as it was claimed")


async def _disarm(connection: Connection, disarmed: Sequence[Due]) -> None:
    if disarmed:
        await connection.execute(_DISARM, *_columns(sorted((due.kind, due.key) for due in disarmed)))


async def _drop_rows(connection: Connection, dropped: Sequence[tuple[str, str]]) -> None:
    if dropped:
        await connection.execute(_DROP_ROWS, *_columns(sorted(dropped)))


async def _advance(connection: Connection, progress: Mapping[Partition, int]) -> None:
    if progress:
        await connection.execute(_PROGRESS, *_columns(sorted((*at, offset) for at, offset in progress.items())))


async def _remember(connection: Connection, remember: Sequence[Remembered], at: datetime) -> None:
    if remember:
        rows = [(one.caller, one.key, one.digest, one.status, _json(one.body)) for one in remember]
        await connection.execute(_REMEMBER, *_columns(rows), at)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _count(status: str) -> int:
    """How many rows a statement touched: `DELETE 3`, `INSERT 0 3`."""
    return int(status.rpartition(" ")[2])
