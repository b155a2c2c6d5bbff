"""What a request may be: bounded, of a known kind, and in time. One bad request harms no other."""

import asyncio
from datetime import timedelta

from gehoor.runtime.http.knowing import Rates
from gehoor.runtime.http.limits import Limits
from tests.integration.http.serving import SECRET_WORD, served
from tests.integration.http.test_problems import flaws, problem

MIB = 1024 * 1024


async def test_a_body_of_ten_megabytes_is_a_413() -> None:
    async with served() as notes:
        answer = await notes.http.post("/v1/notes", json={"label": "a", "words": "x" * 10 * MIB})
        problem(answer, 413, "too-large")
        assert (await notes.http.post("/v1/notes", json={"label": "a"})).status_code == 201


async def test_a_body_that_does_not_say_its_size_is_bounded_too() -> None:
    async with served() as notes:
        answer = await _sent_in_chunks(notes.port, notes.token, 2 * MIB)
        assert b" 413 " in answer.split(b"\r\n")[0]
        assert (await notes.http.post("/v1/notes", json={"label": "a"})).status_code == 201


async def test_a_path_may_accept_more_and_another_kind() -> None:
    async with served() as notes:
        mail = {"Content-Type": "message/rfc822"}
        answer = await notes.http.post("/v1/mails", content=b"x" * 3 * MIB, headers=mail)
        assert answer.json() == 3 * MIB
        problem(await notes.http.post("/v1/mails", content=b"x" * 5 * MIB, headers=mail), 413, "too-large")
        problem(await notes.http.post("/v1/mails", json={}), 415, "unsupported-media-type")


async def test_json_ten_thousand_deep_is_refused_and_the_service_lives_on() -> None:
    async with served() as notes:
        json = {"Content-Type": "application/json"}
        for sent in (b"[" * 10_000 + b"]" * 10_000, b"[" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000):
            problem(await notes.http.post("/v1/notes", content=sent, headers=json), 422, "invalid")
        assert (await notes.http.post("/v1/notes", json={"label": "a"})).status_code == 201


async def test_brackets_within_words_are_not_depth() -> None:
    async with served() as notes:
        words = '[{"' * 33
        assert (await notes.http.post("/v1/notes", json={"label": "a", "words": words[:100]})).status_code == 201


async def test_depth_is_allowed_up_to_its_bound() -> None:
    async with served(limits=Limits(depth_max=3)) as notes:
        json = {"Content-Type": "application/json"}
        at = await notes.http.post("/v1/notes", content=b'{"label": [[1]]}', headers=json)
        assert flaws(problem(at, 422, "invalid")) == {("body", "#/label")}
        past = await notes.http.post("/v1/notes", content=b'{"label": [[[1]]]}', headers=json)
        assert flaws(problem(past, 422, "invalid")) == {("body", "#")}


async def test_a_kind_of_body_that_is_not_read_here_is_a_415() -> None:
    async with served() as notes:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""):
            answer = await notes.http.post("/v1/notes", content=b'{"label": "a"}', headers={"Content-Type": kind})
            problem(answer, 415, "unsupported-media-type")
        utf8 = {"Content-Type": "application/json; charset=utf-8"}
        assert (await notes.http.post("/v1/notes", content=b'{"label": "a"}', headers=utf8)).status_code == 201


async def test_a_request_that_takes_too_long_is_ended_and_may_come_again() -> None:
    async with served(limits=Limits(answer_within=timedelta(milliseconds=200))) as notes:
        answer = await notes.http.get("/v1/slow")
        problem(answer, 503, "too-late")
        assert answer.headers["retry-after"]


async def test_a_body_that_trickles_in_is_given_up() -> None:
    async with served(limits=Limits(body_within=timedelta(milliseconds=200))) as notes:
        reader, writer = await asyncio.open_connection("127.0.0.1", notes.port)
        writer.write(_head(notes.token, "Content-Length: 100") + b'{"label"')
        await writer.drain()
        assert b" 408 " in await reader.readline()
        writer.close()


async def test_no_more_requests_are_under_way_than_can_be_answered() -> None:
    async with served(limits=Limits(requests_max=2)) as notes:
        slow = [asyncio.create_task(notes.http.get("/v1/slow")) for _ in range(3)]
        done, _ = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
        problem(done.pop().result(), 503, "busy")
        notes.slow.set()
        assert sorted([(await one).status_code for one in slow]) == [200, 200, 503]


async def test_a_caller_who_asks_too_often_is_told_to_wait_and_others_are_not() -> None:
    async with served(rates=Rates(3, 1000)) as notes:
        answers = [await notes.http.get("/v1/nowhere") for _ in range(6)]
        assert [answer.status_code for answer in answers[:3]] == [404, 404, 404]
        assert 429 in {answer.status_code for answer in answers}
        limited = next(answer for answer in answers if answer.status_code == 429)
        problem(limited, 429, "too-many")
        assert int(limited.headers["retry-after"]) >= 1
        other = await notes.key("notes:read")
        assert (await notes.http.get("/v1/nowhere", headers=notes.bearing(other))).status_code == 404


async def test_who_guesses_keys_is_stopped() -> None:
    async with served(rates=Rates(1000, 5)) as notes:
        guesses = [await notes.http.get("/v1/nowhere", headers=notes.bearing(f"gk_{n:012x}_x")) for n in range(8)]
        assert [guess.status_code for guess in guesses] == [401] * 5 + [429] * 3


async def test_a_line_end_in_a_header_reaches_no_route() -> None:
    async with served() as notes:
        reader, writer = await asyncio.open_connection("127.0.0.1", notes.port)
        writer.write(_head(notes.token, "Idempotency-Key: a\r\n b", "Content-Length: 14") + b'{"label": "a"}')
        await writer.drain()
        assert b" 4" in (await reader.readline())[:13]
        assert not notes.store.written
        writer.close()


async def test_a_key_of_odd_characters_is_refused_by_name() -> None:
    async with served() as notes:
        for key in (SECRET_WORD + '"', "a" * 129, "a b"):
            answer = await notes.http.post("/v1/notes", json={"label": "a"}, headers={"Idempotency-Key": key})
            assert flaws(problem(answer, 422, "invalid")) == {("header", "#/Idempotency-Key")}


def _head(token: str, *lines: str) -> bytes:
    head = ["POST /v1/notes HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", "Content-Type: application/json"]
    return "\r\n".join([*head, *lines, "", ""]).encode()


async def _sent_in_chunks(port: int, token: str, size: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_head(token, "Transfer-Encoding: chunked"))
    for _ in range(size // 65536):
        writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    answer = await reader.readline()
    writer.close()
    return answer
