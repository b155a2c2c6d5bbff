"""What can happen to the tickets of one complaint, and what is refused.

`tickets` is the state, `commands` the wishes, `evolving` what a fact changes, `deciding` what follows from a wish.
"""

from gehoor.events.deciding import Decider
from gehoor.partner_escalation.domain.commands import Command
from gehoor.partner_escalation.domain.deciding import decide
from gehoor.partner_escalation.domain.evolving import evolve
from gehoor.partner_escalation.domain.tickets import Tickets

KIND = "tickets"
"""The kind of the stream; its id is the complaint's."""
TICKETS: Decider[Tickets, Command] = Decider(Tickets(), evolve, decide)

__all__ = ["KIND", "TICKETS", "Command", "Tickets", "decide", "evolve"]
