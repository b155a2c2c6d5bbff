"""When to try again: exponential backoff with full jitter, bounded in number and length.

The randomness is handed in, so that a decision made again is the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

_DOUBLINGS_MAX = 20


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a delivery is tried."""

    attempts_max: int = 12
    retry_wait_first: timedelta = timedelta(seconds=5)
    """What the wait after the first attempt is drawn from; it doubles with each."""
    retry_wait_max: timedelta = timedelta(hours=1)


def next_attempt(patience: Patience, attempts: int, now: datetime, fraction: float) -> datetime | None:
    """When to try again after that many attempts; None when it is time to give up.

    Args:
        patience: The bounds.
        attempts: How many were made, at least 1.
        now: When the last one ended.
        fraction: Drawn from 0 to 1: where in the whole of the wait the next attempt falls.
    """
    if attempts >= patience.attempts_max:
        return None
    wait = patience.retry_wait_first * (1 << min(attempts - 1, _DOUBLINGS_MAX))
    return now + min(wait, patience.retry_wait_max) * fraction
