"""What a service tells of itself: metrics, a log without a customer's word in it, and the trace something is part of.

metrics = Metrics("sla")
log_as_json("sla", "info", metrics)
metrics.lateness.labels("clock").observe(0.2)
log.info("clock fired", stream="watch-0192…", late_seconds=0.2)
"""

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TextIO
from uuid import UUID

import orjson
import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Stream, UnreadableError
from gehoor.events.private import Private
from gehoor.runtime.ports import DefectError, StaleError, TemporaryError

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

# --- metrics -----------------------------------------------------------------------------------------------------

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600)


class Metrics:
    """Every metric there is: its name, what it counts and in what unit, and by what. One set for each process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self.service = service
        self.recorded = self._counter("facts_recorded", "Facts stored.", "type")
        self.handled = self._counter("handled", "Requests, journal records and due rows handled.", "by")
        self.refused = self._counter("refused", "Commands refused, by the refusal's code.", "code")
        self.defects = self._counter("defects", "Errors of our own code, by the part they came up in.", "where")
        self.parked = self._counter("parked", "Journal records parked, by why.", "reason")
        self.parked_subjects = self._gauge("parked_subjects", "Subjects that are held now.")
        self.lag = self._gauge("lag_records", "Journal records not yet handled.", "topic", "partition")
        self.relayed = self._counter("relayed", "Facts that the broker has acknowledged.")
        self.outbox_oldest = self._gauge("outbox_oldest_seconds", "Age of the oldest fact not yet on the journal.")
        self.lateness = self._histogram("timer_lateness_seconds", "From the due moment to its handling.", "kind")
        self.deliveries = self._counter("deliveries", "Attempts to deliver mail and webhooks.", "kind", "result")
        self.requests = self._counter("requests", "HTTP requests answered.", "method", "route", "status")
        self.request_seconds = self._histogram("request_seconds", "Time to answer.", "method", "route")
        self.fields_dropped = self._counter("log_fields_dropped", "Log fields left out: not on the list.")
        ProcessCollector(registry=self.registry)

    def _counter(self, name: str, says: str, *by: str) -> Counter:
        return Counter(f"gehoor_{name}", says, by, registry=self.registry)

    def _gauge(self, name: str, says: str, *by: str) -> Gauge:
        return Gauge(f"gehoor_{name}", says, by, registry=self.registry)

    def _histogram(self, name: str, says: str, *by: str) -> Histogram:
        return Histogram(f"gehoor_{name}", says, by, registry=self.registry, buckets=_SECONDS)


# --- the log -----------------------------------------------------------------------------------------------------

FIELDS: Mapping[str, str] = {
    "adapter": "mailer or webhook",
    "address": "host and port of ours, or of the broker, the database, the mail server",
    "arming": "of a due row",
    "attempt": "counted from 1",
    "caller": "id of an API key",
    "code": "of a refusal or problem",
    "consumer": "faust or aiokafka",
    "correlation": "what follows from one input has it in common",
    "count": "how many",
    "due": "a moment",
    "error": "an error's type; with its message where that is our own",
    "event_id": "of a fact",
    "key": "id of a due row or delivery",
    "kind": "of a stream, due row or delivery",
    "late_seconds": "from the due moment",
    "logger": "a library's own name for its log",
    "method": "of a request",
    "offset": "in a partition",
    "part": "a loop of the process",
    "partition": "of a topic",
    "place": "where in our code: file and line",
    "position": "in the store",
    "reason": "a short code of ours",
    "result": "of a delivery: taken, failed, refused, unknown",
    "role": "api, listen, relay, due",
    "route": "a path with its parameters unfilled",
    "seconds": "how long",
    "sequence": "in a source",
    "signal": "that asked to stop",
    "source": "of a fact",
    "status": "of an answer",
    "stream": "a kind and an id",
    "topic": "of the broker",
    "trace_id": "of OpenTelemetry",
    "type": "of a fact",
    "version": "of a policy or schema",
}
"""All that may stand in a line of the log beside `at`, `level`, `service` and `event`; anything else is left out."""
_OURS = {"at", "level", "service", "event"}
_LINE_MAX = 300
_SPEAKS_FOR_ITSELF = (Refusal, DefectError, TemporaryError, StaleError, UnreadableError)
"""Errors of our own, whose messages hold no customer's word."""
_TALKATIVE = ("aiokafka", "gehoor", "faust", "mode", "uvicorn")
"""Whose messages are about machines; of other libraries only the unfilled template is logged."""


def log_as_json(service: str, level: str, metrics: Metrics, out: TextIO = sys.stdout) -> None:
    """Let our log and the libraries' go out as JSON lines with nothing but the listed fields."""
    threshold = logging.getLevelName(level.upper())

    def listed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in event.items():
            if name == "error" and isinstance(value, BaseException):
                kept |= described(value)
            elif name in FIELDS or name in _OURS:
                kept[name] = _plain(value)
            else:
                metrics.fields_dropped.inc()
        return {"at": kept.pop("at"), "level": kept.pop("level"), "service": service, **kept}

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", key="at"),
            listed,
            structlog.processors.JSONRenderer(serializer=lambda line, **_: orjson.dumps(line, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Libraries()]
    root.setLevel(max(threshold, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "faust", "mode", "aiokafka"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
    logging.getLogger("uvicorn.access").disabled = True


def described(error: BaseException) -> dict[str, str]:
    """An error without what it was about: its type, where in our code it came up, its message only if it is our own."""
    said = f"{type(error).__name__}: {error}" if isinstance(error, _SPEAKS_FOR_ITSELF) else type(error).__name__
    place = ""
    at = error.__traceback__
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if "gehoor" in file.rpartition("site-packages")[2]:
            place = f"{'/'.join(file.split('/')[-2:])}:{at.tb_lineno}"
        at = at.tb_next
    return {"error": said[:_LINE_MAX], "place": place}


def _plain(value: Any) -> Any:
    match value:
        case Private():
            return "•••"
        case None | bool() | int() | float():
            return value
        case Enum():
            return str(value.value)
        case timedelta():
            return value.total_seconds()
        case datetime():
            return value.isoformat()
        case str() | UUID() | Stream():
            return str(value)[:_LINE_MAX]
        case _:
            return type(value).__name__


class _Libraries(logging.Handler):
    """Passes on what libraries log, as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line: the message of those that speak of machines, of others its template."""
        said = record.getMessage() if record.name.partition(".")[0] in _TALKATIVE else str(record.msg)
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info is not None and record.exc_info[1] is not None:
            fields["error"] = record.exc_info[1]
        log.log(record.levelno, said.partition("\n")[0][:_LINE_MAX], **fields)


# --- traces ------------------------------------------------------------------------------------------------------

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("gehoor")


@contextmanager
def span(name: str, parent: str | None = None) -> Iterator[trace.Span]:
    """Something that takes time, as part of the trace that `parent` (a W3C traceparent) names.

    Without an SDK this costs next to nothing, and the trace is still passed on.
    """
    context = _PROPAGATOR.extract({"traceparent": parent}, Context()) if parent is not None else None
    with _TRACER.start_as_current_span(name, context, record_exception=False, set_status_on_exception=False) as current:
        yield current


def traceparent() -> str | None:
    """The trace at hand, as a W3C traceparent for what follows; None where there is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def keep_traces(service: str, endpoint: str) -> None:
    """Send spans to an OTLP endpoint over HTTP: `http://127.0.0.1:4318/v1/traces`."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - only where traces are kept
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": f"gehoor-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    trace.set_tracer_provider(provider)
