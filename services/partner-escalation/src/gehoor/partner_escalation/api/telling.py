"""A ticket's words as they are shown: in clear, or none where the person was erased."""

from collections.abc import Mapping
from typing import Any, TypeVar

from gehoor.events.private import Private
from gehoor.partner_escalation.api.shapes import UpdateShown
from gehoor.partner_escalation.domain.tickets import Ticket

T = TypeVar("T")


def in_clear(private: Private[T] | None) -> T | None:
    """The value, None where there is none or the person was erased."""
    return None if private is None or private.erased is not None else private.reveal()


def told(ticket: Ticket) -> Mapping[str, Any]:
    """What both sides see of what was said."""
    return {
        "asked": in_clear(ticket.asked),
        "partner_reference": in_clear(ticket.reference),
        "updates": [
            UpdateShown(
                update_id=id_,
                kind=update.kind,
                at=update.at,
                words=in_clear(update.words),
                counted=update.counted,
                answer=in_clear(update.answer),
            )
            for id_, update in ticket.updates.items()
        ],
        "disputed_because": [in_clear(why) for why in ticket.disputes],
    }
