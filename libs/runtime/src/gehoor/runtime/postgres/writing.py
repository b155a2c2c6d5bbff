"""One commit as one statement: all its kinds of rows in a single round trip, which is its own transaction.

Each kind of row is written in order of its key, so that two who write the same rows wait for each other instead of
locking each other out. What must not be written twice is refused by a constraint, and with it the whole statement.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from gehoor.runtime.ports import Append, Commit, Due, Remembered, Row, TakenError
from gehoor.runtime.postgres.connecting import Connection

_FIRST = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""What the server says to the second of two who wrote the same."""

REPLACE_WITHIN = timedelta(minutes=10)
"""How long putting a whole view in the place of another may take."""

# The parts of the statement, in the order in which they are written. Each numbers its own arguments from 1.
_APPEND = """
    insert into event (id, stream, version, type, sequence, occurred_at, recorded_at,
                       causation, correlation, traceparent, data)
    select id, stream, version, type, sequence, occurred_at, recorded_at, causation, correlation, traceparent, data
    from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[],
                $8::uuid[], $9::uuid[], $10::text[], $11::json[])
         with ordinality as new (id, stream, version, type, sequence, occurred_at, recorded_at,
                                 causation, correlation, traceparent, data, place)
    order by place
    returning position, id, sequence
"""

_QUEUE = "insert into outbox (position) select position from stored where sequence is not null"

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

# A sequence that does not grow becomes null, which the table refuses.
_HEAR = """
insert into handled as known (source, sequence) select * from unnest($1::text[], $2::bigint[])
on conflict (source) do update
set sequence = case when known.sequence < excluded.sequence then excluded.sequence end
"""

_PROGRESS = """
insert into progress as known (topic, partition, next_offset) select * from unnest($1::text[], $2::int[], $3::bigint[])
on conflict (topic, partition) do update set next_offset = greatest(known.next_offset, excluded.next_offset)
"""

_REMEMBER = """
insert into remembered (caller, key, digest, status, body, at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::json[], $6::timestamptz[])
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


def alone(commit: Commit) -> bool:
    """Whether one statement writes it, so that it needs no transaction around it.

    What fired is deleted before: it may be armed again, and one statement can't write the same row twice.
    """
    return not commit.fired


async def write(connection: Connection, commit: Commit) -> Mapping[UUID, int]:
    """All of a commit, within a transaction unless it is `alone`; gives the positions of its events.

    Raises:
        TakenError: a due row no longer stands as it was claimed.
        asyncpg.UniqueViolationError: a stream moved on, or a key was remembered.
        asyncpg.NotNullViolationError: a sequence was handled.
    """
    await _fire(connection, commit.fired)
    parts = {name: (part, rows) for name, part, rows in _parts(commit) if rows}
    if not parts:
        return {}
    written, given = [], list[list[Any]]()
    for name, (part, rows) in parts.items():
        written.append(f"{name} as ({_numbered_from(len(given), part)})")
        given += _columns(rows)
    if "stored" in parts:
        written.append(f"queued as ({_QUEUE})")
    told = "id, position from stored" if "stored" in parts else "where false"
    found = await connection.fetch(f"with {', '.join(written)} select {told}", *given)
    return {row["id"]: row["position"] for row in found}


def was_first(refused: asyncpg.PostgresError) -> bool:
    """Whether the refusal means that another wrote the same before."""
    if isinstance(refused, asyncpg.NotNullViolationError):
        return (refused.table_name, refused.column_name) == ("handled", "sequence")
    return isinstance(refused, _FIRST)


def _numbered_from(first: int, part: str) -> str:
    return re.sub(r"\$(\d+)", lambda number: f"${int(number[1]) + first}", part)


def _parts(commit: Commit) -> Iterator[tuple[str, str, list[tuple[Any, ...]]]]:
    """Name, statement and rows of each part. What is written goes before what is dropped under the same key."""
    rows = {(row.view, row.key): row for row in commit.rows_set}
    armed = {(due.kind, due.key): due for due in commit.armed}
    yield "heard", _HEAR, sorted((one.source, one.sequence) for one in commit.heard)
    yield "kept", _REMEMBER, [_remembered(one, commit.at) for one in commit.remember]
    yield "stored", _APPEND, _events(commit.appends)
    yield "dropped", _DROP_ROWS, sorted(set(commit.rows_dropped) - rows.keys())
    yield "set", _SET_ROWS, _view_rows(rows.values())
    yield "disarmed", _DISARM, sorted({(due.kind, due.key) for due in commit.disarmed} - armed.keys())
    yield "armed", _ARM, _due_rows(armed.values())
    yield "advanced", _PROGRESS, sorted((*at, offset) for at, offset in commit.progress.items())


async def set_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Write view rows in the place of those with their keys."""
    if rows:
        unique = {(row.view, row.key): row for row in rows}
        await connection.execute(_SET_ROWS, *_columns(_view_rows(unique.values())))


async def arm(connection: Connection, armed: Sequence[Due]) -> None:
    """Write due rows in the place of those with their keys."""
    if armed:
        await connection.execute(_ARM, *_columns(_due_rows(armed)))


def _view_rows(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return [
        (row.view, row.key, _json(row.body), _json(row.tags), row.rank, row.audience)
        for row in sorted(rows, key=lambda row: (row.view, row.key))
    ]


def _due_rows(armed: Iterable[Due]) -> list[tuple[Any, ...]]:
    return [
        (due.kind, due.key, str(due.stream), due.stream.id, due.at, due.arming)
        for due in sorted(armed, key=lambda due: (due.kind, due.key))
    ]


def _events(appends: Sequence[Append]) -> list[tuple[Any, ...]]:
    return [
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


def _remembered(one: Remembered, at: datetime) -> tuple[Any, ...]:
    return one.caller, one.key, one.digest, one.status, _json(one.body), at


async def _fire(connection: Connection, fired: Sequence[Due]) -> None:
    if fired:
        said = await connection.execute(_FIRE, *_columns(sorted((due.kind, due.key, due.arming) for due in fired)))
        if _count(said) != len(fired):
            raise TakenError("a due row does not stand as it was claimed")


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _count(status: str) -> int:
    """How many rows a statement touched: `DELETE 3`, `INSERT 0 3`."""
    return int(status.rpartition(" ")[2])
