"""What is kept beside the facts: keys and large bodies; and time, handed in."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from gehoor.events.private import Erased

Key = bytes
"""A subject's data key: 32 bytes, AES-256."""


class Keyring(Protocol):
    """The keys of subjects. One owner writes it, the others read."""

    async def keys(self, subjects: Collection[UUID], *, create: bool = False) -> Mapping[UUID, Key | Erased]:
        """The key of each, or when it was erased. A subject that is left out of the answer is unknown (not erased)."""
        ...

    async def erase(self, subjects: Collection[UUID], at: datetime) -> None:
        """Destroy the keys for ever; the tombstone says when."""
        ...

    def forget(self, subjects: Collection[UUID]) -> None:
        """Drop what is cached of them."""
        ...


class Blobs(Protocol):
    """Bodies too large for a fact, sealed with their subject's key by the caller, by digest of the clear body."""

    async def put(self, subject: UUID, digest: str, sealed: bytes) -> None:
        """Keep it; the same again changes nothing."""
        ...

    async def get(self, subject: UUID, digest: str) -> bytes | None:
        """The sealed body, None where there is none."""
        ...

    async def drop(self, subjects: Collection[UUID]) -> None:
        """Throw away all bodies of those subjects."""
        ...


class Clock(Protocol):
    """Time, handed in."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long."""
        ...
