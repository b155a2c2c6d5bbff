"""Whether a service lives, and whether it is ready, role by role. Needs no key; tells nothing of anybody.

ready = {"api": {"database": can_store}, "listen": {"journal": keeps_up}}
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from fastapi import APIRouter
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response

from gehoor.runtime.http.errors import AbsentError
from gehoor.runtime.observability import Metrics

ASKED_WITHIN = timedelta(seconds=3)
"""How long one check may take before it counts as failed."""


@dataclass(frozen=True, slots=True)
class Vital:
    """How something is."""

    well: bool
    says: str
    """A sentence of ours, without anything personal."""


Check = Callable[[], Awaitable[Vital]]
Checks = Mapping[str, Mapping[str, Check]]
"""By role, then by name."""


def health(checks: Checks, metrics: Metrics) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live")
    async def live() -> dict[str, bool]:
        """It runs. Asks nothing of anybody, so that a broken database restarts nobody."""
        return {"live": True}

    @router.get("/health/ready")
    async def ready() -> Response:
        """Whether every role of this process can do its work now; 503 where one can't."""
        return _answer({role: await _ask(named) for role, named in checks.items()})

    @router.get("/health/ready/{role}")
    async def ready_as(role: str) -> Response:
        """The same of one role: an api is ready when it can store, whatever the broker does."""
        if role not in checks:
            raise AbsentError("this process has no such role")
        return _answer({role: await _ask(checks[role])})

    @router.get("/metrics")
    async def measured() -> Response:
        """Prometheus' text format."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _ask(checks: Mapping[str, Check]) -> Mapping[str, Vital]:
    vitals = await asyncio.gather(*map(_within, checks.values()))
    return dict(zip(checks, vitals, strict=True))


async def _within(check: Check) -> Vital:
    try:
        async with asyncio.timeout(ASKED_WITHIN.total_seconds()):
            return await check()
    except Exception as error:  # noqa: BLE001 - whatever stops a check from saying well means that it is not
        return Vital(well=False, says=type(error).__name__)


def _answer(roles: Mapping[str, Mapping[str, Vital]]) -> Response:
    well = all(vital.well for vitals in roles.values() for vital in vitals.values())
    body: dict[str, Any] = {
        "ready": well,
        "roles": {
            str(role): {name: {"well": vital.well, "says": vital.says} for name, vital in vitals.items()}
            for role, vitals in roles.items()
        },
    }
    headers = {} if well else {"Retry-After": "1"}
    return Response(orjson.dumps(body), 200 if well else 503, headers, "application/json")
