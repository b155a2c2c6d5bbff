"""What a service's one wiring function gives: `assemble(settings, ports) -> Assembled`.

The same function is called by `run` with the real parts, and by a simulation with the twins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter

from gehoor.runtime.hearing import Translate
from gehoor.runtime.http.limits import Accepts
from gehoor.runtime.ports import Service
from gehoor.runtime.settings import ConsumerKind


@dataclass(frozen=True)
class Assembled:
    """A service, put together."""

    service: Service
    routers: Sequence[APIRouter] = ()
    """Served under `/v1`."""
    creates_keys: bool = False
    """Whether it makes the data keys of new subjects: only the keyring's owner does."""
    accepts: Mapping[str, Accepts] = field(default_factory=dict)
    """By path under `/v1` (`/mails`): bodies that are not JSON, or larger than the rest."""
    consumer: ConsumerKind = ConsumerKind.AIOKAFKA
    """How it reads the journal."""
    inbound: Translate | None = None
    """What a message of another system means; None: it does not read that topic."""
