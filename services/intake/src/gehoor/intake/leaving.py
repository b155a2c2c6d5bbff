"""What leaves the house, done: mails are handed to a server, an erased person's keys are destroyed."""

import random
from collections.abc import Callable

from gehoor.events.terms import ContactId
from gehoor.intake import effects
from gehoor.intake.domain.noting import NoteDelivery
from gehoor.intake.domain.person import NoteDestroyed
from gehoor.intake.policy import Policy
from gehoor.runtime.deliveries.retrying import Patience, next_attempt
from gehoor.runtime.handling import Handling
from gehoor.runtime.ports import Attempted, Due, Moment, Performer, Ports, Result, Wish

NOWHERE = Attempted(Result.REFUSED, "no-address")


def mailing(
    policy: Policy, ports: Ports, reads: Handling, patience: Patience, draw: Callable[[], float] = random.random
) -> Performer:
    """Tries a mail once; gives the command that notes what came of it."""

    async def send(due: Due, moment: Moment) -> Wish:
        matter, _ = await reads.read(due.stream)
        waiting = matter.deliveries[ContactId(due.key)]
        letter = effects.mail(matter, waiting, policy)
        came = NOWHERE if letter is None else await ports.mailer.send(letter)
        again = next_attempt(patience, due.arming, moment.now, draw()) if came.result in _AGAIN else None
        taken = came.result is Result.TAKEN
        return Wish(due.stream, NoteDelivery(moment.now, ContactId(due.key), due.arming, taken, came.detail, again))

    return send


def destroying(ports: Ports, reads: Handling) -> Performer:
    """Destroys the keys and bodies of an erased person; done twice, it is done."""

    async def destroy(due: Due, moment: Moment) -> Wish:
        person, _ = await reads.read(due.stream)
        await ports.keyring.erase(person.pending, person.at)
        await ports.blobs.drop(person.pending)
        return Wish(due.stream, NoteDestroyed(moment.now, person.pending))

    return destroy


_AGAIN = frozenset({Result.FAILED, Result.UNKNOWN})
"""Unknown: it may have arrived. The key stays the same, so a mail that came twice can be told from two."""
