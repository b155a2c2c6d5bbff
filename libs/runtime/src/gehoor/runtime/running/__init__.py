"""Running a service: `gehoor-<service> api | listen | relay | due | all`.

    def assemble(settings: SlaSettings, ports: Ports) -> Assembled: ...

    def main() -> None:
        run("sla", SlaSettings, assemble)

    if __name__ == "__main__":
        main()

`assemble` is the service's one wiring function; a simulation calls it with the twins.
"""

from gehoor.runtime.assembled import Assembled
from gehoor.runtime.running.starting import run

__all__ = ["Assembled", "run"]
