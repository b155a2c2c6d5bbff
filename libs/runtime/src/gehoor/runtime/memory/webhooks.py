"""The twin of the partners' receivers."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from gehoor.runtime.ports import Attempted, Endpoint, Result

TAKEN = Attempted(Result.TAKEN, "http-200", 200)


@dataclass(frozen=True, slots=True)
class Posted:
    """One attempt."""

    to: Endpoint
    key: UUID
    body: bytes


class MemoryWebhooks:
    """`Webhooks` in memory: `posted` holds every attempt, `answer` decides what becomes of the next ones."""

    def __init__(self, answer: Callable[[Posted], Attempted] = lambda _posted: TAKEN) -> None:
        self.posted: list[Posted] = []
        self.answer = answer

    async def post(self, to: Endpoint, key: UUID, body: bytes) -> Attempted:
        """Note the attempt."""
        attempt = Posted(to, key, body)
        self.posted.append(attempt)
        return self.answer(attempt)
