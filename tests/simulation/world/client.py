"""Whoever asks a service over its API: asks again under the same key until there is an answer."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from starlette.responses import Response

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import derived_id
from gehoor.partner_escalation.api.partner import Theirs, TheirsToSay
from gehoor.runtime.http.asking import Posting, Reading, Serving
from gehoor.runtime.http.errors import AbsentError, ForbiddenError, InvalidError, NotYetHeardError
from gehoor.runtime.http.keys import Caller
from gehoor.runtime.memory.loop import LoopClock
from gehoor.runtime.ports import Cause, StaleError, TemporaryError
from tests.simulation.chance import drawn_id
from tests.simulation.house import House
from tests.simulation.process import GoneError, Process

AGAIN_MAX = timedelta(minutes=10)
TRIES_MAX = 30
"""Of a wish that may also be given up."""
PATIENT_MAX = 500
"""Of what must come in: longer than any service is ever down."""
TWICE = 0.03
"""How often somebody who has an answer asks once more."""


class NoAnswerError(Exception):
    """It was given up, and may yet have been done."""


@dataclass(frozen=True)
class Asked(Posting):
    """A request whose new ids are drawn from the seed."""

    chance: Random = field(default_factory=Random)

    def new_id(self) -> UUID:
        """An id for something new."""
        return drawn_id(self.chance)


@dataclass(frozen=True, slots=True)
class Refused:
    """A no, and why."""

    code: str


class Client:
    """One caller."""

    def __init__(self, house: House, chance: Random, name: str, *, partner: str | None = None) -> None:
        self.caller = Caller(name, name, frozenset(), partner=partner)
        self._house = house
        self._chance = chance
        self._clock = LoopClock()
        self._asked = 0

    async def wish(self, service: str, endpoint: str, *, patient: bool = False, **said: Any) -> Any:
        """The JSON of the answer, or `Refused`; the same wish is asked again where no answer came.

        Raises:
            NoAnswerError: none came, and it was given up.
        """
        self._asked += 1
        key = f"{self.caller.id}-{self._asked}"
        digest = sha256(f"{endpoint} {key}".encode()).hexdigest()
        once = self._insist(service, endpoint, said, key, digest, patient=patient)
        if self._chance.random() < TWICE:
            both = await asyncio.gather(once, self._insist(service, endpoint, said, key, digest, patient=patient))
            if both[0] != both[1] and not any(isinstance(one, Refused) for one in both):
                self._house.noticed(f"{endpoint} answered both {both[0]} and {both[1]} under one key")
            return next((one for one in both if not isinstance(one, Refused)), both[0])
        answer = await once
        if self._chance.random() < TWICE and not isinstance(answer, Refused):
            again = await self._insist(service, endpoint, said, key, digest, patient=patient)
            if again != answer:
                self._house.noticed(f"{endpoint} answered {answer} and then, under the same key, {again}")
        return answer

    async def read(self, service: str, endpoint: str, **said: Any) -> Any:
        """What a GET answers, or `Refused`.

        Raises:
            NoAnswerError: nothing, and it was given up.
        """
        return await self._insist(service, endpoint, said, None, "", patient=False)

    async def _insist(
        self, service: str, endpoint: str, said: dict[str, Any], key: str | None, digest: str, *, patient: bool
    ) -> Any:
        for tried in range(PATIENT_MAX if patient else TRIES_MAX):
            running = self._house.processes[service]
            if running:
                try:
                    return await self._once(self._chance.choice(running), endpoint, said, key, digest)
                except (GoneError, TemporaryError, StaleError, NotYetHeardError):
                    pass
                except Refusal as refusal:
                    return Refused(refusal.code)
                except (AbsentError, ForbiddenError, InvalidError) as no:
                    return Refused(type(no).__name__)
                except Exception as broken:  # noqa: BLE001 - a 500, which is told
                    self._house.noticed(f"{endpoint} broke: {broken!r}")
                    return Refused("broken")
            await self._clock.sleep(min(timedelta(seconds=2 ** min(tried, 10)), AGAIN_MAX) * self._chance.random())
        if patient:
            self._house.noticed(f"{endpoint} never answers")
        raise NoAnswerError

    async def _once(self, process: Process, endpoint: str, said: dict[str, Any], key: str | None, digest: str) -> Any:
        serving = Serving(process.handling, process.ports.store)
        asked = Reading(self.caller, serving) if key is None else self._posting(serving, key, digest)
        if self.caller.partner is None:
            named: dict[str, Any] = {"asked": asked}
        elif isinstance(asked, Posting):
            named = {"theirs": TheirsToSay(asked, self.caller.partner)}
        else:
            named = {"theirs": Theirs(asked, self.caller.partner)}
        found = process.endpoints[endpoint]
        if "_asked" in found.__code__.co_varnames:
            named = {"_asked": asked}
        answer = await process.ask(found(**said, **named))
        return json.loads(bytes(answer.body)) if isinstance(answer, Response) else answer

    def _posting(self, serving: Serving, key: str, digest: str) -> Posting:
        id_ = derived_id("request", serving.handling.service.name, self.caller.id, key)
        return Asked(self.caller, serving, Cause(id_, id_), key, digest, self._chance)
