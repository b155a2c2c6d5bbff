"""Pages of rows: where the one before ended, and what the next is asked with."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from gehoor.runtime.http.errors import InvalidError
from gehoor.runtime.ports import Row


class Page(BaseModel):
    """Which page is asked for."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(None, max_length=200, description="The `next` of the page before.")
    limit: int = Field(100, ge=1, le=500)


def place(after: str | None) -> tuple[str, str] | None:
    """Where the page before ended.

    Raises:
        InvalidError: it is no `next` of ours.
    """
    if after is None:
        return None
    rank, tilde, key = after.partition("~")
    if not tilde:
        raise InvalidError.of("#/after", "not the `next` of a page", place="query")
    return rank, key


def following(rows: Sequence[Row], limit: int) -> str | None:
    """What the next page is asked with; None where this is the last."""
    return f"{rows[-1].rank}~{rows[-1].key}" if len(rows) == limit else None
