"""What the services wrote, read back: which rows stand there, and which transaction wrote each (`xmin`).

A row that was written several times counts once, as its last writing.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from gehoor.cli.installation import SERVICES, Installation
from gehoor.cli.prepare import PARTITIONS, schema_of
from gehoor.runtime.postgres.connecting import Link

TABLES = ("event", "handled", "progress", "due", "view_row", "remembered")
OWN_TABLES = {"intake": ("keyring",)}
Key = tuple[bytes, bytes, Sequence[tuple[str, bytes]]]
"""A record: key, value, headers."""


@dataclass(frozen=True)
class Mark:
    """Where stores and journal stood."""

    transaction: int
    offsets: Mapping[TopicPartition, int]


@dataclass
class Commit:
    """What one transaction wrote, and what it put on the journal."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    records: list[Key] = field(default_factory=list)
    positions: list[tuple[int]] = field(default_factory=list)
    """Of what is for the journal: rows of the outbox, which come and go."""


@dataclass
class Written:
    """All that the services wrote, in order, by service."""

    commits_of: dict[str, list[Commit]] = field(default_factory=dict)

    @property
    def commits(self) -> Mapping[str, int]:
        """Transactions of each service."""
        return {name: len(commits) for name, commits in self.commits_of.items()}

    @property
    def transactions(self) -> int:
        """Of all of them."""
        return sum(self.commits.values())

    @property
    def records(self) -> int:
        """On the journal."""
        return sum(len(commit.records) for commits in self.commits_of.values() for commit in commits)

    @property
    def rows(self) -> int:
        """In all tables, the outbox among them."""
        return sum(
            len(commit.positions) + sum(map(len, commit.rows.values()))
            for commits in self.commits_of.values()
            for commit in commits
        )


async def marked(dsn: str, installation: Installation) -> Mark:
    """Where they stand now."""
    async with connected(dsn) as connection:
        transaction = int(await connection.fetchval("select pg_current_xact_id()::text"))
    async with _consuming(installation) as consumer:
        return Mark(transaction, await consumer.end_offsets(consumer.assignment()))


async def written_since(mark: Mark, dsn: str, installation: Installation) -> Written:
    """What the services wrote since then."""
    written = Written()
    records = await _records_since(mark, installation)
    async with connected(dsn) as connection:
        for service in SERVICES:
            written.commits_of[service] = await _commits_since(mark, connection, service, records)
    return written


async def _commits_since(mark: Mark, connection: Link, service: str, records: Mapping[UUID, Key]) -> list[Commit]:
    commits: dict[int, Commit] = defaultdict(Commit)
    schema = schema_of(service)
    for table in (*TABLES, *OWN_TABLES.get(service, ())):
        columns = await columns_of(connection, schema, table)
        # An array travels as its literal: unnest would take it apart.
        selected = ", ".join(f"{name}::text" if type_.endswith("[]") else name for name, type_ in columns.items())
        query = f"select xmin::text::bigint as by, {selected} from {schema}.{table} where xmin::text::bigint > $1"  # noqa: S608 - names of ours
        for row in await connection.fetch(query, mark.transaction):
            commits[row["by"]].rows[table].append(tuple(row)[1:])
            if table == "event" and row["id"] in records:
                commits[row["by"]].records.append(records[row["id"]])
                commits[row["by"]].positions.append((row["position"],))
    return [commits[by] for by in sorted(commits)]


async def columns_of(connection: Link, schema: str, table: str) -> Mapping[str, str]:
    query = """
        select attname, format_type(atttypid, atttypmod) as type from pg_attribute
        where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum
    """
    return {row["attname"]: row["type"] for row in await connection.fetch(query, f"{schema}.{table}")}


async def _records_since(mark: Mark, installation: Installation) -> Mapping[UUID, Key]:
    records: dict[UUID, Key] = {}
    async with _consuming(installation) as consumer:
        for partition, offset in mark.offsets.items():
            consumer.seek(partition, offset)
        ends = await consumer.end_offsets(list(mark.offsets))
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for fetched in (await consumer.getmany(timeout_ms=200)).values():
                for record in fetched:
                    records[UUID(dict(record.headers)["ce_id"].decode())] = (record.key, record.value, record.headers)
    return records


@asynccontextmanager
async def _consuming(installation: Installation) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=installation.kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(installation.journal, number) for number in range(PARTITIONS)])
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Link]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
