"""Bodies too large for a fact, in memory."""

import asyncio
from collections.abc import Collection
from uuid import UUID


class MemoryBlobs:
    """`Blobs`; several services of a simulation share one."""

    def __init__(self) -> None:
        self._held: dict[tuple[UUID, str], bytes] = {}

    async def put(self, subject: UUID, digest: str, sealed: bytes) -> None:
        """Keep it; the same again changes nothing."""
        await asyncio.sleep(0)
        self._held.setdefault((subject, digest), sealed)

    async def get(self, subject: UUID, digest: str) -> bytes | None:
        """The sealed body, None where there is none."""
        await asyncio.sleep(0)
        return self._held.get((subject, digest))

    async def drop(self, subjects: Collection[UUID]) -> None:
        """Throw away all bodies of those subjects."""
        await asyncio.sleep(0)
        for key in [key for key in self._held if key[0] in set(subjects)]:
            del self._held[key]
