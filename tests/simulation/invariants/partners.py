"""9. A partner reads and writes nothing but its own tickets, and sees only the fields that policy shares."""

from gehoor.events.partner import (
    QuestionAsked,
    TicketAcknowledged,
    TicketDelivered,
    TicketOpened,
    TicketProgressed,
    TicketResolved,
)
from gehoor.partner_escalation.facts import UpdateNoted
from tests.simulation.policy import PARTNERS
from tests.simulation.run import Run
from tests.simulation.world.client import Refused

NAME = "partners"


async def check(run: Run) -> None:
    """Hold all that partners were told and shown against whose it is."""
    opened = {
        str(event.fact.ticket_id): event.fact
        for event in run.of("partner-escalation")
        if isinstance(event.fact, TicketOpened)
    }
    for name, partner in run.partners.items():
        keys: dict[str, object] = {}
        for key, body in partner.told:
            ticket = opened.get(body["data"]["ticket_id"])
            said = (body["type"], body["data"]["ticket_id"], body["data"].get("reminder"), body["data"].get("question"))
            if ticket is None or ticket.partner != name:
                run.breaks(NAME, f"{name} was told of a ticket that is not its own")
                continue
            if keys.setdefault(key, said) != said:
                run.breaks(NAME, f"{name} was told two things under the key {key}")
            if not set(body["data"].get("shared", {})) <= set(PARTNERS[name][ticket.category]):
                run.breaks(NAME, f"{name} was told {sorted(body['data']['shared'])} of {ticket.category}")
        for id_, shown in partner.saw:
            if opened[id_].partner != name and shown != Refused("AbsentError"):
                run.breaks(NAME, f"{name} saw {shown} of a ticket of {opened[id_].partner}")
    _all_told(run)
    said_by = (TicketAcknowledged, TicketProgressed, QuestionAsked, TicketResolved, UpdateNoted)
    spoken = {str(update) for partner in run.partners.values() for update in partner.spoken}
    updates: set[object] = set()
    for event in run.of("partner-escalation"):
        if isinstance(event.fact, said_by):
            if event.fact.update_id in updates or str(event.fact.update_id) not in spoken:
                run.breaks(NAME, "a word of a partner counted twice, or was none", event.subject)
            updates.add(event.fact.update_id)
    for name, partner in run.partners.items():
        for update, ticket_id in partner.spoken.items():
            if opened[ticket_id].partner != name and update in updates:
                run.breaks(NAME, f"{name} spoke on a ticket of {opened[ticket_id].partner}")


def _all_told(run: Run) -> None:
    """What is recorded as delivered was delivered; what was opened was told, given up, or is overtaken."""
    told = {key for partner in run.partners.values() for key, _ in partner.told}
    for event in run.of("partner-escalation"):
        if isinstance(event.fact, TicketDelivered) and str(event.fact.delivery_id) not in told:
            run.breaks(NAME, f"a message ({event.fact.message}) is recorded as delivered and never was", event.subject)
