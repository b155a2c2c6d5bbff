"""The one application of every service: its layers in order, and what they stand around."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from gehoor.events.deciding import Refusal
from gehoor.runtime.assembled import Assembled
from gehoor.runtime.handling import Handling
from gehoor.runtime.http.asking import Serving
from gehoor.runtime.http.health import Checks, health
from gehoor.runtime.http.keys import Gate
from gehoor.runtime.http.knowing import PREFIX, Known, Rates
from gehoor.runtime.http.limits import BodyBound, Limits, TimeBound
from gehoor.runtime.http.observing import Observed
from gehoor.runtime.http.problems import MEDIA_TYPE, Problem, Problems, problem_of
from gehoor.runtime.observability import Metrics, log, traceparent
from gehoor.runtime.ports import Views


def layers(metrics: Metrics, gate: Gate, rates: Rates, limits: Limits) -> Sequence[Middleware]:
    """What a request passes through, from the outside in."""

    def noticed(error: BaseException, problem: Problem) -> None:
        if isinstance(error, Refusal):
            metrics.refused.labels(problem.code).inc()
        elif problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            metrics.defects.labels("http").inc()
            log.error("a route is broken", error=error)

    return [
        Middleware(Observed, metrics=metrics),  # sees everything, refusals of the other layers too
        Middleware(Problems, noticed=noticed),  # so that every layer below may simply raise
        Middleware(TimeBound, limits=limits),  # around all that takes time, asking who calls included
        Middleware(Known, gate=gate, rates=rates),  # before a stranger's body is read
        Middleware(BodyBound, limits=limits),  # before any route sees it
    ]


def create_app(
    assembled: Assembled,
    handling: Handling,
    views: Views,
    gate: Gate,
    *,
    metrics: Metrics,
    rates: Rates,
    limits: Limits | None = None,
    checks: Checks | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """A service's application: its routers under `/v1`, health and metrics beside them."""
    accepts = {PREFIX + path: accepted for path, accepted in assembled.accepts.items()}
    bounded = replace(limits or Limits(), accepts=accepts)
    app = FastAPIOffline(  # the page at /docs needs nothing from outside
        title=f"Gehoor {assembled.service.name}",
        version="1",
        redoc_url=None,
        redirect_slashes=False,
        middleware=list(layers(metrics, gate, rates, bounded)),
        exception_handlers={HTTPException: _of_routing, RequestValidationError: _of_routing},
        lifespan=lifespan,
    )
    app.state.serving = Serving(handling, views, traceparent)
    for router in assembled.routers:
        app.include_router(router, prefix=PREFIX, responses=_PROBLEMS)
    app.include_router(health(checks or {}, metrics))
    return app


async def _of_routing(request: Request, error: Exception) -> Response:
    """The errors that routing and parsing raise, which Starlette would answer in its own way."""
    problem = problem_of(error)
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        problem = replace(problem, headers={"Allow": ", ".join(sorted(_methods(request)))})
    return problem.answer()


def _methods(request: Request) -> set[str]:
    """All that the path allows; Starlette tells those of the first route only."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    return {
        method.upper()
        for template, methods in paths.items()
        if compile_path(template)[0].match(request.url.path)
        for method in methods
    }


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What is wrong (RFC 9457).",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "code"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "code": {"type": "string", "description": "What a program can act on."},
                        "detail": {"type": "string"},
                        "possible": {"type": "array", "items": {"type": "string"}},
                        "errors": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": {
                                    "in": {"enum": ["body", "query", "path", "header"]},
                                    "pointer": {"type": "string"},
                                    "code": {"type": "string"},
                                    "detail": {"type": "string"},
                                },
                            },
                        },
                    },
                }
            }
        },
    }
}
