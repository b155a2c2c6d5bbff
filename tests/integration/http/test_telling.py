"""What is told of requests: one line each, without a customer's word, and the trace they belong to."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
import structlog

from gehoor.events.private import Private
from gehoor.runtime.observability import FIELDS, Metrics, log, log_as_json, span, traceparent
from gehoor.runtime.ports import DefectError
from tests.integration.http.serving import SECRET_WORD, served

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Lines:
    """The log so far."""

    def __init__(self) -> None:
        self.out = StringIO()
        self.metrics = Metrics("notes")
        log_as_json("notes", "debug", self.metrics, self.out)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield Lines()
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_each_request_is_one_line_without_its_words(lines: Lines) -> None:
    async with served() as notes:
        await notes.http.post("/v1/notes", json={"label": "a", "words": SECRET_WORD})
        await notes.http.get(f"/v1/notes/{SECRET_WORD}?q={SECRET_WORD}")
        (first, second) = [line for line in lines.told if line["event"] == "answered"]
    assert first == {
        "at": first["at"],
        "level": "info",
        "service": "notes",
        "event": "answered",
        "method": "POST",
        "route": "/v1/notes",
        "status": 201,
        "seconds": first["seconds"],
        "caller": notes.token.split("_")[1],
    }
    assert second["status"] == 422
    assert SECRET_WORD not in lines.out.getvalue()
    assert notes.token not in lines.out.getvalue()


async def test_a_defect_is_told_by_type_and_place_only(lines: Lines) -> None:
    async with served(going_wrong={"bug": KeyError(SECRET_WORD)}) as notes:
        await notes.http.get("/v1/wrong/bug")
    (told,) = [line for line in lines.told if line["level"] == "error"]
    assert told["error"] == "KeyError"
    assert SECRET_WORD not in lines.out.getvalue()


def test_a_field_that_is_not_listed_is_dropped_and_counted(lines: Lines) -> None:
    log.info("something", count=3, customer=SECRET_WORD)
    (told,) = lines.told
    assert told["count"] == 3
    assert "customer" not in told
    assert lines.metrics.registry.get_sample_value("gehoor_log_fields_dropped_total") == 1


def test_what_is_private_prints_as_dots(lines: Lines) -> None:
    log.info("something", reason=Private(SECRET_WORD), kind={"a": SECRET_WORD}, source=[SECRET_WORD])
    assert lines.told[0]["reason"] == "•••"
    assert SECRET_WORD not in lines.out.getvalue()


def test_moments_ids_and_durations_are_written_plainly(lines: Lines) -> None:
    log.info("x", due=datetime(2026, 1, 1, tzinfo=UTC), seconds=timedelta(seconds=2), event_id=UUID(int=1))
    told = lines.told[0]
    assert (told["due"], told["seconds"], told["event_id"]) == ("2026-01-01T00:00:00+00:00", 2.0, str(UUID(int=1)))


def test_our_own_errors_speak_and_others_do_not(lines: Lines) -> None:
    log.error("x", error=DefectError("fired twice"))
    log.error("x", error=ValueError(SECRET_WORD))
    assert [line["error"] for line in lines.told] == ["DefectError: fired twice", "ValueError"]


def test_what_libraries_log_comes_out_as_lines_of_ours(lines: Lines) -> None:
    logging.getLogger("aiokafka.conn").warning("unable to connect to %s", "127.0.0.1:9092")
    logging.getLogger("asyncpg").warning("row %s", SECRET_WORD)
    assert [(line["logger"], line["event"]) for line in lines.told] == [
        ("aiokafka.conn", "unable to connect to 127.0.0.1:9092"),
        ("asyncpg", "row %s"),
    ]


def test_every_field_that_may_be_logged_says_what_it_holds() -> None:
    assert all(FIELDS.values())
    assert not {"name", "text", "body", "address_of_customer"} & FIELDS.keys()


async def test_a_fact_carries_the_trace_of_the_request_it_came_from() -> None:
    async with served() as notes:
        answer = await notes.http.post("/v1/notes", json={"label": "a"}, headers={"traceparent": TRACE})
        assert answer.json()["traceparent"].split("-")[1] == TRACE.split("-")[1]
        without = await notes.http.post("/v1/notes", json={"label": "a"})
        assert without.json()["traceparent"] is None


def test_a_span_belongs_to_the_trace_it_was_given() -> None:
    with span("reacting", TRACE):
        told = traceparent()
    assert told is not None
    assert told.split("-")[1] == TRACE.split("-")[1]
    assert traceparent() is None


def test_a_malformed_trace_is_no_trace() -> None:
    with span("reacting", "nonsense\r\n"):
        assert traceparent() is None
