"""The nine invariants, one file each: `check(run)` after a run, and a witness for what must hold at every moment."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from gehoor.events.envelope import Recorded
from gehoor.runtime.ports import Commit
from tests.simulation.invariants import (
    clocks,
    closings,
    escalations,
    every_input,
    journal,
    one_owner,
    partners,
    sealed,
    views,
)
from tests.simulation.run import Run

ALL = (every_input, one_owner, clocks, escalations, closings, journal, views, sealed, partners)
Check = Callable[[Run], Awaitable[None]]


class Witness(Protocol):
    """Sees every commit at its moment."""

    def see(self, run: Run, service: str, commit: Commit, recorded: Sequence[Recorded], /) -> None:
        """One commit."""
        ...


def after() -> Sequence[Check]:
    """What is checked once all has settled."""
    return [one.check for one in ALL]


def meanwhile() -> Sequence[Callable[[], Witness]]:
    """What watches at every moment."""
    return [one_owner.Witness, clocks.Witness, closings.Witness]
