"""Routing, put together: `gehoor-routing api | listen | relay | due | all`."""

from gehoor.routing.api import routes
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.presence import PRESENCE
from gehoor.routing.effects import RETURN, come_back, returns
from gehoor.routing.listen import LISTENS_TO, UNSEALS, listening
from gehoor.routing.policy import read
from gehoor.routing.settings import RoutingSettings
from gehoor.routing.views import MATTER, STAFF, ownership_rows, presence_rows
from gehoor.runtime.ports import Aggregate, Ports, Service
from gehoor.runtime.running import Assembled, run
from gehoor.runtime.settings import ConsumerKind


def assemble(settings: RoutingSettings, ports: Ports) -> Assembled:
    """The service, with what it decides by.

    Raises:
        PolicyError: the policy can't be followed; names the file and the fields.
    """
    policy = read(settings.policy.read_text("utf-8"), str(settings.policy))
    service = Service(
        name="routing",
        aggregates=[
            Aggregate(MATTER, OWNERSHIP, rows=ownership_rows),
            Aggregate(STAFF, PRESENCE, rows=presence_rows, due=returns),
        ],
        listens_to=LISTENS_TO,
        unseals=UNSEALS,
        react=listening(policy, ports.clock),
        performers={RETURN: come_back},
    )
    return Assembled(service, routers=[routes(policy)], consumer=ConsumerKind.FAUST)


def main() -> None:
    """Start what the command line asks for."""
    run("routing", RoutingSettings, assemble)


if __name__ == "__main__":
    main()
