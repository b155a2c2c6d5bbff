"""`gehoor republish`: what a service has said, onto the journal once more."""

import json
from typing import Annotated

import typer

from gehoor.cli.installation import Installation, find_installation
from gehoor.cli.plainly import AsJson, Where, run
from gehoor.cli.services import opened
from gehoor.runtime import relaying
from gehoor.runtime.kafka.producer import KafkaProducer


def republish(
    service: Annotated[str, typer.Argument(help="Whose: intake, routing, sla, partner-escalation.")],
    *,
    from_: Annotated[
        int, typer.Option("--from", min=1, help="The position in its store to begin with, as `audit` names it.")
    ] = 1,
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """Publish a service's facts again, in order: after `audit` missed some, or where a broker lost its disk.

    Safe at any time: whoever has a fact passes it over. What still waits in the outbox is sent before what follows it.

    [dim]gehoor republish sla[/dim]
    [dim]gehoor republish sla --from 1207[/dim]
    """
    sent = run(_sent(find_installation(installation), service, from_ - 1))
    if as_json:
        typer.echo(json.dumps({"service": service, "sent": sent}))
    else:
        typer.echo(f"{service}: {sent} facts are on the journal again.")


async def _sent(installation: Installation, service: str, after: int) -> int:
    async with opened(installation, service) as there:
        producer = KafkaProducer(installation.kafka, installation.journal)
        try:
            return await relaying.republish(there.real.outbox, producer, after)
        finally:
            await producer.stop()
