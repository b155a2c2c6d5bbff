"""What comes twice has one effect: an event by its source and id, a mail by its message id, whoever brings them."""

from collections.abc import Sequence
from typing import Any

from gehoor.events.envelope import Recorded, derived_id
from gehoor.intake.channels.arriving import Arrival
from gehoor.runtime.handling import Asked, Work
from gehoor.runtime.ports import Cause, Remembered, Wish

EVENTS, MAILS = "events", "mails"
"""Whose answers are remembered under the key of an event, or of a mail."""
_CREATED = 201


def once(whose: str, key: str, digest: str, arrival: Arrival | None) -> Work:
    """The arrival as work that is passed over where the same was handled before. None: it was, as is known already."""
    cause = derived_id(whose, key)

    def answer(_recorded: Sequence[Recorded]) -> Remembered:
        return Remembered(whose, key, digest, _CREATED, shown(arrival))

    wishes = [] if arrival is None else [Wish(arrival.stream, arrival.command)]
    return Work(Cause(cause, cause), wishes, asked=Asked(whose, key, answer))


def shown(arrival: Arrival | None) -> dict[str, Any]:
    """What whoever brought it is told: where it is found again, and what it became."""
    if arrival is None:
        return {}
    return {"id": str(arrival.stream.id), "reference": arrival.reference, "became": arrival.became}
