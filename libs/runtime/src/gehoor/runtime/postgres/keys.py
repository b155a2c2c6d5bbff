"""API keys in a service's own schema."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from gehoor.runtime.http.keys import ApiKey, Caller
from gehoor.runtime.postgres.connecting import Pool, reached

_ADD = """
insert into api_key (id, digest, name, scopes, staff, desks, partner, created_at, revoked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


class PostgresKeys:
    """`Keys` in one schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        who = key.caller
        desks = sorted(who.desks) if who.desks is not None else None
        async with reached(self._pool) as connection:
            await connection.execute(
                _ADD,
                who.id,
                key.digest,
                who.name,
                sorted(who.scopes),
                who.staff,
                desks,
                who.partner,
                key.created_at,
                key.revoked_at,
            )

    async def list(self) -> Sequence[ApiKey]:
        """All keys, the revoked ones too, oldest first."""
        async with reached(self._pool) as connection:
            return [_key(row) for row in await connection.fetch("select * from api_key order by created_at, id")]

    async def find(self, id: str) -> ApiKey | None:  # noqa: A002 - what it is
        """The key of that id."""
        async with reached(self._pool) as connection:
            row = await connection.fetchrow("select * from api_key where id = $1", id)
        return _key(row) if row is not None else None

    async def revoke(self, id: str, at: datetime) -> bool:  # noqa: A002 - what it is
        """End it from that moment on; False where there is no such key. One revoked before stays as it was."""
        query = "update api_key set revoked_at = coalesce(revoked_at, $2) where id = $1 returning true"
        async with reached(self._pool) as connection:
            return await connection.fetchval(query, id, at) is not None


def _key(row: asyncpg.Record) -> ApiKey:
    caller = Caller(
        row["id"],
        row["name"],
        frozenset(row["scopes"]),
        staff=row["staff"],
        desks=frozenset(row["desks"]) if row["desks"] is not None else None,
        partner=row["partner"],
    )
    return ApiKey(caller, row["digest"], row["created_at"], row["revoked_at"])
