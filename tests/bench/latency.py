"""P1: from intake's answer to an owner on the journal, at a steady pace."""

from collections.abc import Sequence
from dataclasses import replace

from gehoor.cli.prepare import PARTITIONS
from gehoor.events.intake import ComplaintReceived
from gehoor.events.routing import OwnerAssigned
from gehoor.runtime.kafka import topics
from tests.bench.figures import Breakdown, Figure, Measured, ms, percentile, spread
from tests.bench.house import House
from tests.bench.outside import Way, apart
from tests.bench.round_trip import round_trips
from tests.bench.scale import Scale

P99_MAX = 0.025
FLOORS_MAX = 4
FLOOR_TOPIC = "bench.round-trip"


async def measure(house: House, scale: Scale) -> Measured:
    """Half of the round trips before the load and half after it: the machine may change meanwhile."""
    kafka = house.installation.kafka
    await topics.ensure(kafka, [topics.journal(FLOOR_TOPIC, PARTITIONS)])
    count = scale.per_second * scale.seconds
    half = (kafka, FLOOR_TOPIC, scale.per_second, count // 2)
    floor = list(await apart(round_trips, *half))
    ways = await house.post(replace(house.errand(count), per_second=scale.per_second))
    floor += await apart(round_trips, *half)
    took = [way.seen[OwnerAssigned.type] - way.answered for way in ways]
    ratio = percentile(took, 99) / percentile(floor, 99)
    figure = Figure(
        row="P1",
        what=f"accepted → owner on the journal, {scale.per_second} complaints/s",
        wanted=f"p99 ≤ {ms(P99_MAX)} and ≤ {FLOORS_MAX} times floor",
        found=spread(took),
        floor=f"{spread(floor)}: one record there and back",
        ratio=ratio,
        met=percentile(took, 99) <= P99_MAX and ratio <= FLOORS_MAX,
    )
    return Measured([figure], [_stages(ways)])


def _stages(ways: Sequence[Way]) -> Breakdown:
    received, owned = ComplaintReceived.type, OwnerAssigned.type
    stages = {
        "posted → answered": [way.answered - way.sent for way in ways],
        "answered → received is readable (intake's relay, broker)": [way.seen[received] - way.answered for way in ways],
        "readable → decided (routing reads, loads, decides)": [
            way.recorded[owned] - way.seen[received] for way in ways
        ],
        "decided → owner is readable (commit, routing's relay, broker)": [
            way.seen[owned] - way.recorded[owned] for way in ways
        ],
    }
    lines = [(stage, ms(percentile(took, 50)), ms(percentile(took, 99))) for stage, took in stages.items()]
    return Breakdown("P1: where the time goes", ("stage", "p50", "p99"), lines)
