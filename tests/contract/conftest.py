"""What the contracts of the ports are kept by: PostgreSQL and the twins in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from gehoor.devstack import Stack
from gehoor.runtime.postgres.connecting import Pool, close_pool, open_pool
from gehoor.runtime.postgres.migrating import Home, migrate


@dataclass(frozen=True)
class Migrated:
    """A database with two services in it: `ledger`, which keeps the keyring and is looked into, and `reader`."""

    stack: Stack
    name: str

    @property
    def owner(self) -> str:
        return self.stack.database.dsn(self.name)

    def dsn(self, role: str) -> str:
        return self.owner.replace(self.owner.partition("//")[2].partition("@")[0], f"{role}_{ROLES}:secret")

    def homes(self, migrations: Path | None = None) -> list[Home]:
        return [
            Home(
                "ledger",
                self.dsn("ledger"),
                outside=self.dsn("ledger_outside"),
                migrations=migrations,
                keeps_keyring=True,
            ),
            Home("reader", self.dsn("reader")),
        ]

    async def pool(self, role: str = "ledger", schema: str = "ledger") -> Pool:
        return await open_pool(self.dsn(role), schema=schema, keyring="ledger", size=8)


ROLES = uuid4().hex[:8]
"""Roles belong to the whole server, so each run has its own."""


@pytest.fixture(scope="session")
def template(stack: Stack) -> Iterator[Migrated]:
    """A migrated database to make copies of."""
    migrated = Migrated(stack, f"template_{uuid4().hex}")
    stack.database.run(f"CREATE DATABASE {migrated.name}")
    asyncio.run(migrate(migrated.owner, migrated.homes()))
    yield migrated
    stack.database.run(f"DROP DATABASE {migrated.name} WITH (FORCE)")


@pytest.fixture
def migrated(template: Migrated) -> Iterator[Migrated]:
    """A copy of it, for one test."""
    copy = Migrated(template.stack, f"test_{uuid4().hex}")
    copy.stack.database.run(f"CREATE DATABASE {copy.name} TEMPLATE {template.name}")
    yield copy
    copy.stack.database.run(f"DROP DATABASE {copy.name} WITH (FORCE)")


@pytest.fixture
async def pool(migrated: Migrated) -> AsyncIterator[Pool]:
    """The service's own connections."""
    pool = await migrated.pool()
    yield pool
    await close_pool(pool)


@pytest.fixture(params=["memory", "postgres"])
def kept_by(request: pytest.FixtureRequest) -> str:
    """Which implementation keeps the promise."""
    return str(request.param)
