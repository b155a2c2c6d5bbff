"""What a record asks of a service: facts from the journal become reactions, others' messages become commands."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

from gehoor.events.catalogue import CATALOGUE, Catalogue, family
from gehoor.events.deciding import Refusal
from gehoor.events.envelope import UnreadableError, from_record, type_of
from gehoor.events.intake import PersonErased
from gehoor.runtime.handling import Handling, Work
from gehoor.runtime.observability import described
from gehoor.runtime.parking import AS_IT_IS, REASON_MAX, Why, Wrapping, sealed_with, subject_alone, subject_of
from gehoor.runtime.ports import Cause, Heard, Keyring, Message, Service, Views

SEQUENCE_MAX = 2**63 - 1


class Hearing(Protocol):
    """How the records of one topic are understood."""

    name: str
    wrapping: Wrapping
    counted: frozenset[Why]
    """What, parked too often, means that the release is broken."""

    def wanted(self, message: Message) -> bool:
        """Whether it concerns the service; seen from the headers alone."""
        ...

    def subject(self, message: Message) -> UUID:
        """What it holds up while it is parked."""
        ...

    async def prepare(self, messages: Sequence[Message]) -> None:
        """Fetch at once what each of a batch will need.

        Raises:
            TemporaryError: not now.
        """
        ...

    async def work(self, message: Message, views: Views) -> Work | None:
        """What it asks; None: nothing.

        Raises:
            UnreadableError: it can't be read.
            TemporaryError: not now.
        """
        ...

    def why(self, failure: Exception) -> tuple[Why, str] | None:
        """The reason to park it at once; None where the failure is a defect of ours."""
        ...


class FactHearing:
    """The journal: the families of facts a service listens to, and everywhere the erasure of a person."""

    wrapping = AS_IT_IS
    counted = frozenset({Why.UNREADABLE, Why.REFUSED, Why.DEFECT})

    def __init__(self, service: Service, handling: Handling, catalogue: Catalogue = CATALOGUE) -> None:
        self.name = f"{service.name}.journal"
        self._service = service
        self._handling = handling
        self._catalogue = catalogue
        self._families = {family(one) for one in (*service.listens_to, PersonErased.type)}

    def wanted(self, message: Message) -> bool:
        """Whether its type is of a family that is listened to, or it names no type at all."""
        named = shaped_type(message)
        return named is None or family(named) in self._families

    def subject(self, message: Message) -> UUID:
        """Its key."""
        return subject_of(message)

    async def prepare(self, messages: Sequence[Message]) -> None:
        """See that the keyring has the keys at hand of those whose words are read.

        Raises:
            TemporaryError: the keys can't be read now.
        """
        read = {self.subject(message) for message in messages if shaped_type(message) in self._service.unseals}
        if read:
            await self._handling.keyring.keys(read)

    async def work(self, message: Message, views: Views) -> Work | None:
        """The reaction to the fact.

        Raises:
            UnreadableError: no fact, none under this key, or of a version nobody here knows.
            UnknownKeyError: the reaction needs its words, and the key can't be read now.
        """
        heard = from_record(message.headers, message.value, self._catalogue)
        if message.key != str(heard.subject).encode():
            raise UnreadableError("the key does not match the subject")
        if heard.sequence is None or not 0 < heard.sequence <= SEQUENCE_MAX:
            raise UnreadableError("the sequence is out of range")
        if isinstance(heard.fact, PersonErased):
            self._handling.keyring.forget(heard.fact.subjects)
        noted = Heard(heard.source, heard.sequence)
        if heard.fact.type not in self._service.listens_to:
            if isinstance(heard.fact, PersonErased):
                return Work(Cause.of_fact(heard), (), noted)
            raise UnreadableError(f"{heard.fact.type} is a version that is not listened to")
        if heard.fact.type in self._service.unseals:
            (heard,) = await self._handling.unseal([heard])
        wishes = await self._service.react(heard, views) if self._service.react is not None else ()
        return Work(Cause.of_fact(heard), tuple(wishes), noted)

    def why(self, failure: Exception) -> tuple[Why, str] | None:
        """Parked at once where it is unreadable. A refused reaction is a defect: those never refuse."""
        return (Why.UNREADABLE, str(failure)) if isinstance(failure, UnreadableError) else None


Translate = Callable[[Message], Awaitable[Work]]
"""A message of others as work. Raises UnreadableError where it can't be read, Refusal where it can't be followed."""


class InboundHearing:
    """What other systems send, in clear. Each message stands for itself, and is sealed where it is parked.

    What others send wrong says nothing of our release: only defects count.
    """

    counted = frozenset({Why.DEFECT})

    def __init__(self, name: str, translate: Translate, keyring: Keyring) -> None:
        self.name = f"{name}.inbound"
        self.wrapping = sealed_with(keyring)
        self._translate = translate

    def wanted(self, message: Message) -> bool:  # noqa: ARG002 - all of it is
        """All of it."""
        return True

    def subject(self, message: Message) -> UUID:
        """An id of its own."""
        return subject_alone(message)

    async def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing: each stands for itself."""

    async def work(self, message: Message, views: Views) -> Work | None:  # noqa: ARG002 - it needs none
        """The command it means.

        Raises:
            UnreadableError: it means none.
            Refusal: it can't be followed.
        """
        return await self._translate(message)

    def why(self, failure: Exception) -> tuple[Why, str] | None:
        """Parked at once where it is the sender's to mend."""
        if isinstance(failure, Refusal):
            return Why.REFUSED, failure.code
        return (Why.UNREADABLE, str(failure)) if isinstance(failure, UnreadableError) else None


def why_parked(hearing: Hearing, failed: Exception) -> tuple[Why, str]:
    """The sort of failure, and its reason without a word of the record's content."""
    why, reason = hearing.why(failed) or (Why.DEFECT, " in ".join(described(failed).values()))
    return why, "".join(letter for letter in reason if letter.isprintable())[:REASON_MAX]


def shaped_type(message: Message) -> str | None:
    """The type its header names, None where that is no `<service>.<fact>.v<N>`."""
    named = type_of(message.headers)
    if named is None or not named.isascii() or not named.isprintable():
        return None
    before, _, version = named.rpartition(".v")
    return named if before.count(".") == 1 and version.isdigit() else None
