"""The four services in simulated days in which everything goes wrong: all invariants hold, and a seed is a story."""

import os
import subprocess
import sys
from functools import cache

import pytest

from tests.simulation.__main__ import digest
from tests.simulation.run import Run, simulate
from tests.simulation.story import tell_lines

SEEDS = range(6)
DAYS = 4


@cache
def ran(seed: int) -> Run:
    return simulate(seed, DAYS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_invariants_hold_whatever_goes_wrong(seed: int) -> None:
    assert not ran(seed).broken, "\n".join(tell_lines(ran(seed)))


def test_the_same_seed_tells_the_same_story() -> None:
    """In another process too, in which Python orders its sets otherwise: byte for byte, sealed words included."""
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3", "--days", str(DAYS), "--digest"]
    told = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[0] == digest(ran(3))


def test_another_seed_tells_another_story() -> None:
    assert digest(ran(1)) != digest(ran(2))


def test_much_happens_in_a_run() -> None:
    """Facts of every service, crashes, and time that passed: else nothing was shown."""
    services = {one.event.service for one in ran(3).story}
    assert services == {"intake", "routing", "sla", "partner-escalation"}
    assert ran(3).house.crashes
    assert ran(3).matter_days > DAYS
