"""Living is one question, being ready another, and both are answered while something is broken."""

import asyncio

from gehoor.runtime.http.health import Vital
from gehoor.runtime.ports import TemporaryError
from tests.integration.http.serving import served
from tests.integration.http.test_problems import problem


async def fine() -> Vital:
    return Vital(well=True, says="stores")


async def late() -> Vital:
    return Vital(well=False, says="no progress for 31 s")


async def broken() -> Vital:
    raise TemporaryError("the database is away")


async def test_it_is_ready_when_every_role_is() -> None:
    async with served(checks={"api": {"database": fine}, "relay": {"outbox": fine}}) as notes:
        answer = await notes.http.get("/health/ready")
        assert answer.status_code == 200
        assert answer.json()["roles"]["api"]["database"] == {"well": True, "says": "stores"}


async def test_it_lives_and_is_not_ready_while_something_is_away() -> None:
    async with served(checks={"api": {"database": broken}}) as notes:
        answer = await notes.http.get("/health/ready")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json()["roles"]["api"]["database"] == {"well": False, "says": "TemporaryError"}
        assert (await notes.http.get("/health/live")).status_code == 200


async def test_one_role_is_ready_whatever_another_is() -> None:
    async with served(checks={"api": {"database": fine}, "listen": {"journal": late}}) as notes:
        assert (await notes.http.get("/health/ready/api")).status_code == 200
        assert (await notes.http.get("/health/ready/listen")).status_code == 503
        assert (await notes.http.get("/health/ready")).status_code == 503
        problem(await notes.http.get("/health/ready/due"), 404, "not-found")


async def test_a_check_that_hangs_counts_as_failed() -> None:
    async def hangs() -> Vital:
        await asyncio.Event().wait()
        raise AssertionError

    async with served(checks={"api": {"database": hangs}}) as notes:
        answer = await notes.http.get("/health/ready", timeout=10)
        assert answer.json()["roles"]["api"]["database"]["says"] == "TimeoutError"


async def test_requests_are_counted_by_route_and_not_by_what_fills_it() -> None:
    async with served() as notes:
        for id_ in ("0192f0c1-0000-7000-8000-000000000000", "0192f0c1-0000-7000-8000-000000000001"):
            await notes.http.put(f"/v1/notes/{id_}")
        await notes.http.get("/v1/somewhere/else")
        told = (await notes.http.get("/metrics")).text
        assert 'gehoor_requests_total{method="PUT",route="/v1/notes/{id}",status="404"} 2.0' in told
        assert 'route="none",status="404"} 1.0' in told
        assert "0192f0c1" not in told
