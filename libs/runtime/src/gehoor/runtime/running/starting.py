"""One service's process, from its command line to its end."""

import argparse
import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

import uvloop
from pydantic import ValidationError

from gehoor.events.envelope import Recorded
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.handling import Handling
from gehoor.runtime.http.app import create_app
from gehoor.runtime.http.health import Check
from gehoor.runtime.http.keys import Gate
from gehoor.runtime.http.knowing import Rates
from gehoor.runtime.http.limits import Accepts, Limits
from gehoor.runtime.http.server import AddressError, Server, listen_on
from gehoor.runtime.observability import Metrics, keep_traces, log, log_as_json
from gehoor.runtime.ports import Ports
from gehoor.runtime.running.parts import Part, Plant, Role, Wake, listening, notifying, performing, relaying
from gehoor.runtime.running.real import StartError, real_ports, wait_for_database
from gehoor.runtime.running.supervising import live, stop_on_signals
from gehoor.runtime.settings import Settings

S = TypeVar("S", bound=Settings)
Assemble = Callable[[S, Ports], Assembled]
ALL = "all"
_DOES = {
    Role.API: "answer HTTP requests",
    Role.LISTEN: "read the journal and react",
    Role.RELAY: "put what is stored onto the journal",
    Role.DUE: "fire timers and attempt deliveries",
}


def run(name: str, settings_type: type[S], assemble: Assemble[S]) -> None:
    """Start what the command line asks for, and stay until a signal or a failing part ends it.

    Raises:
        SystemExit: always: 0 after a signal, 1 where a part failed or could not start, 2 where it was told wrongly.
    """
    roles = _asked(name, settings_type)
    settings = _told(name, settings_type)
    metrics = Metrics(name)
    log_as_json(name, settings.log_level, metrics)
    if settings.traces is not None:
        keep_traces(name, settings.traces)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            well = runner.run(_run(name, roles, settings, assemble, metrics))
    except (StartError, AddressError) as wrong:
        _say(name, str(wrong))
        raise SystemExit(1) from None
    raise SystemExit(0 if well else 1)


def _asked(name: str, settings_type: type[Settings]) -> Sequence[Role]:
    roles = [f"  {role:8} {does}" for role, does in _DOES.items()] + [f"  {ALL:8} all of it, in one process"]
    told = [
        f"  GEHOOR_{field.upper():25} {about.description or ''}" for field, about in settings_type.model_fields.items()
    ]
    parser = argparse.ArgumentParser(
        f"gehoor-{name}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="\n".join([f"Runs the service {name}, in one role or in all.", "", *roles]),
        epilog="\n".join(["It is told by the environment:", *told]),
    )
    parser.add_argument("role", choices=[*_DOES, ALL], metavar="ROLE", help="what this process does")
    role: str = parser.parse_args().role
    return tuple(Role) if role == ALL else (Role(role),)


def _told(name: str, settings_type: type[S]) -> S:
    try:
        return settings_type()
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False, include_url=False):
            field = "_".join(str(part) for part in error["loc"]).upper()
            _say(name, f"GEHOOR_{field}: {error['msg']}")
        raise SystemExit(2) from None


def _say(name: str, why: str) -> None:
    print(f"gehoor-{name}: {why}", file=sys.stderr)  # noqa: T201 - for whoever started it


async def _run(name: str, roles: Sequence[Role], settings: S, assemble: Assemble[S], metrics: Metrics) -> bool:
    """Be there until told otherwise; says whether nothing else ended it."""
    asked = stop_on_signals(settings.stop_within)
    async with real_ports(name, settings) as real:
        try:
            assembled = assemble(settings, real.ports)
        except (ValueError, OSError) as wrong:
            raise StartError(str(wrong)) from wrong
        plant = Plant(name, settings, real, metrics)
        telling, wake = relaying(plant) if Role.RELAY in roles else notifying(plant)
        handling = _handling(plant, assembled, wake)
        parts: list[Part] = []
        if Role.LISTEN in roles:
            parts += listening(plant, assembled, handling, patient=Role.API in roles)
        if Role.DUE in roles and assembled.service.performers:
            parts.append(performing(plant, assembled, handling))
        parts.append(telling)
        await wait_for_database(real, settings)
        return await live([_answering(plant, roles, assembled, handling, parts), *parts], asked, settings.stop_within)


def _handling(plant: Plant, assembled: Assembled, wake: Wake) -> Handling:
    def noticed(recorded: Sequence[Recorded]) -> None:
        if recorded:
            wake(recorded)
        for one in recorded:
            plant.metrics.recorded.labels(one.fact.type).inc()

    ports = plant.real.ports
    return Handling(
        assembled.service,
        ports.store,
        ports.keyring,
        ports.clock,
        creates_keys=assembled.creates_keys,
        noticed=noticed,
    )


def _answering(
    plant: Plant, roles: Sequence[Role], assembled: Assembled, handling: Handling, others: Sequence[Part]
) -> Part:
    """Health and metrics in every role, and the service's routes where it is an api.

    Raises:
        AddressError: the address can't be had.
    """
    settings = plant.settings
    checks: dict[str, dict[str, Check]] = defaultdict(dict)
    if Role.API in roles:
        checks[Role.API]["database"] = plant.real.can_store
    for part in others:
        checks[part.role].update(part.checks)
    app = create_app(
        assembled if Role.API in roles else Assembled(assembled.service),
        handling,
        plant.real.ports.store,
        Gate(plant.real.keys),
        metrics=plant.metrics,
        rates=Rates(settings.requests_per_second_max, settings.failures_per_minute_max),
        limits=Limits(otherwise=Accepts(bytes_max=settings.body_bytes_max), answer_within=settings.answer_within),
        checks={role: named for role, named in checks.items() if named},
    )
    socket = listen_on(settings.host, settings.port)
    server = Server(app, settings.stop_within)

    async def serve() -> None:
        log.info("answers", address="{}:{}".format(*socket.getsockname()[:2]))
        with socket:
            await server.serve([socket])

    async def stop() -> None:
        server.stop()

    return Part(Role.API, "http", serve, stop)
