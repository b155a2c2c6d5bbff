"""Parking: a record that can't be handled is set aside with its reason, and its subject waits for it.

Later records of a held subject queue behind in order, its clocks are held by the due table, and ops is told. What is
parked keeps its key, headers and body; those of a topic in clear are sealed first, with a key of their own.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from gehoor.events.envelope import derived_id
from gehoor.events.private import Erased
from gehoor.runtime.ports import Keyring, Message, UnknownKeyError
from gehoor.runtime.sealing import seal_body, unseal_body

REASON_MAX = 300


class Why(StrEnum):
    """What sort of thing keeps a record from being handled."""

    UNREADABLE = "unreadable"
    REFUSED = "refused"
    DEFECT = "defect"
    WAITING = "waiting"
    """Nothing is wrong with it: an earlier record of its subject is parked."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record stands: what identifies it for ever."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def of(cls, message: Message) -> "Place":
        """The place of that record."""
        return cls(message.topic, message.partition, message.offset)

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that is set aside."""

    place: Place
    subject: UUID
    """What it holds up: its key, or an id of its own where that is none."""
    why: Why
    reason: str
    """Without a word of its content."""
    type: str | None
    """As its header says."""
    at: datetime
    body: bytes
    """Key, headers and value, as `Wrapping` wrapped them."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The record of a parked record that was given up."""

    parked: Parked
    by: str
    because: str
    at: datetime


class Parking(Protocol):
    """What one service has set aside."""

    async def held(self, subjects: Collection[UUID]) -> Collection[UUID]:
        """Those of them that are parked."""
        ...

    async def park(self, parked: Parked) -> None:
        """Set it aside; in the place of what was noted of it before."""
        ...

    async def wait_behind(self, parked: Parked) -> bool:
        """Queue it behind its subject; False, and nothing is queued, where that is held no longer."""
        ...

    async def count(self, *why: Why) -> int:
        """How many records are parked for one of those reasons."""
        ...

    async def tried(self, place: Place) -> int:
        """Count one more failing try of a record, and give how many there were; it outlives the process."""
        ...

    async def listed(self, subject: UUID | None = None) -> Sequence[Parked]:
        """What is parked, by place: all, or one subject's."""
        ...

    async def release(self, place: Place) -> None:
        """It was handled: forget it."""
        ...

    async def drop(self, place: Place, *, by: str, because: str, at: datetime) -> Dropped | None:
        """Give it up and keep a record of that without its body; None where nothing is parked there."""
        ...

    async def dropped(self) -> Sequence[Dropped]:
        """What was given up, oldest first."""
        ...

    def alone(self, subject: UUID) -> AbstractAsyncContextManager[None]:
        """Hold a subject while its queue is drained: nothing is queued behind it, nobody else drains it.

        Raises:
            TemporaryError: somebody else holds it.
        """
        ...


@dataclass(frozen=True)
class Wrapping:
    """How a record is kept while it is parked."""

    seal: Callable[[UUID, bytes], Awaitable[bytes]]
    unseal: Callable[[UUID, bytes], Awaitable[bytes]]
    forget: Callable[[UUID, datetime], Awaitable[None]]
    """What it takes to unseal is needed no longer."""

    async def wrap(self, subject: UUID, message: Message) -> bytes:
        """The record as bytes.

        Raises:
            UnknownKeyError: there is no key for it now.
        """
        return await self.seal(subject, _pack(message))

    async def unwrap(self, parked: Parked) -> Message:
        """The record again.

        Raises:
            UnknownKeyError: its key can't be read now.
        """
        return _unpack(parked.place, await self.unseal(parked.subject, parked.body))


async def _as_it_is(_subject: UUID, body: bytes) -> bytes:
    return body


async def _nothing(_subject: UUID, _at: datetime) -> None:
    return None


AS_IT_IS = Wrapping(_as_it_is, _as_it_is, _nothing)
"""For the journal, whose private fields are sealed already."""


def sealed_with(keyring: Keyring) -> Wrapping:
    """For a topic in clear: sealed with a key that belongs to what it holds up, and goes when it is dropped."""

    async def key(subject: UUID, *, create: bool) -> bytes:
        held = (await keyring.keys([subject], create=create)).get(subject)
        if held is None or isinstance(held, Erased):
            raise UnknownKeyError(f"no key for the parked {subject}")
        return held

    async def seal(subject: UUID, body: bytes) -> bytes:
        return seal_body(body, await key(subject, create=True), f"parked/{subject}")

    async def unseal(subject: UUID, body: bytes) -> bytes:
        return unseal_body(body, await key(subject, create=False), f"parked/{subject}")

    async def forget(subject: UUID, at: datetime) -> None:
        await keyring.erase([subject], at)

    return Wrapping(seal, unseal, forget)


def subject_of(message: Message) -> UUID:
    """What a record of the journal is about, by its key; an id of its own where the key is none."""
    try:
        return UUID((message.key or b"").decode())
    except ValueError:
        return subject_alone(message)


def subject_alone(message: Message) -> UUID:
    """An id that only this record has, so that it holds up no other."""
    return derived_id("parked", Place.of(message))


def _pack(message: Message) -> bytes:
    def text(raw: bytes | None) -> str | None:
        return None if raw is None else b64encode(raw).decode()

    headers = [[name, text(value)] for name, value in message.headers]
    return json.dumps({"key": text(message.key), "headers": headers, "value": text(message.value)}).encode()


def _unpack(place: Place, packed: bytes) -> Message:
    def raw(text: str | None) -> bytes | None:
        return None if text is None else b64decode(text)

    kept = json.loads(packed)
    headers = tuple((name, raw(value)) for name, value in kept["headers"])
    return Message(place.topic, place.partition, place.offset, raw(kept["key"]), raw(kept["value"]), headers)  # type: ignore[arg-type]
