"""Who may call: a right key with the right scope, for as long as it is not revoked."""

import pytest

from gehoor.runtime.http.errors import ForbiddenError
from gehoor.runtime.http.keys import CACHED_FOR, Caller, issue
from tests.integration.http.serving import NOW, served
from tests.integration.http.test_problems import problem


async def test_no_key_a_wrong_one_and_half_a_one_look_the_same() -> None:
    async with served() as notes:
        id_ = notes.token.split("_")[1]
        told = []
        for authorization in (
            "",
            "Bearer",
            "Bearer nonsense",
            f"Bearer gk_{id_}_wrong",
            "Bearer gk_0123456789ab_x",
            "Basic eA==",
        ):
            answer = await notes.http.get("/v1/nowhere", headers={"Authorization": authorization})
            told.append(problem(answer, 401, "unauthorised"))
            assert answer.headers["www-authenticate"] == "Bearer"
        assert all(one == told[0] for one in told)


async def test_a_stranger_is_turned_away_before_the_body_is_looked_at() -> None:
    async with served() as notes:
        answer = await notes.http.post("/v1/notes", content=b"{", headers={"Authorization": "Bearer x"})
        problem(answer, 401, "unauthorised")


async def test_a_key_without_the_scope_is_a_403() -> None:
    async with served() as notes:
        reads = notes.bearing(await notes.key("notes:read"))
        told = problem(await notes.http.post("/v1/notes", json={"label": "a"}, headers=reads), 403, "forbidden")
        assert told["detail"] == "The key lacks the scope notes:write."
        assert not notes.store.written


async def test_a_revoked_key_works_no_longer_than_it_is_cached() -> None:
    seconds = [0.0]
    async with served(passed=lambda: seconds[0]) as notes:
        assert (await notes.http.get("/v1/nowhere")).status_code == 404
        assert await notes.keys.revoke(notes.token.split("_")[1], NOW)
        seconds[0] += CACHED_FOR.total_seconds() + 0.1
        problem(await notes.http.get("/v1/nowhere"), 401, "unauthorised")


async def test_a_key_made_a_moment_after_it_was_tried_works_at_once() -> None:
    async with served() as notes:
        key, token = issue("new", ["notes:read"], NOW)
        problem(await notes.http.get("/v1/nowhere", headers=notes.bearing(token)), 401, "unauthorised")
        await notes.keys.add(key)
        assert (await notes.http.get("/v1/nowhere", headers=notes.bearing(token))).status_code == 404


async def test_health_metrics_and_documentation_need_no_key() -> None:
    async with served() as notes:
        for path in ("/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json"):
            assert (await notes.http.get(path, headers={"Authorization": ""})).status_code == 200, path


async def test_a_persons_key_acts_for_nobody_else() -> None:
    async with served() as notes:
        els = notes.bearing(await notes.key("notes:write", staff="st_els"))
        answer = await notes.http.post("/v1/notes", json={"label": "a"}, headers=els)
        assert answer.json()["by"] == "st_els"
        other = await notes.http.post("/v1/notes", json={"label": "a", "by": "st_jan"}, headers=els)
        problem(other, 403, "forbidden")


def test_a_systems_key_names_who_acts() -> None:
    system = Caller("1", "front end", frozenset())
    assert system.acting("st_jan") == "st_jan"
    assert system.acting() == "st_system"
    with pytest.raises(ForbiddenError):
        Caller("1", "Els", frozenset(), staff="st_els").acting("st_jan")


def test_a_key_speaks_for_its_desks_and_without_any_for_all() -> None:
    assert Caller("1", "system", frozenset()).speaks_for("newsroom")
    assert Caller("1", "desk", frozenset(), desks=frozenset({"newsroom"})).speaks_for("newsroom")
    assert not Caller("1", "desk", frozenset(), desks=frozenset({"newsroom"})).speaks_for("audience")


def test_nothing_that_is_kept_of_a_key_opens_anything() -> None:
    key, token = issue("one", ["notes:read"], NOW)
    secret = token.split("_", 2)[2]
    assert len(secret) >= 43
    assert secret not in repr(key)
    assert secret.encode() not in key.digest
