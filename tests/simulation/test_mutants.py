"""A checker that no defect can fail is no checker: each defect is put in, and must be caught by the one it names."""

import pytest

from tests.simulation.invariants import ALL
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.run import simulate

DAYS = 5
SEEDS_MAX = 25
"""A defect may not matter in every story; in one of so many it must."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_defect_is_caught_by_its_checker(mutant: Mutant) -> None:
    for seed in range(mutant.seed, mutant.seed + SEEDS_MAX):
        with mutant.put():
            run = simulate(seed, DAYS)
        if mutant.caught_by in {broken.invariant for broken in run.broken}:
            return
    pytest.fail(f"{mutant}: {mutant.caught_by} saw nothing in {SEEDS_MAX} stories")


def test_every_checker_has_a_defect_that_it_catches() -> None:
    assert {mutant.caught_by for mutant in MUTANTS} == {checker.NAME for checker in ALL}
