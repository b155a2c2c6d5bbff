"""Sla, put together: `gehoor-sla api | listen | relay | due | all`."""

from gehoor.runtime.ports import Aggregate, Ports, Service
from gehoor.runtime.running import Assembled, run
from gehoor.sla.api import routes
from gehoor.sla.deliveries import performers
from gehoor.sla.domain import watch_decider
from gehoor.sla.effects import CLOCK, LADDER, TIMERS, WARNING, climb, due, fire, warn
from gehoor.sla.listen import listening
from gehoor.sla.policy import Policy, PolicyError, read
from gehoor.sla.reactions import LISTENS_TO, WATCH
from gehoor.sla.settings import SlaSettings
from gehoor.sla.views import rows


def assemble(settings: SlaSettings, ports: Ports) -> Assembled:
    """The service, with what it decides by.

    Raises:
        PolicyError: the policy can't be followed; names the file and the fields.
    """
    policy = read(settings.policy.read_text("utf-8"), str(settings.policy))
    _see_secrets(policy, settings)
    decider = watch_decider(policy)
    service = Service(
        name="sla",
        aggregates=[Aggregate(WATCH, decider, rows=rows, due=due)],
        listens_to=LISTENS_TO,
        react=listening(ports.clock),
        performers={
            CLOCK: fire,
            WARNING: warn,
            LADDER: climb,
            **performers(policy, decider, ports, settings.webhook_secrets, settings.answer_at),
        },
        awaits_journal=TIMERS,
    )
    return Assembled(service, routers=[routes()])


def main() -> None:
    """Start what the command line asks for."""
    run("sla", SlaSettings, assemble)


def _see_secrets(policy: Policy, settings: SlaSettings) -> None:
    for role, addressee in policy.sla.addressees.items():
        for address in (addressee, *addressee.desks.values()):
            if address.webhook is not None and address.webhook.secret not in settings.webhook_secrets:
                raise PolicyError(
                    f"{settings.policy}: sla.addressees.{role}: GEHOOR_WEBHOOK_SECRETS has no {address.webhook.secret}"
                )


if __name__ == "__main__":
    main()
