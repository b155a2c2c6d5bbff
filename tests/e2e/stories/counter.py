"""S8 · The other counter: a father is sent on twice; who answers for it stays until the coordinator does."""

from uuid import UUID

from gehoor.cli.stories.stage import Stage
from gehoor.events.routing import HandOffLimitReached, OwnerAssigned
from gehoor.events.terms import ClockKind
from tests.e2e.sending import Sender

NAME = "Hamid Ait-Lahcen"
ADDRESS = "hamid.aitlahcen@ouder.example"
TEXT = "De schoen van mijn zoon kwam tegen haar hoofd. Aan uw balie was men onbeleefd: ik moest naar een ander loket."
CRECHE = "Kinderdagverblijf De Regenboog, bij mevrouw Plisnier"
TOWN_HALL = "Het loket Onderwijs in het stadhuis"


async def play(stage: Stage, sender: Sender) -> UUID:
    """Play it to its end, and give the complaint: another system sends it, and staff sends the father on."""
    reference = await sender.complaint(
        channel="desk",
        text=TEXT,
        name=NAME,
        contact_points=[{"kind": "email", "address": ADDRESS}],
        language="nl",
        by="st_greet",
        contact={"steps": ["let-speak", "acknowledged"]},
    )
    complaint = await sender.received(reference)
    await stage.watch.fact(complaint, OwnerAssigned)
    await stage.armed(complaint, ClockKind.RESOLUTION)
    await _send_on(stage, complaint, whither="outside", to=CRECHE)
    await _send_on(stage, complaint, whither="inside", to=TOWN_HALL)
    await stage.watch.fact(complaint, HandOffLimitReached)
    await stage.watch.fact(complaint, OwnerAssigned, lambda owner: owner.desk == "coordinator")
    return complaint


async def _send_on(stage: Stage, complaint: UUID, *, whither: str, to: str) -> None:
    referral = {"whither": whither, "warmth": "cold", "to": to, "by": "st_greet"}
    await stage.desks["front-line"].post("intake", f"/complaints/{complaint}/referral", referral)
