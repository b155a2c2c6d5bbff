"""Every error is a problem that names the field and repeats no word, and an error stores nothing."""

from typing import Any

import httpx2
import pytest

from gehoor.runtime.http.errors import NotYetHeardError
from gehoor.runtime.ports import DefectError, StaleError, TemporaryError
from tests.integration.http.serving import SECRET_WORD, served

GOING_WRONG = {
    "away": TemporaryError("the database is away"),
    "stale": StaleError("too many"),
    "unheard": NotYetHeardError(),
    "defect": DefectError(f"contradiction about {SECRET_WORD}"),
    "bug": KeyError(SECRET_WORD),
    "reset": ConnectionResetError(SECRET_WORD),
}


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem, which must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["type"] == f"urn:gehoor:problem:{code}"
    assert body["title"]
    assert SECRET_WORD not in answer.text
    return body


def flaws(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(flaw["in"], flaw["pointer"]) for flaw in body["errors"]}


async def test_a_refusal_says_what_would_be_possible() -> None:
    async with served() as notes:
        told = problem(await notes.http.post("/v1/notes", json={"label": "forbidden"}), 409, "note-forbidden")
        assert told["detail"] == "that label is not kept"
        assert told["possible"] == ["another label"]
        assert not notes.store.written


async def test_a_refusal_of_what_is_invalid_in_itself_is_a_422() -> None:
    async with served() as notes:
        problem(await notes.http.post("/v1/notes", json={"label": "wrong"}), 422, "invalid-label")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"label": "a", "surprise": SECRET_WORD}, "#/surprise"),
        ({"label": 3}, "#/label"),
        ({"label": SECRET_WORD + " !"}, "#/label"),
        ({}, "#/label"),
        ({"label": "a", "words": SECRET_WORD * 10}, "#/words"),
        ({"label": "a", "words": "\x07" + SECRET_WORD}, "#/words"),
        ({"label": "a", "words": "\x00" + SECRET_WORD}, "#/words"),
        ({"label": "a", "subject": f"{SECRET_WORD}\r\nBcc: everybody@example.org"}, "#/subject"),
        ({"label": "a", "until": "2026-03-02T09:00:00"}, "#/until"),
        ({"label": "a", "until": SECRET_WORD}, "#/until"),
        ({"label": "a", "stream": SECRET_WORD}, "#/stream"),
        ({"label": "a", "by": SECRET_WORD}, "#/by"),
    ],
)
async def test_a_field_that_does_not_fit_is_named_and_not_repeated(body: dict[str, Any], pointer: str) -> None:
    async with served() as notes:
        told = problem(await notes.http.post("/v1/notes", json=body), 422, "invalid")
        assert flaws(told) == {("body", pointer)}
        assert not notes.store.written


async def test_half_of_a_surrogate_pair_is_refused_in_the_field_that_holds_it() -> None:
    async with served() as notes:
        for sent, pointer in [
            (b'{"label": "a", "words": "\\ud83d"}', "#/words"),
            (b'{"label": "a", "words": "\\uDE00\\uD83D"}', "#/words"),
            (b'{"label": ["a", {"b": "\\u0000"}]}', "#/label/1/b"),
            (b'{"label": "a", "\\ud800": 1}', "#"),
        ]:
            answer = await notes.http.post("/v1/notes", content=sent, headers={"Content-Type": "application/json"})
            assert flaws(problem(answer, 422, "invalid")) == {("body", pointer)}
        whole = b'{"label": "a", "words": "\\ud83d\\ude00"}'
        answer = await notes.http.post("/v1/notes", content=whole, headers={"Content-Type": "application/json"})
        assert answer.status_code == 201


@pytest.mark.parametrize("sent", [b"{", b"nonsense", b'{"label": "a",}', b"\xff\xfe", b'{"label": "\x00"}'])
async def test_what_is_no_json_is_a_400(sent: bytes) -> None:
    async with served() as notes:
        answer = await notes.http.post("/v1/notes", content=sent, headers={"Content-Type": "application/json"})
        problem(answer, 400, "malformed")


async def test_a_path_that_leads_nowhere_is_a_404() -> None:
    async with served() as notes:
        problem(await notes.http.get("/v1/nowhere"), 404, "not-found")
        problem(await notes.http.get("/nowhere"), 404, "not-found")


async def test_a_method_that_is_not_there_is_told_all_that_are() -> None:
    async with served() as notes:
        answer = await notes.http.delete("/v1/notes/0192f0c1-0000-7000-8000-000000000000")
        problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "GET, PUT"


async def test_a_path_parameter_that_does_not_fit_is_named() -> None:
    async with served() as notes:
        told = problem(await notes.http.get(f"/v1/notes/{SECRET_WORD}"), 422, "invalid")
        assert flaws(told) == {("path", "#/id")}


async def test_nul_in_a_path_or_query_is_refused() -> None:
    async with served() as notes:
        problem(await notes.http.get("/v1/wrong/a%00b"), 422, "invalid")
        problem(await notes.http.get("/v1/nowhere?a=%00"), 422, "invalid")


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [("away", 503, "away"), ("reset", 503, "away"), ("stale", 503, "contended"), ("unheard", 409, "not-yet-heard")],
)
async def test_what_will_pass_says_when_to_try_again(how: str, status: int, code: str) -> None:
    async with served(going_wrong=GOING_WRONG) as notes:
        answer = await notes.http.get(f"/v1/wrong/{how}")
        problem(answer, status, code)
        assert 1 <= int(answer.headers["retry-after"]) <= 10


@pytest.mark.parametrize("how", ["defect", "bug"])
async def test_a_defect_is_a_500_without_details_and_is_counted(how: str) -> None:
    async with served(going_wrong=GOING_WRONG) as notes:
        told = problem(await notes.http.get(f"/v1/wrong/{how}"), 500, "defect")
        assert set(told) == {"type", "title", "status", "code", "detail"}
        assert notes.metrics.registry.get_sample_value("gehoor_defects_total", {"where": "http"}) == 1
        assert (await notes.http.post("/v1/notes", json={"label": "a"})).status_code == 201


async def test_what_was_not_heard_of_is_waited_for_a_moment() -> None:
    async with served() as notes:
        answer = await notes.http.get("/v1/notes/0192f0c1-0000-7000-8000-000000000000")
        problem(answer, 409, "not-yet-heard")
        assert answer.headers["retry-after"] == "1"


def test_every_problem_is_told_in_the_openapi_page(openapi: dict[str, Any]) -> None:
    told = openapi["paths"]["/v1/notes"]["post"]["responses"]
    assert "application/problem+json" in told["default"]["content"]


@pytest.fixture
async def openapi() -> dict[str, Any]:
    async with served() as notes:
        page: dict[str, Any] = (await notes.http.get("/openapi.json")).json()
        return page
