"""The seams: what a service needs of the world, as protocols that PostgreSQL, Kafka and the memory twins all fulfil.

One handling reads streams, folds, decides, and writes all that follows in one `Commit`: facts with their outbox rows,
view rows, due rows, handled sequences, the answer to remember. Either all of it is there afterwards or none of it.
"""

from dataclasses import dataclass, field

from gehoor.runtime.ports.behaviour import Aggregate, Due, Moment, Performer, Service, Wish
from gehoor.runtime.ports.causes import Cause, Heard, Remembered
from gehoor.runtime.ports.chance import Chance
from gehoor.runtime.ports.errors import DefectError, StaleError, TakenError, TemporaryError, UnknownKeyError
from gehoor.runtime.ports.journal import Consumer, Deliver, Message, Outgoing, Partition, Producer
from gehoor.runtime.ports.keeping import Blobs, Clock, Key, Keyring
from gehoor.runtime.ports.leaving import Attempted, Endpoint, Mail, Mailer, Result, Webhooks
from gehoor.runtime.ports.store import Append, Commit, DueTable, Outbox, Store
from gehoor.runtime.ports.views import Row, Views

__all__ = [
    "Aggregate",
    "Append",
    "Attempted",
    "Blobs",
    "Cause",
    "Chance",
    "Clock",
    "Commit",
    "Consumer",
    "DefectError",
    "Deliver",
    "Due",
    "DueTable",
    "Endpoint",
    "Heard",
    "Key",
    "Keyring",
    "Mail",
    "Mailer",
    "Message",
    "Moment",
    "Outbox",
    "Outgoing",
    "Partition",
    "Performer",
    "Ports",
    "Producer",
    "Remembered",
    "Result",
    "Row",
    "Service",
    "StaleError",
    "Store",
    "TakenError",
    "TemporaryError",
    "UnknownKeyError",
    "Views",
    "Webhooks",
    "Wish",
]


@dataclass(frozen=True)
class Ports:
    """What a service is assembled with: the real parts in `make run`, the twins in a simulation."""

    store: Store
    due: DueTable
    outbox: Outbox
    keyring: Keyring
    blobs: Blobs
    clock: Clock
    mailer: Mailer
    webhooks: Webhooks
    chance: Chance = field(default_factory=Chance)
