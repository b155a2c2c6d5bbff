"""What leaves the house: mail and webhooks, one attempt at a time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to somebody: plain text, and a key that stays the same over all attempts."""

    key: UUID
    to: str
    subject: str
    text: str
    reference: str | None = None
    """Our complaint's reference, shown in the subject and carried in a header."""
    in_reply_to: str | None = None
    language: str = "en"
    automatic: bool = True
    """Marks it as sent by a machine, so that no machine answers it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook goes and the secret it is signed with."""

    url: str
    secret: str


class Result(StrEnum):
    """What an attempt came to. Unknown: it may have arrived, so the next attempt has the same key."""

    TAKEN = "taken"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempted:
    """The outcome of one attempt; `refused` means that trying again is of no use."""

    result: Result
    detail: str
    """A short code without personal data: `http-503`, `smtp-550`, `timed-out`."""
    status: int | None = None


class Mailer(Protocol):
    """Hands mail to a server."""

    async def send(self, mail: Mail) -> Attempted:
        """Try once, within a bound; never raises for what the other side does."""
        ...


class Webhooks(Protocol):
    """Posts signed bodies (Standard Webhooks)."""

    async def post(self, to: Endpoint, key: UUID, body: bytes) -> Attempted:
        """Try once, within a bound; never raises for what the other side does."""
        ...
