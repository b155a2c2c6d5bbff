"""Running a service: `gehoor-<service> api | listen | relay | due | all`.

    def main() -> None:
        run("sla", SlaSettings, assemble)

`assemble(settings, ports)` is the service's one wiring function.
"""

from collections.abc import Callable
from typing import TypeVar

from gehoor.runtime.assembled import Assembled
from gehoor.runtime.ports import Ports
from gehoor.runtime.settings import Settings

__all__ = ["Assembled", "run"]

S = TypeVar("S", bound=Settings)


def run(name: str, settings_type: type[S], assemble: Callable[[S, Ports], Assembled]) -> None:
    """Start what the command line asks for, and stay until a signal or a failing part ends it."""
    raise SystemExit(f"{name}: running is being built ({settings_type.__name__}, {assemble.__name__})")
