"""A service's memory on PostgreSQL: one transaction a commit, one round trip whatever its size."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg

from gehoor.events.catalogue import CATALOGUE, Catalogue
from gehoor.events.envelope import Recorded, Stream
from gehoor.runtime.ports import Commit, DefectError, Partition, Remembered, Row, StaleError
from gehoor.runtime.postgres import writing
from gehoor.runtime.postgres.connecting import Connection, Pool, reached
from gehoor.runtime.postgres.rows import EVENT_COLUMNS, sayable, to_event, to_row


class PostgresStore:
    """`Store` in one schema; `outside` is a pool of the role that row-level security holds to an audience."""

    def __init__(
        self, pool: Pool, service: str, *, outside: Pool | None = None, catalogue: Catalogue = CATALOGUE
    ) -> None:
        self._pool = pool
        self._service = service
        self._outside = outside
        self._catalogue = catalogue

    async def load(self, streams: Collection[Stream]) -> Mapping[Stream, Sequence[Recorded]]:
        """The facts of each, oldest first, private fields sealed; an empty sequence for a new stream."""
        loaded: dict[Stream, list[Recorded]] = {stream: [] for stream in streams}
        if loaded:
            query = f"select {EVENT_COLUMNS} from event where stream = any($1::text[]) order by stream, version"  # noqa: S608 - a constant
            async with reached(self._pool) as connection:
                found = await connection.fetch(query, [str(stream) for stream in loaded])
            for event in self._read(found):
                loaded[event.stream].append(event)
        return loaded

    async def commit(self, commit: Commit) -> Sequence[Recorded]:
        """Write all of it, and give the events with their positions.

        Raises:
            StaleError: another was first; nothing was written.
            TakenError: a due row no longer stands as it was claimed; nothing was written.
        """
        if not writing.writes(commit):
            return ()
        try:
            async with reached(self._pool, atomic=not writing.alone(commit)) as connection:
                positions = await writing.write(connection, commit)
        except asyncpg.PostgresError as refused:
            if not writing.was_first(refused):
                raise
            raise StaleError(type(refused).__name__) from None
        return [replace(event, position=positions[event.id]) for append in commit.appends for event in append.events]

    async def handled(self, sources: Collection[str]) -> Mapping[str, int]:
        """The last sequence handled of each source, 0 where none was."""
        query = "select source, sequence from handled where source = any($1::text[])"
        async with reached(self._pool) as connection:
            found = {row["source"]: row["sequence"] for row in await connection.fetch(query, list(sources))}
        return {source: found.get(source, 0) for source in sources}

    async def remembered(self, caller: str, key: str) -> Remembered | None:
        """What that caller was answered under that key."""
        if not sayable(caller, key):
            return None
        query = "select caller, key, digest, status, body from remembered where caller = $1 and key = $2"
        async with reached(self._pool) as connection:
            found = await connection.fetchrow(query, caller, key)
        if found is None:
            return None
        return Remembered(found["caller"], found["key"], found["digest"], found["status"], json.loads(found["body"]))

    async def progress(self) -> Mapping[Partition, int]:
        """The next offset to read of each partition, as committed with the handlings."""
        async with reached(self._pool) as connection:
            found = await connection.fetch("select topic, partition, next_offset from progress")
        return {(row["topic"], row["partition"]): row["next_offset"] for row in found}

    async def events(self, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """The store in order of position, from just after one. What is committed late may appear below the last."""
        query = f"select {EVENT_COLUMNS} from event where position > $1 order by position limit $2"  # noqa: S608 - a constant
        async with reached(self._pool) as connection:
            return self._read(await connection.fetch(query, after, limit))

    async def get(self, view: str, key: str, *, audience: str | None = None) -> Row | None:
        """The row, None where there is none. With an audience: only where it may see it."""
        if not sayable(view, key):
            return None
        query = "select * from view_row where view = $1 and key = $2"
        async with self._looking(audience) as connection:
            found = await connection.fetchrow(query, view, key)
        return to_row(found) if found else None

    async def find(
        self,
        view: str,
        *tags: str,
        after: tuple[str, str] | None = None,
        limit: int = 100,
        audience: str | None = None,
    ) -> Sequence[Row]:
        """The rows that have all those tags, by rank and key, from just after `(rank, key)`."""
        if not sayable(view, *tags, *(after or ())):
            return ()
        wanted: list[Any] = [view, limit]
        query = "select * from view_row where view = $1"
        if tags:
            wanted.append(list(tags))
            query += f" and tags @> ${len(wanted)}"
        if after is not None:
            wanted += after
            query += f" and (rank, key) > (${len(wanted) - 1}, ${len(wanted)})"
        async with self._looking(audience) as connection:
            found = await connection.fetch(query + " order by rank, key limit $2", *wanted)
        return [to_row(row) for row in found]

    async def replace_rows(self, view: str, rows: Callable[[], Awaitable[Iterable[Row]]]) -> None:
        """Put these rows in the place of a view, in one transaction; they are asked for while nobody writes.

        Raises:
            TemporaryError: the view is as it was.
        """
        async with reached(self._pool, atomic=True, within=writing.REPLACE_WITHIN) as connection:
            # Whoever has stored something and not yet its rows waits here, and writes them over ours.
            await connection.execute("lock table view_row in share row exclusive mode")
            made = list(await rows())
            await connection.execute("delete from view_row where view = $1", view)
            await writing.set_rows(connection, made)

    def _read(self, found: Iterable[asyncpg.Record]) -> list[Recorded]:
        return [to_event(row, self._service, self._catalogue) for row in found]

    @asynccontextmanager
    async def _looking(self, audience: str | None) -> AsyncIterator[Connection]:
        """As the service itself, or in the eyes of somebody outside."""
        if audience is None:
            async with reached(self._pool) as connection:
                yield connection
        elif self._outside is None:
            raise DefectError(f"nobody outside may look into {self._service}")
        else:
            async with reached(self._outside, atomic=True) as connection:
                await connection.execute("select set_config('gehoor.audience', $1, true)", audience)
                yield connection
