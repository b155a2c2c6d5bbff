"""The whole house in a folder that passes: broker, database and services of their own, durable as in earnest."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from gehoor.cli.installation import SERVICES, Installation
from gehoor.cli.servers import ServiceServer
from gehoor.cli.up import bring_up, settings_of, take_down
from gehoor.devstack import Stack
from gehoor.devstack.server import Record
from tests.bench.outside import Errand, Way, apart, go
from tests.bench.profiling import ProfiledServer

HOLDER = "website"
CALLS_MAX = {"GEHOOR_REQUESTS_PER_SECOND_MAX": "100000"}
"""Nobody who measures is held to the rate of one caller."""
UNLIKE_OTHERS = "gehoor-bench-"


@dataclass(frozen=True)
class House:
    """All that runs, and how it is reached."""

    folder: Path
    installation: Installation
    stack: Stack

    def errand(self, complaints: int, *, read: bool = True) -> Errand:
        """Complaints to post here, one by one, as fast as they are answered."""
        return Errand(
            url=self.installation.service("intake").url,
            token=self.installation.keys[HOLDER],
            kafka=self.installation.kafka if read else None,
            journal=self.installation.journal,
            complaints=complaints,
        )

    async def post(self, errand: Errand) -> Sequence[Way]:
        """From outside, in a process of its own."""
        return await apart(go, errand)

    async def warm(self) -> None:
        """So many that every part has been used, whatever it makes when first used."""
        await self.post(replace(self.errand(60), callers=4))
        await self.post(replace(self.errand(40), batch=20, callers=2))

    def settings(self, service: str) -> Mapping[str, str]:
        """What a service is told here."""
        return settings_of(self.installation, service) | CALLS_MAX

    def server(self, service: str, *, role: str = "all") -> ServiceServer:
        """One service, to be started or stopped."""
        return ServiceServer(self.folder, service, self.settings(service), role=role)

    def profiled(self, service: str) -> ProfiledServer:
        """The same, telling at its end where its time went."""
        return ProfiledServer(self.folder, service, self.settings(service))

    def processes(self) -> Mapping[str, psutil.Process]:
        """Every process that has a part in it, by name."""
        records = {name: Record.read(self.folder / f"{name}.json") for name in (*SERVICES, "kafka", "postgres")}
        return {name: psutil.Process(record.process.pid) for name, record in records.items() if record is not None}

    def processor_seconds(self) -> dict[str, float]:
        """What each has used of the processor so far, with all it has started."""
        return {name: sum(map(_used, _family(process))) for name, process in self.processes().items()}


@asynccontextmanager
async def passing_house(say: Callable[[str], None]) -> AsyncIterator[House]:
    """A house that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=UNLIKE_OTHERS))
    try:
        installation = await bring_up(folder, say=say, env=CALLS_MAX)
        yield House(folder, installation, Stack(folder))
    finally:
        await take_down(folder)
        await asyncio.to_thread(Stack(folder).erase)
        shutil.rmtree(folder, ignore_errors=True)


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _used(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)
