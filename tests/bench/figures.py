"""What a row of the table says."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    row: str
    what: str
    wanted: str
    found: str
    floor: str
    """What it stands beside, measured in the same run."""
    ratio: float
    """Found by floor."""
    met: bool | None
    """None where nothing is wanted."""


@dataclass(frozen=True)
class Breakdown:
    """Where the time, the processor or the memory went: a small table of its own."""

    title: str
    head: Sequence[str]
    lines: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Measured:
    """What one row came to."""

    figures: Sequence[Figure]
    breakdowns: Sequence[Breakdown] = ()


def percentile(values: Sequence[float], percent: int) -> float:
    """That percentile (1 to 99) of at least two values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def ms(seconds: float) -> str:
    """Milliseconds, as they are read."""
    return f"{seconds * 1000:.1f} ms"


def spread(values: Sequence[float]) -> str:
    """Half of them are below the first, nearly all below the second."""
    return f"p50 {ms(percentile(values, 50))}, p99 {ms(percentile(values, 99))}"
