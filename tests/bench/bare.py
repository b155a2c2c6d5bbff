"""The floor below throughput: the same rows and records written by nothing but asyncpg and aiokafka, in one process.

Rows that the services wrote several times are written once, so the floor does a little less than they did.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaProducer

from gehoor.cli.prepare import PARTITIONS, schema_of
from gehoor.runtime.kafka import topics
from gehoor.runtime.postgres.connecting import Pool
from tests.bench.written import OWN_TABLES, TABLES, Commit, Written, columns_of, connected

FLOOR = "bench_floor_"


async def write_again(dsn: str, kafka: str, written: Written, callers: int) -> float:
    """Seconds to write all of it: `callers` transactions of intake at a time, one of each other service.

    What was committed is sent in order, as much as is there at once, and then gone from the outbox.
    """
    topic = f"{FLOOR}{uuid4().hex}"
    await topics.ensure(kafka, [topics.journal(topic, PARTITIONS)])
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=512 * 1024)
    await producer.start()
    try:
        services = [
            _Service(
                commits,
                producer,
                topic,
                writers := callers if service == "intake" else 1,
                await _open(dsn, service, writers + 1),
                await _mirror(dsn, service),
            )
            for service, commits in written.commits_of.items()
        ]
        began = time.perf_counter()
        async with asyncio.TaskGroup() as at_once:
            for service in services:
                at_once.create_task(service.write())
        ended = time.perf_counter()
        for service in services:
            await service.pool.close()
        return ended - began
    finally:
        await producer.stop()


@dataclass
class _Service:
    commits: list[Commit]
    producer: AIOKafkaProducer
    topic: str
    writers: int
    pool: Pool
    inserts: Mapping[str, str]
    committed: "asyncio.Queue[Commit | None]" = field(default_factory=asyncio.Queue)

    async def write(self) -> None:
        """All of it, and back once all is on the journal."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._relay())
            waiting = iter(self.commits)
            async with asyncio.TaskGroup() as writers:
                for _ in range(self.writers):
                    writers.create_task(self._commit(waiting))
            self.committed.put_nowait(None)

    async def _commit(self, waiting: Iterator[Commit]) -> None:
        async with self.pool.acquire() as connection:
            for commit in waiting:
                async with connection.transaction():
                    for table, rows in (*commit.rows.items(), ("outbox", commit.positions)):
                        if rows:
                            columns = [list(column) for column in zip(*rows, strict=True)]
                            await connection.execute(self.inserts[table], *columns)
                self.committed.put_nowait(commit)

    async def _relay(self) -> None:
        async with self.pool.acquire() as connection:
            more = True
            while more:
                ready = [await self.committed.get()]
                while not self.committed.empty():
                    ready.append(self.committed.get_nowait())
                more = None not in ready
                commits = [commit for commit in ready if commit is not None]
                sent = [
                    await self.producer.send(self.topic, value, key, headers=list(headers))
                    for commit in commits
                    for key, value, headers in commit.records
                ]
                if sent:
                    await asyncio.gather(*sent)
                    positions = [position for commit in commits for (position,) in commit.positions]
                    await connection.execute("delete from outbox where position = any($1::bigint[])", positions)


async def _mirror(dsn: str, service: str) -> Mapping[str, str]:
    """Make empty tables like the service's own, and give the statement that writes each."""
    schema = schema_of(service)
    tables = ("outbox", *TABLES, *OWN_TABLES.get(service, ()))
    inserts = {}
    async with connected(dsn) as connection:
        await connection.execute(f"drop schema if exists {FLOOR}{schema} cascade; create schema {FLOOR}{schema}")
        for table in tables:
            await connection.execute(f"create table {FLOOR}{schema}.{table} (like {schema}.{table} including all)")
            inserts[table] = _insert(table, await columns_of(connection, schema, table))
    return inserts


async def _open(dsn: str, service: str, connections: int) -> Pool:
    settings = {"search_path": f"{FLOOR}{schema_of(service)}"}
    return await asyncpg.create_pool(dsn, min_size=connections, max_size=connections, server_settings=settings)


def _insert(table: str, columns: Mapping[str, str]) -> str:
    types = ["text" if type_.endswith("[]") else type_ for type_ in columns.values()]
    given = ", ".join(f"${place}::{type_}[]" for place, type_ in enumerate(types, 1))
    taken = ", ".join(f"{name}::{type_}" for name, type_ in columns.items())
    names = ", ".join(columns)
    return f"insert into {table} ({names}) overriding system value select {taken} from unnest({given}) as new ({names})"  # noqa: S608 - names of ours
