"""What must leave the house: mails of ours, and an erased person's keys."""

from collections.abc import Iterator

from gehoor.events.envelope import Stream, derived_id
from gehoor.events.intake import PointKind
from gehoor.intake.domain.person import Person
from gehoor.intake.domain.state import Delivery, Matter, Purpose
from gehoor.intake.policy import REFERENCE, Policy
from gehoor.runtime.ports import Due, Mail

MAIL = "intake-mail"
"""The kind of due rows by which mail leaves."""
ERASURE = "intake-erasure"
"""The kind of due rows by which keys are destroyed."""
BY_A_PERSON = frozenset({Purpose.ANSWER, Purpose.RESPONSE})


def mails_due(stream: Stream, matter: Matter) -> Iterator[Due]:
    """Every mail that is still to be tried."""
    for waiting in matter.deliveries.values():
        if waiting.next_at is not None:
            yield Due(MAIL, waiting.id, stream, waiting.next_at, arming=waiting.attempts + 1)


def erasure_due(stream: Stream, person: Person) -> Iterator[Due]:
    """The keys to destroy, at once."""
    if person.pending and person.at is not None:
        yield Due(ERASURE, derived_id("erasure", stream.id), stream, person.at, arming=person.times)


def mail(matter: Matter, waiting: Delivery, policy: Policy) -> Mail | None:
    """The mail as it goes out; None where there is no address any more, or its words are erased.

    An acknowledgement or thanks repeats nothing of what the customer wrote: the address may not be theirs.
    """
    point = matter.point(PointKind.EMAIL)
    if point is None or (waiting.words is not None and not waiting.words.in_clear):
        return None
    language, letter = policy.letter(waiting.purpose, matter.language)
    words = letter.text if waiting.words is None else waiting.words.reveal()
    return Mail(
        key=waiting.id,
        to=point.address.reveal(),
        subject=letter.subject.replace(REFERENCE, matter.reference),
        text=words.replace(REFERENCE, matter.reference) if waiting.words is None else words,
        reference=matter.reference,
        language=language if waiting.words is None else matter.language,
        automatic=waiting.purpose not in BY_A_PERSON,
    )
