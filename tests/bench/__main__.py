"""`python -m tests.bench [ROW…] [--quick] [--profile SERVICE]`: the table of docs/benchmarks.md.

All rows at full size write the page; some of them, quick ones or profiled ones are only printed.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from gehoor.cli.installation import SERVICES
from tests.bench import accepting, latency, machine, printing, starting, throughput
from tests.bench.figures import Measured
from tests.bench.house import passing_house
from tests.bench.scale import QUICK, WHOLE, Scale

ROWS = ("P1", "P2", "P3", "P6", "P7")
APART = "P6"
"""Needs the machine for a house of its own."""


def main() -> int:
    """Measure what is asked for; 1 where a row is not as it is wanted."""
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(ROWS)}; all of them where none is named")
    parser.add_argument("--quick", action="store_true", help="only to see that it measures")
    parser.add_argument("--profile", choices=SERVICES, help="show where this service's time goes, in P2")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - set(ROWS):
        parser.error(f"no row {', '.join(sorted(unknown))}: there are {', '.join(ROWS)}")
    rows = asked.rows or ROWS
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    measured, on = asyncio.run(measure(rows, QUICK if asked.quick else WHOLE, asked.profile))
    printing.show(measured, on)
    if set(rows) == set(ROWS) and not asked.quick and asked.profile is None:
        printing.write(measured, on)
    return 1 if any(figure.met is False for one in measured for figure in one.figures) else 0


async def measure(rows: Sequence[str], scale: Scale, profile: str | None = None) -> tuple[Sequence[Measured], str]:
    """Those rows, and what they were measured on."""
    measured = []
    async with passing_house(_say) as house:
        on = await machine.described(house.stack.postgres)
        others = machine.others(house.processor_seconds)
        _say("warming up")
        await house.warm()
        for row in sorted(set(rows) - {APART}):
            _say(row)
            match row:
                case "P1":
                    measured.append(await latency.measure(house, scale))
                case "P2":
                    measured.append(await throughput.measure(house, scale, profile))
                case "P3":
                    measured.append(await accepting.measure(house, scale))
                case _:
                    measured.append(await throughput.measure_memory(house))
        on = f"{on}; {others()}"
    if APART in rows:
        _say(APART)
        measured.append(await starting.measure())
    return sorted(measured, key=lambda one: one.figures[0].row), on


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)  # noqa: T201 - progress


if __name__ == "__main__":
    sys.exit(main())
