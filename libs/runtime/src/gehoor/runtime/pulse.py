"""How a loop does, for health and metrics: what it waits for, and whether that is a worry."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pulse:
    """One loop at one moment."""

    name: str
    progressed_at: datetime
    """When it last got further, or found that there was nothing to do."""
    lag: float
    """How far behind: records for a listener, seconds for the others."""
    note: str = ""
    """What it waits for, in our own words."""
    red: bool = False
    """Whether it can't do its work now."""


@dataclass
class Progress:
    """Keeps the pulse of a loop."""

    name: str
    progressed_at: datetime
    patience: timedelta = timedelta(seconds=30)
    """How long there may be something to do and no progress."""
    lag: float = 0.0
    note: str = ""
    stuck: bool = False

    def made(self, now: datetime) -> None:
        """It got further, or has nothing to do."""
        self.progressed_at = now
        self.note = ""
        self.stuck = False

    def waits(self, note: str, *, red: bool) -> None:
        """It waits for something."""
        self.note = note
        self.stuck = red

    def at(self, now: datetime) -> Pulse:
        """The pulse at this moment: red where it says so itself, or where it has work and gets no further."""
        stalled = self.lag > 0 and now - self.progressed_at > self.patience
        note = self.note or ("no progress" if stalled else "")
        return Pulse(self.name, self.progressed_at, self.lag, note, self.stuck or stalled)
