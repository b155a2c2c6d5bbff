"""What a request leaves behind: a line in the log, two metrics, and a span of the trace it belongs to."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gehoor.runtime.http.knowing import PREFIX
from gehoor.runtime.observability import Metrics, log, span

_QUIET = ("/health/", "/metrics")
_UNANSWERED = 499


class Observed:
    """The outermost layer: whatever happens to a request, it is counted and told, without a word of its content."""

    def __init__(self, app: ASGIApp, metrics: Metrics, seconds: Callable[[], float] = perf_counter) -> None:
        self.app = app
        self.metrics = metrics
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on within a span, and tell how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = _UNANSWERED
        began = self.seconds()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with span(f"{scope['method']} {scope['path'].split('/')[1]}", Headers(scope=scope).get("traceparent")):
                await self.app(scope, receive, noting)
        finally:
            self._tell(scope, status, self.seconds() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if len(scope["method"]) < 8 else "other"  # noqa: PLR2004 - OPTIONS is the longest
        self.metrics.requests.labels(method, route, status).inc()
        self.metrics.request_seconds.labels(method, route).observe(seconds)
        caller: Any = scope.get("state", {}).get("caller")
        told = log.debug if scope["path"].startswith(_QUIET) else log.info
        told(
            "answered",
            method=method,
            route=route,
            status=status,
            seconds=round(seconds, 4),
            caller=caller.id if caller is not None else None,
        )


def _route(scope: Scope) -> str:
    """The path with its parameters unfilled: what it was filled with is nobody's to count by."""
    template: str | None = getattr(scope.get("route"), "path", None)
    if template is None:
        return "none"
    under = scope["path"].startswith(PREFIX + "/") and not template.startswith(PREFIX + "/")
    return PREFIX + template if under else template
