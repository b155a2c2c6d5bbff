"""The organisation's intake: which desk receives what, how long things may take, and what is written to customers.

    intake:
      coordinator: coordinator
      receiving: {phone: front-line, web: front-line}
      occurred_back: {otherwise: 14 days, system: 3650 days}
      objection_period: 14 days
      unreachable_attempts: 3
      texts: {acknowledgement: {nl: {subject: …, text: …}}, thanks: …, answer: …, response: …}

A text may say `{reference}`, and nothing else in braces.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from gehoor.events.deciding import Refusal
from gehoor.events.terms import Channel, DeskId, Language, Slug
from gehoor.intake.domain.state import Purpose

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SPAN = re.compile(r"^(\d{1,6}) (second|minute|hour|day)s?$")
_BRACES = re.compile(r"\{[^}]*\}?")
REFERENCE = "{reference}"


class PolicyError(ValueError):
    """The policy can't be followed; the message names the file and every field that is wrong."""


def _span(written: object) -> timedelta:
    found = _SPAN.match(str(written))
    if found is None:
        raise ValueError(f"{written!r} is no span like `14 days`, `2 hours` or `30 seconds`")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


Span = Annotated[timedelta, BeforeValidator(_span)]
"""Wall time: `14 days`."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Desk(BaseModel):
    """What intake reads of a desk."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    language: Language | None = Field(None, description="Of customers of whom nothing else tells it.")


class Letter(_Part):
    """A text in one language."""

    subject: str = Field(max_length=200, pattern=r"^[^\r\n]+$")
    text: str = ""

    @model_validator(mode="after")
    def _says_what_it_can(self) -> "Letter":
        for written in (self.subject, self.text):
            if odd := [brace for brace in _BRACES.findall(written) if brace != REFERENCE]:
                raise ValueError(f"{odd[0]} stands for nothing; only {REFERENCE} does")
        return self


class Back(BaseModel):
    """How far back something may have happened that is recorded now, per channel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    otherwise: Span
    web: Span | None = None
    phone: Span | None = None
    desk: Span | None = None
    letter: Span | None = None
    chat: Span | None = None
    email: Span | None = None
    social: Span | None = None
    system: Span | None = None

    def of(self, channel: Channel | None) -> timedelta:
        """That of the channel."""
        own: timedelta | None = getattr(self, channel) if channel is not None else None
        return self.otherwise if own is None else own


class Intake(_Part):
    """Intake's own part of the policy."""

    coordinator: DeskId = Field(description="Receives what the channel names no desk for.")
    receiving: Mapping[Channel, DeskId] = Field(default_factory=dict)
    reports: DeskId = Field(description="Receives reports, until routing forwards them.")
    language: Language = "en"
    languages: tuple[Language, ...] = ("nl", "fr", "en", "de")
    region: str = Field("BE", pattern="^[A-Z]{2}$", description="Of phone numbers without a country.")
    occurred_back: Back
    ahead: Span = Field(timedelta(minutes=1), description="How far a caller's clock may be ahead of ours.")
    objection_period: Span
    unreachable_attempts: int = Field(ge=1)
    acknowledge: frozenset[Channel] = Field(description="The channels on which the system itself acknowledges.")
    machines: tuple[str, ...] = Field((), description="Addresses that no person reads; a star stands for anything.")
    vague: Mapping[Language | Literal["any"], tuple[str, ...]] = Field(
        default_factory=dict, description="What is heard as a promise and is none."
    )
    texts: Mapping[Purpose, Mapping[Language, Letter]]


class Policy(BaseModel):
    """What intake reads of the organisation's policy; the other services' parts are theirs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Slug
    desks: Mapping[DeskId, Desk] = Field(min_length=1)
    intake: Intake

    def receiving(self, channel: Channel, named: DeskId | None = None) -> DeskId:
        """The first owner: the desk that is named, else the channel's, else the coordinator.

        Raises:
            Refusal: there is no desk of that name.
        """
        if named is None:
            return self.intake.receiving.get(channel, self.intake.coordinator)
        if named not in self.desks:
            raise Refusal("invalid-desk", "There is no such desk.", sorted(self.desks), field="#/desk")
        return named

    def language(self, desk: DeskId) -> Language:
        """The language of a customer of that desk of whom nothing else tells it."""
        return self.desks[desk].language or self.intake.language

    def happened(self, occurred_at: datetime | None, now: datetime, channel: Channel | None = None) -> datetime:
        """When it happened: now, where nobody says.

        Raises:
            Refusal: it lies in the future, or further back than policy allows.
        """
        if occurred_at is None:
            return now
        if occurred_at > now + self.intake.ahead:
            told = "`occurred_at` lies in the future."
            raise Refusal("invalid-moment", told, ["record it once it has happened"], field="#/occurred_at")
        if occurred_at < (earliest := now - self.intake.occurred_back.of(channel)):
            raise Refusal(
                "invalid-moment",
                "`occurred_at` lies further back than policy allows.",
                [f"a moment from {earliest.isoformat()} on"],
                field="#/occurred_at",
            )
        return occurred_at

    def acknowledges(self, channel: Channel, address: str | None) -> bool:
        """Whether the system itself tells who came by that channel that we have it. Never a machine."""
        return channel in self.intake.acknowledge and not (address and self.machine(address))

    def machine(self, address: str) -> bool:
        """Whether no person reads what is sent there."""
        return any(fnmatchcase(address.casefold(), pattern) for pattern in self.intake.machines)

    def letter(self, purpose: Purpose, language: Language) -> tuple[Language, Letter]:
        """The text in that language, else in the organisation's own, with the language it is in."""
        texts = self.intake.texts[purpose]
        used = language if language in texts else self.intake.language
        return used, texts[used]

    def vague(self, message: str, language: Language) -> str | None:
        """What in the message is heard as a promise and says neither what nor by when; None where nothing is."""
        said = " ".join(message.casefold().split())
        phrases = (*self.intake.vague.get(language, ()), *self.intake.vague.get("any", ()))
        return next((phrase for phrase in phrases if phrase.casefold() in said), None)

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Each field that names what does not exist, and what is wrong with it."""
        intake = self.intake
        named = {"coordinator": intake.coordinator, "reports": intake.reports}
        named |= {f"receiving.{channel}": desk for channel, desk in intake.receiving.items()}
        for field, desk in named.items():
            if desk not in self.desks:
                yield f"intake.{field}", f"there is no desk {desk}"
        if intake.language not in intake.languages:
            yield "intake.language", "it is not among the languages"
        for purpose in Purpose:
            if intake.language not in intake.texts.get(purpose, {}):
                yield f"intake.texts.{purpose}.{intake.language}", "there is no such text"


def read(text: str, file: str) -> Policy:
    """The policy of a YAML text.

    Raises:
        PolicyError: it can't be followed; names `file` and every field that is wrong.
    """
    try:
        policy = Policy.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as wrong:
        raise PolicyError(f"{file}: {wrong}") from None
    except ValidationError as wrong:
        lines = [
            f"{file}: {'.'.join(map(str, error['loc'])) or 'the whole'}: {error['msg']}" for error in wrong.errors()
        ]
        raise PolicyError("\n".join(lines)) from None
    if lines := [f"{file}: {field}: {message}" for field, message in policy.contradictions()]:
        raise PolicyError("\n".join(lines))
    return policy
