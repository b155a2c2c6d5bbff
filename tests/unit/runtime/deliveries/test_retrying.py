"""When a delivery is tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from gehoor.runtime.deliveries.retrying import Patience, next_attempt

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENCE = Patience(attempts_max=5, retry_wait_first=timedelta(seconds=10), retry_wait_max=timedelta(seconds=60))


def test_the_wait_doubles_up_to_its_bound() -> None:
    waits = [next_attempt(PATIENCE, attempts, NOW, 1.0) for attempts in range(1, 5)]
    assert waits == [NOW + timedelta(seconds=seconds) for seconds in (10, 20, 40, 60)]


def test_it_is_given_up_after_the_last_attempt() -> None:
    assert next_attempt(PATIENCE, 4, NOW, 0.5) is not None
    assert next_attempt(PATIENCE, 5, NOW, 0.5) is None


@given(st.integers(1, 10**9), st.floats(0, 1))
@example(10**9, 1.0)
@example(1, 0.0)
def test_a_wait_is_never_negative_nor_longer_than_its_bound(attempts: int, fraction: float) -> None:
    at = next_attempt(Patience(attempts_max=2 * 10**9), attempts, NOW, fraction)
    assert at is not None
    assert timedelta(0) <= at - NOW <= Patience().retry_wait_max
