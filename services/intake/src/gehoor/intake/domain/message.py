"""A message that no person waits for an answer to: kept whole, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from gehoor.events.deciding import Decider
from gehoor.events.fact import Fact
from gehoor.events.intake import Attachment, MessageSetAside, SetAsideReason
from gehoor.events.private import Private
from gehoor.events.terms import Channel, ComplaintId, CustomerId, ForeignId, Slug
from gehoor.intake.domain.state import LONG_AGO
from gehoor.intake.facts import SubjectErased


@dataclass(frozen=True, slots=True)
class Message:
    """What was set aside."""

    reason: SetAsideReason | None = None
    at: datetime = LONG_AGO
    sender: Private[str] | None = None
    about: ComplaintId | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """Keep it, and let nobody wait for it."""

    at: datetime
    reason: SetAsideReason
    channel: Channel
    kept: Attachment
    detail: Slug | None = None
    channel_id: ForeignId | None = None
    sender: Private[str] | None = None
    about: ComplaintId | None = None


@dataclass(frozen=True, slots=True)
class EraseMessage:
    """The person it came from is erased."""

    at: datetime
    customer_id: CustomerId


Command = SetAside | EraseMessage


def evolve(message: Message, fact: Fact) -> Message:
    """The message after a fact.

    Raises:
        TypeError: it is no fact of a message.
    """
    match fact:
        case MessageSetAside():
            return Message(fact.reason, fact.occurred_at, fact.sender, fact.about)
        case SubjectErased():
            return Message(message.reason, message.at, None, message.about, erased=True)
        case _:
            raise TypeError(f"{fact.type} is no fact of a message")


def decide(message: Message, command: Command) -> Sequence[Fact]:
    """Set aside once; erased once."""
    match command:
        case SetAside():
            return [] if message.reason is not None else [_set_aside(command)]
        case EraseMessage():
            erased = SubjectErased(occurred_at=command.at, customer_id=command.customer_id)
            return [] if message.erased else [erased]
        case _:
            assert_never(command)


def _set_aside(command: SetAside) -> MessageSetAside:
    return MessageSetAside(
        occurred_at=command.at,
        reason=command.reason,
        channel=command.channel,
        kept=command.kept,
        detail=command.detail,
        channel_id=command.channel_id,
        sender=command.sender,
        about=command.about,
    )


MESSAGE: Decider[Message, Command] = Decider(Message(), evolve, decide)
