"""Intake, put together: `gehoor-intake api | listen | relay | due | all`."""

from typing import Any

from gehoor.intake import api, effects, leaving, listen, views
from gehoor.intake.channels.cloudevents import BATCH, BINARY, STRUCTURED
from gehoor.intake.channels.mail.arriving import MEDIA_TYPE
from gehoor.intake.channels.mail.reading import BYTES_MAX
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.message import MESSAGE
from gehoor.intake.domain.person import PERSON
from gehoor.intake.points import digester
from gehoor.intake.policy import read
from gehoor.intake.reception import Reception
from gehoor.intake.settings import IntakeSettings
from gehoor.runtime.deliveries.retrying import Patience
from gehoor.runtime.handling import Handling
from gehoor.runtime.http.limits import Accepts
from gehoor.runtime.ports import Aggregate, Ports, Service
from gehoor.runtime.running import Assembled, run

EVENTS_BYTES_MAX = 4 * 1024 * 1024
"""Of a batch of events."""


def assemble(settings: IntakeSettings, ports: Ports) -> Assembled:
    """The service, with what it decides by.

    Raises:
        PolicyError: the policy can't be followed; names the file and the fields.
        ValueError: there is no installation key.
    """
    policy = read(settings.policy.read_text("utf-8"), str(settings.policy))
    digest = digester(settings.wrapping_key())
    aggregates: list[Aggregate[Any, Any]] = [
        Aggregate(views.MATTER, MATTER, rows=views.matter_rows(digest), due=effects.mails_due, unseals=True),
        Aggregate(views.MESSAGE, MESSAGE, rows=views.message_rows(digest), unseals=True),
        Aggregate(views.PERSON, PERSON, due=effects.erasure_due),
    ]
    reads = Handling(Service("intake", aggregates), ports.store, ports.keyring, ports.clock)
    patience = Patience(attempts_max=settings.attempts_max, retry_wait_max=settings.retry_wait_max)
    chance = ports.chance
    reception = Reception(policy, ports.store, ports.keyring, ports.blobs, ports.clock, chance.new_id, chance.bits)
    return Assembled(
        service=Service(
            name="intake",
            aggregates=aggregates,
            listens_to=listen.LISTENS_TO,
            react=listen.listening(ports.clock),
            performers={
                effects.MAIL: leaving.mailing(policy, ports, reads, patience, chance.fraction),
                effects.ERASURE: leaving.destroying(ports, reads),
            },
        ),
        routers=api.routes(reception, digest),
        creates_keys=True,
        accepts={
            "/events": Accepts(frozenset({STRUCTURED, BATCH, BINARY}), EVENTS_BYTES_MAX),
            "/mails": Accepts(frozenset({MEDIA_TYPE}), BYTES_MAX),
        },
        inbound=listen.translating(reception, ports.store),
    )


def main() -> None:
    """Start what the command line asks for."""
    run("intake", IntakeSettings, assemble)


if __name__ == "__main__":
    main()
