"""Partner-escalation, put together: `gehoor-partner-escalation api | listen | relay | due | all`."""

from gehoor.events.terms import PartnerId
from gehoor.partner_escalation.api import routes
from gehoor.partner_escalation.domain import KIND, TICKETS
from gehoor.partner_escalation.effects import DELIVERY, deliveries
from gehoor.partner_escalation.listen import LISTENS_TO, UNSEALS, Delivering, listening
from gehoor.partner_escalation.policy import Policy, read
from gehoor.partner_escalation.settings import PartnerSettings
from gehoor.partner_escalation.views import rows
from gehoor.runtime.deliveries.retrying import Patience
from gehoor.runtime.handling import Handling
from gehoor.runtime.ports import Aggregate, Endpoint, Ports, Service
from gehoor.runtime.running import Assembled, run

NAME = "partner-escalation"


def assemble(settings: PartnerSettings, ports: Ports) -> Assembled:
    """The service, with what it decides by.

    Raises:
        PolicyError: the policy can't be followed; names the file and the fields.
    """
    policy = read(settings.policy.read_text("utf-8"), str(settings.policy))
    # Its state is read in clear: what one fact tells of the customer is sealed anew in the ticket that shares it.
    tickets = Aggregate(KIND, TICKETS, rows=rows, due=deliveries, unseals=True)
    delivering = Delivering(
        policy=policy,
        handling=Handling(Service(NAME, [tickets]), ports.store, ports.keyring, ports.clock),
        webhooks=ports.webhooks,
        endpoint=lambda partner: endpoint(partner, policy, settings),
        patience=Patience(settings.attempts_max, settings.retry_wait_first, settings.retry_wait_max),
    )
    service = Service(
        name=NAME,
        aggregates=[tickets],
        listens_to=LISTENS_TO,
        unseals=UNSEALS,
        react=listening(policy),
        performers={DELIVERY: delivering},
    )
    return Assembled(service, routers=[routes(policy)])


def endpoint(partner: PartnerId, policy: Policy, settings: PartnerSettings) -> Endpoint | None:
    """Where that partner's messages go and what signs them; None where the policy or the secret is missing."""
    agreed = policy.partners.get(partner)
    secret = settings.partner_secrets.get(agreed.webhook.secret) if agreed is not None else None
    if agreed is None or secret is None:
        return None
    return Endpoint(settings.partner_urls.get(partner, agreed.webhook.url), secret.get_secret_value())


def main() -> None:
    """Start what the command line asks for."""
    run(NAME, PartnerSettings, assemble)


if __name__ == "__main__":
    main()
