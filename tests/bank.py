"""A made-up bank whose deposits the ledger hears of: what a listener does, shown with any two services."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from pydantic import Field

from gehoor.events.envelope import Recorded, Stream, derived_id, to_bytes, to_headers, to_json
from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.runtime.clock import SystemClock
from gehoor.runtime.handling import Handling
from gehoor.runtime.hearing import FactHearing
from gehoor.runtime.listening import Listener
from gehoor.runtime.memory.journal import MemoryConsumer, MemoryJournal
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.parking import MemoryParking
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.observability import Metrics
from gehoor.runtime.parking import Parking
from gehoor.runtime.ports import Clock, Keyring, Message, Service, Store, Views, Wish
from gehoor.runtime.sealing import seal
from tests.ledger import NOON, SEALED, Open, Pay

JOURNAL = "complaints.journal"
WRONG = 13
"""An amount on which the reaction has a defect."""


class Deposited(Fact, type="bank.deposited.v1"):
    """Money was brought."""

    cents: int
    words: Private[str] | None = Field(None, description="What was said at the counter.")


class Closed(Fact, type="bank.closed.v1"):
    """The counter closed; the ledger does not care."""


async def react(heard: Recorded, views: Views) -> Sequence[Wish]:
    """Pay it in; a first deposit opens the account."""
    fact = heard.fact
    assert isinstance(fact, Deposited)
    if fact.cents == WRONG:
        raise ZeroDivisionError
    stream = Stream("account", heard.subject)
    opened = await views.get("accounts", str(heard.subject)) is not None
    words = fact.words.reveal() if fact.words is not None else None
    return [
        *([] if opened else [Wish(stream, Open())]),
        *([Wish(stream, Pay(fact.cents, words))] if fact.cents else []),
    ]


LEDGER = replace(SEALED, listens_to=frozenset({Deposited.type}), unseals=frozenset({Deposited.type}), react=react)


def recorded(subject: UUID, sequence: int, fact: Fact) -> Recorded:
    """A fact of the bank's as it stands in its store."""
    return Recorded(
        id=derived_id("bank", subject, sequence),
        service="bank",
        stream=Stream("box", subject),
        fact=fact,
        recorded_at=NOON,
        causation=uuid4(),
        correlation=uuid4(),
        sequence=sequence,
    )


def deposited(cents: int, words: str | None = None) -> Deposited:
    return Deposited(occurred_at=NOON, cents=cents, words=None if words is None else Private(words))


def message(offset: int, event: Recorded, key: bytes | None = None, partition: int = 0) -> Message:
    """Its record; sealed with `key` where it holds anybody's words."""
    value = to_bytes(seal(to_json(event.fact), key, event.id))
    return Message(JOURNAL, partition, offset, str(event.subject).encode(), value, to_headers(event))


class Died(BaseException):
    """The process ended."""


@dataclass
class House:
    """The ledger, put together with whatever parts."""

    service: Service = LEDGER
    store: Store = field(default_factory=lambda: MemoryStore("ledger"))
    parking: Parking = field(default_factory=MemoryParking)
    keyring: Keyring = field(default_factory=MemoryKeyring)
    clock: Clock = field(default_factory=SystemClock)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    parked_max: int = 100
    metrics: Metrics = field(default_factory=lambda: Metrics("ledger"))

    def __post_init__(self) -> None:
        self.handling = Handling(self.service, self.store, self.keyring, self.clock, creates_keys=True)
        self.hearing = FactHearing(self.service, self.handling)

    def listener(self, **parts: Any) -> Listener:
        """A process that listens; where it dies, it raises `Died`."""
        given: dict[str, Any] = {
            "hearing": self.hearing,
            "handling": self.handling,
            "parking": self.parking,
            "consumer": MemoryConsumer(self.journal, [JOURNAL], "ledger"),
            "clock": self.clock,
            "metrics": self.metrics,
            "parked_max": self.parked_max,
            "die": _die,
            "draw": lambda: 0.0,
        }
        return Listener(**(given | parts))

    async def hear(self, *batch: Message) -> None:
        """Deliver a batch, as often as the process dies of it."""
        for _ in range(10):
            try:
                await self.listener().deliver(batch)
            except Died:
                continue
            return
        raise AssertionError("it keeps dying")

    async def cents(self, subject: UUID) -> int | None:
        """What stands on an account, None where there is none."""
        row = await self.store.get("accounts", str(subject))
        return None if row is None else int(row.body["cents"])


def _die() -> None:
    raise Died
