"""What goes on around the matters: deputies who answer or don't, people who are away, persons who ask to be erased."""

from datetime import timedelta
from uuid import UUID

from gehoor.events.intake import ErasureGround
from gehoor.events.terms import CustomerId
from gehoor.intake.api.erasing import Erasure
from gehoor.routing.api.shapes import Absence
from gehoor.sla.api import Answer
from tests.simulation.chance import source
from tests.simulation.policy import DESKS
from tests.simulation.world import words
from tests.simulation.world.client import Refused
from tests.simulation.world.people import People
from tests.simulation.world.staff import PEOPLE


async def answer_escalations(people: People) -> None:
    """Whoever is asked answers once in a while, with a next step and its date."""
    chance, client = source(people.house.seed, "deputies"), people.client("deputy")
    while True:
        await people.times.work(chance, timedelta(hours=4))
        found = await client.read("sla", "list_escalations")
        for escalation in () if isinstance(found, Refused) else found.escalations:
            if chance.random() < 0.3:
                by_when = people.times.now() + timedelta(hours=2 + 40 * chance.random())
                step = words.note("Morgen bellen.", next(people.numbers))
                body = Answer(by=chance.choice(PEOPLE), next_step=step, next_step_by=by_when)
                await client.wish("sla", "answer", id=escalation.id, body=body)


async def come_and_go(people: People) -> None:
    """People of ours are away for a while, or nobody knows for how long."""
    chance, client = source(people.house.seed, "roster"), people.client("roster")
    while True:
        await people.times.work(chance, timedelta(hours=6))
        person = chance.choice(PEOPLE)
        if chance.random() < 0.6:
            until = people.times.now() + timedelta(hours=60) * chance.random() + timedelta(minutes=1)
            cover = chance.choice(PEOPLE)
            body = Absence(
                desk=chance.choice(DESKS),
                covered_by=cover if cover != person and chance.random() < 0.5 else None,
                until=until if chance.random() < 0.7 else None,
            )
            await client.wish("routing", "leave", person=person, body=body)
        else:
            await client.wish("routing", "come_back", person=person)


async def forget_persons(people: People) -> None:
    """Somebody asks to be forgotten, and is."""
    chance, client = source(people.house.seed, "erasures"), people.client("privacy")
    while True:
        await people.times.work(chance, timedelta(hours=40))
        if people.matters and chance.random() < 0.7:
            id_ = chance.choice(list(people.matters))
            dossier = await client.read("intake", "show", id=str(id_))
            if not isinstance(dossier, Refused) and dossier["customer_id"] is not None:
                customer = CustomerId(UUID(dossier["customer_id"]))
                await client.wish(
                    "intake", "erase", customer=customer, body=Erasure(ground=ErasureGround.REQUESTED), patient=True
                )
