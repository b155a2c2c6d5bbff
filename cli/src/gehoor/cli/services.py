"""A service opened from outside its own processes: for mending what only its own code can mend."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import get_type_hints

from gehoor.cli.installation import Installation
from gehoor.cli.plainly import FailedError
from gehoor.cli.up import settings_of
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.draining import Draining
from gehoor.runtime.handling import Handling
from gehoor.runtime.hearing import FactHearing, Hearing, InboundHearing
from gehoor.runtime.postgres.connecting import reached
from gehoor.runtime.running.real import Real, StartError, real_ports


@dataclass(frozen=True)
class Opened:
    """One service's own code on its own store; nothing of it runs by itself."""

    installation: Installation
    assembled: Assembled
    real: Real
    handling: Handling

    @property
    def name(self) -> str:
        """Which service."""
        return self.assembled.service.name

    async def standing_views(self) -> set[str]:
        """The views that have rows, also such as nothing makes any more."""
        async with reached(self.real.pool) as connection:
            return {row["view"] for row in await connection.fetch("select distinct view from view_row")}

    def draining(self, topic: str) -> Draining:
        """What can be done with the records of that topic that are parked.

        Raises:
            FailedError: the service does not read that topic.
        """
        ports = self.real.ports
        return Draining(self.hearing(topic), self.handling, self.real.parking, ports.clock)

    def hearing(self, topic: str) -> Hearing:
        """How the records of that topic are understood.

        Raises:
            FailedError: the service does not read that topic.
        """
        if topic == self.installation.journal:
            return FactHearing(self.assembled.service, self.handling)
        if topic == self.installation.inbound and self.assembled.inbound is not None:
            return InboundHearing(self.name, self.assembled.inbound, self.real.ports.keyring)
        raise FailedError(f"{self.name} does not read {topic}")


@asynccontextmanager
async def opened(installation: Installation, service: str) -> AsyncIterator[Opened]:
    """That service, with the settings its own processes have.

    Raises:
        InstallationError: there is no such service.
        FailedError: it can't be put together; says why.
    """
    installation.service(service)
    assemble = import_module(f"gehoor.{service.replace('-', '_')}.main").assemble
    with _environment(settings_of(installation, service)):
        settings = get_type_hints(assemble)["settings"]()
    try:
        async with real_ports(service, settings) as real:
            try:
                assembled = assemble(settings, real.ports)
            except (ValueError, OSError) as wrong:
                raise StartError(str(wrong)) from wrong
            ports = real.ports
            handling = Handling(
                assembled.service, ports.store, ports.keyring, ports.clock, creates_keys=assembled.creates_keys
            )
            yield Opened(installation, assembled, real, handling)
    except StartError as wrong:
        raise FailedError(f"{service}: {wrong}") from wrong


@contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    """These variables, for as long as settings are read."""
    before = dict(os.environ)
    os.environ.update(told)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
