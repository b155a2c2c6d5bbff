"""Why something is handled, and what a caller was answered."""

from dataclasses import dataclass
from uuid import UUID

from gehoor.events.envelope import Recorded, derived_id
from gehoor.events.private import Json
from gehoor.runtime.ports.behaviour import Due


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is handled: what the facts that follow name as theirs."""

    id: UUID
    correlation: UUID
    command: str = ""
    """Tells the commands of one cause apart."""
    traceparent: str | None = None

    @classmethod
    def of_fact(cls, heard: Recorded) -> "Cause":
        """A reaction to a fact."""
        return cls(heard.id, heard.correlation, traceparent=heard.traceparent)

    @classmethod
    def of_due(cls, due: Due) -> "Cause":
        """A timer or delivery: the same for every try at the same arming."""
        fired = derived_id("due", due.key, due.arming)
        return cls(fired, fired)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a caller was answered under its idempotency key."""

    caller: str
    key: str
    digest: str
    """Of the request: another request under the same key is refused."""
    status: int
    body: Json


@dataclass(frozen=True, slots=True)
class Heard:
    """A journal record that was handled: its source and sequence are kept in the same transaction."""

    source: str
    sequence: int
