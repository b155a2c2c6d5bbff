"""How long and how much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The size of a run."""

    per_second: int = 50
    seconds: int = 20
    complaints: int = 1500
    """Of each load that goes as fast as it can."""
    callers: int = 8
    batch: int = 50
    batch_callers: int = 4


WHOLE = Scale()
QUICK = Scale(per_second=20, seconds=3, complaints=100, batch=20)
"""Enough to see that it measures; the figures say little."""
