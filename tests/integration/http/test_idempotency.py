"""One key and one body: one effect and one answer, however often and however close together they come."""

import asyncio
from typing import Any

from gehoor.runtime.memory.store import MemoryStore
from tests.integration.http.serving import served
from tests.integration.http.test_problems import problem

KEY = {"Idempotency-Key": "order-17"}


async def test_the_same_key_and_body_give_the_same_answer_and_one_effect() -> None:
    async with served() as notes:
        first = await notes.http.post("/v1/notes", json={"label": "a"}, headers=KEY)
        again = await notes.http.post("/v1/notes", json={"label": "a"}, headers=KEY)
        assert first.status_code == again.status_code == 201
        assert first.content == again.content
        assert first.json()["kept"] == 1
        assert len(notes.store.written) == 1


async def test_another_body_under_the_same_key_is_a_422_and_has_no_effect() -> None:
    async with served() as notes:
        await notes.http.post("/v1/notes", json={"label": "a"}, headers=KEY)
        other = await notes.http.post("/v1/notes", json={"label": "b"}, headers=KEY)
        problem(other, 422, "idempotency-key-reused")
        assert len(notes.store.written) == 1


async def test_at_the_same_moment_there_is_still_one_effect() -> None:
    async with served() as notes:
        answers = await asyncio.gather(
            *(notes.http.post("/v1/notes", json={"label": "a"}, headers=KEY) for _ in range(20))
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert len(notes.store.written) == 1


async def test_two_bodies_at_the_same_moment_under_one_key_are_told_apart() -> None:
    async with served() as notes:
        answers = await asyncio.gather(
            *(notes.http.post("/v1/notes", json={"label": f"a{n % 2}"}, headers=KEY) for n in range(10))
        )
        assert sorted(answer.status_code for answer in answers) == [201] * 5 + [422] * 5
        assert len(notes.store.written) == 1


async def test_a_key_is_its_callers_own() -> None:
    async with served() as notes:
        other = notes.bearing(await notes.key("notes:write"))
        await notes.http.post("/v1/notes", json={"label": "a"}, headers=KEY)
        answer = await notes.http.post("/v1/notes", json={"label": "b"}, headers=KEY | other)
        assert answer.status_code == 201
        assert len(notes.store.written) == 2


async def test_without_a_key_each_request_is_its_own() -> None:
    async with served() as notes:
        for _ in range(2):
            assert (await notes.http.post("/v1/notes", json={"label": "a"})).status_code == 201
        assert len(notes.store.written) == 2
        assert len({written.event.causation for written in notes.store.written}) == 2


async def test_a_refusal_is_not_remembered() -> None:
    async with served() as notes:
        refused = await notes.http.post("/v1/notes", json={"label": "forbidden"}, headers=KEY)
        problem(refused, 409, "note-forbidden")
        assert (await notes.http.post("/v1/notes", json={"label": "a"}, headers=KEY)).status_code == 201


async def test_what_changes_nothing_is_answered_under_its_key_too() -> None:
    stream = "0192f0c1-0000-7000-8000-000000000000"
    async with served() as notes:
        await notes.http.post("/v1/notes", json={"label": "a", "stream": stream})
        for _ in range(2):
            answer = await notes.http.post("/v1/notes", json={"label": "a", "stream": stream}, headers=KEY)
            assert answer.json()["kept"] == 0
        assert len(notes.store.written) == 1


async def test_an_answer_lost_on_the_way_is_given_again_by_another_process() -> None:
    store = MemoryStore("notes")
    async with served(store=store) as notes:
        first = await notes.http.post("/v1/notes", json={"label": "a"}, headers=KEY)
        key = await notes.keys.find(notes.token.split("_")[1])
    assert key is not None
    async with served(store=store) as another:
        await another.keys.add(key)
        bearing: dict[str, Any] = another.bearing(notes.token)
        again = await another.http.post("/v1/notes", json={"label": "a"}, headers=KEY | bearing)
    assert again.content == first.content
    assert len(store.written) == 1
