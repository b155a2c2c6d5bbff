"""What stands in a service once all has settled, read by one of its own processes."""

from typing import Any
from uuid import UUID

from tests.simulation.run import Run


async def states(run: Run, service: str, kind: str) -> dict[UUID, Any]:
    """The state of every stream of a kind, by subject; words that were sealed are sealed."""
    process = run.house.processes[service][0]
    streams = dict.fromkeys(event.stream for event in run.of(service) if event.stream.kind == kind)
    return {stream.id: (await process.handling.read(stream, unsealed=False))[0] for stream in streams}
