"""`python -m tests.simulation --seed 7 --days 7 [--seeds 100]`: runs, and for each that fails the story and the replay.

Ends with 1 where an invariant did not hold.
"""

import argparse
import sys
from hashlib import sha256
from time import process_time

from tests.simulation.run import CUSTOMERS, Run, simulate
from tests.simulation.story import tell_lines


def main() -> None:
    """Run as many seeds as asked.

    Raises:
        SystemExit: with 1 where one broke an invariant.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--days", type=int, default=7, help="simulated days of each")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="of each")
    parser.add_argument("--digest", action="store_true", help="of the whole journal, to compare two runs")
    asked = parser.parse_args()
    began, lived, failed, faults = process_time(), 0.0, 0, 0
    for seed in range(asked.seed, asked.seed + asked.seeds):
        run = simulate(seed, asked.days, asked.customers)
        lived += run.matter_days
        failed += bool(run.broken)
        faults += run.house.crashes + sum(run.trouble.faults.values())
        if run.broken:
            say(*tell_lines(run))
        if asked.digest:
            say(digest(run))
    minutes = (process_time() - began) / 60
    say(
        f"{asked.seeds} seeds of {asked.days} days, {failed} failed; {lived:.0f} complaint-days, "
        f"{lived / minutes:.0f} a minute of processor; {faults} crashes and troubles"
    )
    sys.exit(1 if failed else 0)


def say(*lines: str) -> None:
    """To whoever asked."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def digest(run: Run) -> str:
    """Of every byte of the journal."""
    whole = sha256()
    for record in run.journal:
        whole.update(repr((record.partition, record.key, record.headers, record.value)).encode())
    return whole.hexdigest()


if __name__ == "__main__":
    main()
