"""The twin of the table of API keys."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gehoor.runtime.http.keys import ApiKey


class MemoryKeys:
    """`Keys` in memory."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    async def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        self._keys[key.caller.id] = key

    async def list(self) -> Sequence[ApiKey]:
        """All keys, oldest first."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.caller.id))

    async def find(self, id: str) -> ApiKey | None:  # noqa: A002 - what it is
        """The key of that id."""
        return self._keys.get(id)

    async def revoke(self, id: str, at: datetime) -> bool:  # noqa: A002 - what it is
        """End it from that moment on."""
        key = self._keys.get(id)
        if key is not None and key.revoked_at is None:
            self._keys[id] = replace(key, revoked_at=at)
        return key is not None
