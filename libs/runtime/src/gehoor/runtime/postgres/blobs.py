"""Bodies too large for a fact, sealed by the caller."""

from collections.abc import Collection
from uuid import UUID

from gehoor.runtime.postgres.connecting import Pool, reached


class PostgresBlobs:
    """`Blobs` in the schema of the keyring's owner, which the pool's search path must name."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put(self, subject: UUID, digest: str, sealed: bytes) -> None:
        """Keep it; the same again changes nothing."""
        query = "insert into blob (subject, digest, sealed) values ($1, $2, $3) on conflict do nothing"
        async with reached(self._pool) as connection:
            await connection.execute(query, subject, digest, sealed)

    async def get(self, subject: UUID, digest: str) -> bytes | None:
        """The sealed body, None where there is none."""
        query = "select sealed from blob where subject = $1 and digest = $2"
        async with reached(self._pool) as connection:
            sealed: bytes | None = await connection.fetchval(query, subject, digest)
        return sealed

    async def drop(self, subjects: Collection[UUID]) -> None:
        """Throw away all bodies of those subjects."""
        async with reached(self._pool) as connection:
            await connection.execute("delete from blob where subject = any($1::uuid[])", list(subjects))
