"""P2: complaints whose whole chain is durable and on the journal, per second; and P7, what that leaves in memory."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gehoor.cli.installation import SERVICES
from tests.bench import bare, profiling, written
from tests.bench.figures import Breakdown, Figure, Measured
from tests.bench.house import House
from tests.bench.outside import Errand, Way, apart
from tests.bench.scale import Scale
from tests.bench.written import Written

FLOORS_MIN = 0.5
MEMORY_MAX = 120
MIB = 1024**2
_BARE = """
import aiokafka, asyncpg, cryptography.hazmat.primitives.ciphers.aead, fastapi, httpx2, prometheus_client
import psutil, pydantic_settings, structlog, uvicorn, yaml
print(psutil.Process().memory_info().rss)
"""
"""What a service would have in memory if it were nothing but its libraries."""


async def measure(house: House, scale: Scale, profile: str | None = None) -> Measured:
    """The chain with single posts, then with batches of CloudEvents, each beside its floor."""
    if profile is not None:
        await _exchange(house, profile, profiled=True)
    single = replace(house.errand(scale.complaints), callers=scale.callers)
    batched = replace(single, batch=scale.batch, callers=scale.batch_callers)
    measured = [
        await _measure(house, single, "single posts"),
        await _measure(house, batched, f"batches of {scale.batch} CloudEvents"),
    ]
    figures = [figure for one in measured for figure in one.figures]
    breakdowns = [breakdown for one in measured for breakdown in one.breakdowns]
    if profile is not None:
        server = house.profiled(profile)
        await _exchange(house, profile, profiled=False)
        breakdowns += profiling.breakdowns(server.profile, 2 * scale.complaints)
    return Measured(figures, breakdowns)


async def _exchange(house: House, service: str, *, profiled: bool) -> None:
    running, wanted = house.server(service), house.server(service)
    if profiled:
        wanted = house.profiled(service)
    await asyncio.to_thread(running.stop)
    await asyncio.to_thread(wanted.start, lambda _: None)
    await house.warm()


async def _measure(house: House, errand: Errand, how: str) -> Measured:
    mark = await written.marked(house.stack.postgres, house.installation)
    before = house.processor_seconds()
    ways = await house.post(errand)
    after = house.processor_seconds()
    seconds = _seconds(ways)
    stored = await written.written_since(mark, house.stack.postgres, house.installation)
    floor = await apart(bare.write_again, house.stack.postgres, house.installation.kafka, stored, errand.callers)
    found, least = len(ways) / seconds, len(ways) / floor
    figure = Figure(
        row="P2",
        what=f"whole chain, {how}",
        wanted=f"≥ {FLOORS_MIN} times floor",
        found=f"{found:.0f} complaints/s",
        floor=f"{least:.0f}/s: the same {stored.rows / len(ways):.0f} rows and {stored.records / len(ways):.0f} "
        f"records a complaint, {stored.transactions} transactions",
        ratio=found / least,
        met=found / least >= FLOORS_MIN,
    )
    used = {name: after[name] - before[name] for name in after}
    return Measured([figure], [_processor(how, used, seconds, ways, stored)])


def _seconds(ways: Sequence[Way]) -> float:
    return max(way.whole for way in ways) - min(way.sent for way in ways)


def _processor(how: str, used: Mapping[str, float], seconds: float, ways: Sequence[Way], stored: Written) -> Breakdown:
    lines = [
        (
            name,
            f"{spent / len(ways) * 1000:.2f} ms",
            f"{spent / seconds:.0%}",
            f"{len(ways) / stored.commits[name]:.1f}" if stored.commits.get(name) else "",
        )
        for name, spent in used.items()
    ]
    head = ("process", "processor a complaint", "of one core", "complaints a commit")
    return Breakdown(f"P2: where the processor goes, {how}", head, lines)


async def measure_memory(house: House) -> Measured:
    """P7: resident memory of each service, after whatever load came before."""
    processes = house.processes()
    full = {name: processes[name].memory_full_info() for name in SERVICES}
    floor = await _memory_of_libraries()
    figures = [
        Figure(
            row="P7",
            what=f"memory of {name} after the load",
            wanted=f"≤ {MEMORY_MAX} MiB",
            found=f"{one.rss / MIB:.0f} MiB resident, {one.pss / MIB:.0f} shared out, {one.uss / MIB:.0f} its own",
            floor=f"{floor / MIB:.0f} MiB: the libraries alone",
            ratio=one.rss / floor,
            met=one.rss <= MEMORY_MAX * MIB,
        )
        for name, one in full.items()
    ]
    return Measured(figures)


async def _memory_of_libraries() -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _BARE, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return int(said)
