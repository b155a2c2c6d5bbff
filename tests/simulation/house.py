"""The four services, each in one process or two, on one journal and one keyring."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from fastapi import APIRouter
from pydantic import SecretStr

import gehoor.intake.main
import gehoor.partner_escalation.main
import gehoor.routing.main
import gehoor.sla.main
from gehoor.intake.settings import IntakeSettings
from gehoor.partner_escalation.settings import PartnerSettings
from gehoor.routing.settings import RoutingSettings
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.memory.blobs import MemoryBlobs
from gehoor.runtime.memory.keyring import MemoryKeyring, derived_from
from gehoor.runtime.memory.mailer import MemoryMailer
from gehoor.runtime.memory.webhooks import MemoryWebhooks
from gehoor.runtime.observability import Metrics
from gehoor.runtime.ports import Ports
from gehoor.sla.settings import SlaSettings
from tests.simulation.chance import source
from tests.simulation.kept import Kept, LateJournal, SeenStore, Witness
from tests.simulation.line import CALM, Rates
from tests.simulation.policy import PARTNERS, SECRET, policy
from tests.simulation.process import Process

NAMES = ("intake", "routing", "sla", "partner-escalation")
_MAINS = {
    "intake": gehoor.intake.main,
    "routing": gehoor.routing.main,
    "sla": gehoor.sla.main,
    "partner-escalation": gehoor.partner_escalation.main,
}
_READ = {name: cache(main.read) for name, main in _MAINS.items()}
"""What reads the policy: it gives the same of the same text, and a run starts many processes."""


def installation_key() -> bytes:
    """The installation's."""
    return b"k" * 32


@cache
def _settings(name: str) -> Any:
    nowhere = SecretStr("nowhere")
    key = SecretStr(b64encode(installation_key()).decode())
    of_all: Mapping[str, Any] = {"dsn": nowhere, "policy": policy(), "installation_key": key, "attempts_max": 4}
    match name:
        case "intake":
            return IntakeSettings(**of_all)
        case "routing":
            return RoutingSettings(**of_all)
        case "sla":
            return SlaSettings(**of_all, webhook_secrets={"managers": SecretStr(SECRET)})
        case _:
            secrets = {partner: SecretStr(SECRET) for partner in PARTNERS}
            return PartnerSettings(**of_all, outside_dsn=nowhere, partner_secrets=secrets)


def _note(router: APIRouter, _path: str, endpoint: Callable[..., Any], **_named: Any) -> None:
    """A route by its name: it is called as it is, without what HTTP needs to know of it."""
    router.routes.append(SimpleNamespace(name=endpoint.__name__, endpoint=endpoint))  # type: ignore[arg-type]


@cache
def _metrics() -> Mapping[str, Metrics]:
    return MappingProxyType({name: Metrics(name) for name in NAMES})


class House:
    """All that is ours."""

    def __init__(self, seed: int, witness: Witness, noticed: Callable[[str], None]) -> None:
        chance = source(seed, "house")
        self.seed = seed
        self.noticed = noticed
        """Told what must never happen."""
        self.journal = LateJournal(chance.choice((1, 3, 7)))
        self.keyring = MemoryKeyring(derived_from(seed))
        self.blobs = MemoryBlobs()
        self.mailer = MemoryMailer()
        self.webhooks = MemoryWebhooks()
        self.metrics = _metrics()
        self.kept = {name: Kept(name, SeenStore(name, witness)) for name in NAMES}
        self.processes: dict[str, list[Process]] = {name: [] for name in NAMES}
        self.wanted = {name: chance.choice((1, 1, 2)) for name in NAMES}
        """How many processes each service has."""
        self.offsets: dict[str, timedelta] = {}
        """How far the clock of a service's machine is off."""
        self.down: set[str] = set()
        """The services that nobody starts for now."""
        self.rates: Rates = CALM
        self.crashes = 0
        self._chance = chance
        self._started = 0

    def assemble(self, name: str, ports: Ports) -> Assembled:
        """The service, put together by its own main."""
        with patch.object(_MAINS[name], "read", _READ[name]), patch.object(APIRouter, "add_api_route", _note):
            assembled: Assembled = _MAINS[name].assemble(_settings(name), ports)
        return assembled

    def start(self, name: str) -> None:
        """Start as many processes of a service as are wanted."""
        while len(self.processes[name]) < self.wanted[name] and name not in self.down:
            self._started += 1
            process = Process(self, self.kept[name], self._started)
            process.line.rates = self.rates
            self.processes[name].append(process)
            process.start()

    def stop(self, name: str) -> None:
        """A service is down until somebody starts it again."""
        self.down.add(name)
        for process in list(self.processes[name]):
            process.crash()

    def restore(self, name: str) -> None:
        """Start it again."""
        self.down.discard(name)
        self.start(name)

    def ended(self, kept: Kept, process: Process) -> None:
        """A process ended: another is started in its place after a while."""
        self.crashes += 1
        self.processes[kept.name].remove(process)
        after = self._chance.choice((1.0, 20.0, 20.0, 600.0))
        asyncio.get_running_loop().call_later(after, self.start, kept.name)

    def rate(self, rates: Rates) -> None:
        """From now on faults are as probable as that."""
        self.rates = rates
        for process in self.all_processes:
            process.line.rates = rates

    def set_clock(self, name: str, offset: timedelta) -> None:
        """The clock of that service's machine is off by this much."""
        self.offsets[name] = offset
        for process in self.processes[name]:
            process.clock.offset = offset

    def hear_late(self, name: str, partitions: Iterable[int], by: timedelta) -> None:
        """A service gets nothing of those partitions for a while."""
        held = {(f"gehoor-{name}", one) for one in partitions}
        self.journal.late |= held

        def let_go() -> None:
            self.journal.late -= held
            self.journal.notify()

        asyncio.get_running_loop().call_later(by.total_seconds(), let_go)

    @property
    def all_processes(self) -> Sequence[Process]:
        """All that run."""
        return [process for name in NAMES for process in self.processes[name]]
