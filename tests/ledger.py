"""A small made-up service, to show what the runtime does with any: an account that may not be overdrawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never
from uuid import UUID, uuid4

from pydantic import Field

from gehoor.events.deciding import Decider, Refusal
from gehoor.events.envelope import Recorded, Stream, derived_id, event_id, to_bytes, to_json
from gehoor.events.fact import Fact, is_published
from gehoor.events.private import Private
from gehoor.runtime.ports import Aggregate, Append, Due, Row, Service

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
NAME = "ledger"


class Opened(Fact, type="ledger.opened.v1"):
    """An account was opened."""


class Paid(Fact, type="ledger.paid.v2"):
    """Money came (more than 0) or went (less)."""

    cents: int
    memo: Private[str] | None = Field(None, description="What the payer wrote.")


class Looked(Fact, type="ledger-notes.looked.v1"):
    """Somebody looked; nobody outside needs to know."""


class Reminded(Fact, type="ledger.reminded.v1"):
    """The holder of an empty account was reminded."""

    arming: int


@dataclass(frozen=True)
class Account:
    """What stands on it, and how often its holder was reminded while it was empty."""

    opened: datetime | None = None
    cents: int = 0
    looks: int = 0
    reminders: int = 0
    memos: tuple[Private[str], ...] = ()


@dataclass(frozen=True)
class Open:
    at: datetime = NOON


@dataclass(frozen=True)
class Pay:
    cents: int
    memo: str | None = None
    at: datetime = NOON


@dataclass(frozen=True)
class Look:
    at: datetime = NOON


@dataclass(frozen=True)
class Remind:
    arming: int
    at: datetime = NOON


Command = Open | Pay | Look | Remind


def evolve(account: Account, fact: Fact) -> Account:
    match fact:
        case Opened():
            return replace(account, opened=fact.occurred_at)
        case Paid():
            memos = account.memos if fact.memo is None else (*account.memos, fact.memo)
            return replace(account, cents=account.cents + fact.cents, memos=memos)
        case Looked():
            return replace(account, looks=account.looks + 1)
        case Reminded():
            return replace(account, reminders=account.reminders + 1)
        case _:
            raise AssertionError(fact)


def decide(account: Account, command: Command) -> Sequence[Fact]:
    match command:
        case Open():
            return () if account.opened else [Opened(occurred_at=command.at)]
        case Pay():
            if account.cents + command.cents < 0:
                raise Refusal("overdrawn", "There is not enough on the account.", ["pay less"])
            memo = None if command.memo is None else Private(command.memo)
            return [Paid(occurred_at=command.at, cents=command.cents, memo=memo)]
        case Look():
            return [Looked(occurred_at=command.at)]
        case Remind():
            due = command.arming == account.reminders + 1
            return [Reminded(occurred_at=command.at, arming=command.arming)] if due else ()
        case _:
            assert_never(command)


def rows(stream: Stream, account: Account) -> Iterable[Row]:
    """One of every open account, and one among the rich."""
    if account.opened is None:
        return
    body = {
        "cents": account.cents,
        "memos": [to_json(Paid(occurred_at=NOON, cents=0, memo=m))["memo"] for m in account.memos],
    }
    yield Row("accounts", str(stream.id), body, tags=(f"looks={account.looks}",), rank=f"{account.cents:09}")
    if account.cents >= 1000:
        yield Row("rich", str(stream.id), {})


def due(stream: Stream, account: Account) -> Iterable[Due]:
    """An empty account is due a reminder a day after it was opened, and a second one a day later."""
    if account.opened is not None and account.cents == 0 and account.reminders < 2:
        arming = account.reminders + 1
        yield Due(
            "reminder", derived_id("reminder", stream.id), stream, account.opened + arming * timedelta(days=1), arming
        )


DECIDER: Decider[Account, Any] = Decider(Account(), evolve, decide)
SEALED = Service(NAME, [Aggregate("account", DECIDER, rows, due)])
"""Keeps memos sealed."""
UNSEALED = Service(NAME, [Aggregate("account", DECIDER, due=due, unseals=True)])
"""Has them in clear when it decides."""


def account(id_: UUID | None = None) -> Stream:
    return Stream("account", id_ or uuid4())


def append(stream: Stream, *facts: Fact, after: int = 0, sequence: int = 0, cause: UUID | None = None) -> Append:
    """Facts as handling would append them, their private fields in the shape they come in."""
    because = cause or uuid4()
    events, published = [], sequence
    for index, fact in enumerate(facts):
        published += is_published(fact.type)
        events.append(
            Recorded(
                id=event_id(NAME, stream, because, "command", index),
                service=NAME,
                stream=stream,
                fact=fact,
                recorded_at=NOON + timedelta(seconds=1),
                causation=because,
                correlation=because,
                sequence=published if is_published(fact.type) else None,
                traceparent=None,
                version=after + index + 1,
            )
        )
    bodies = tuple(to_bytes(to_json(fact)) for fact in facts)
    return Append(stream, after, tuple(events), bodies)
