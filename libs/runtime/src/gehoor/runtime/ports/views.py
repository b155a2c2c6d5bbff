"""View rows: what is asked of a service, and how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gehoor.events.private import Json


@dataclass(frozen=True, slots=True)
class Row:
    """A view row: made of one stream's state, so the stream's version fences it. Holds nothing personal in clear."""

    view: str
    key: str
    body: Json
    tags: tuple[str, ...] = ()
    """What it is found by, each `name=value`."""
    rank: str = ""
    """What a listing is ordered by, then the key."""
    audience: str | None = None
    """Who outside may see it, enforced by the database; None: nobody outside."""


class Views(Protocol):
    """Reading view rows."""

    async def get(self, view: str, key: str, *, audience: str | None = None) -> Row | None:
        """The row, None where there is none. With an audience: only where it may see it."""
        ...

    async def find(
        self,
        view: str,
        *tags: str,
        after: tuple[str, str] | None = None,
        limit: int = 100,
        audience: str | None = None,
    ) -> Sequence[Row]:
        """The rows that have all those tags, by rank and key, from just after `(rank, key)`."""
        ...
