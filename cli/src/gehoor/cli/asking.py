"""Calling the services as anybody outside would: over HTTP, with a key."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx2

from gehoor.cli.installation import Installation

Json = Any
ANSWER_WITHIN = timedelta(seconds=20)
AGAIN_MAX = 40
"""How often a request is repeated where the service asks for it: it has not yet heard of the complaint."""
AGAIN_AFTER_MAX = timedelta(seconds=2)
_AGAIN = frozenset({409, 429, 503})


class AnswerError(Exception):
    """A service said no; holds what it said."""

    def __init__(self, status: int, problem: Mapping[str, Json]) -> None:
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', '')}".strip())
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """What a program acts on."""
        return str(self.problem.get("code", ""))


class Desk:
    """Somebody who calls the services with one key: `async with Desk(installation, "front-line") as desk`."""

    def __init__(self, installation: Installation, holder: str) -> None:
        self._installation = installation
        self._headers = {"Authorization": f"Bearer {installation.keys[holder]}"}
        self._stack = AsyncExitStack()
        self._clients: dict[str, httpx2.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        for name, access in self._installation.services.items():
            client = httpx2.AsyncClient(
                base_url=f"{access.url}/v1", headers=self._headers, timeout=ANSWER_WITHIN.total_seconds()
            )
            self._clients[name] = await self._stack.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def get(self, service: str, path: str, **query: str) -> Json:
        """What it answers.

        Raises:
            AnswerError: it said no.
        """
        return await self._ask(service, "GET", path, params=query)

    async def post(self, service: str, path: str, body: Json, *, key: str | None = None) -> Json:
        """What it answers to a wish, under an idempotency key, so that it may be sent again.

        Raises:
            AnswerError: it said no.
        """
        headers = {"Idempotency-Key": key or uuid4().hex}
        return await self._ask(service, "POST", path, json=body, headers=headers)

    async def send(self, service: str, path: str, content: bytes, media_type: str) -> Json:
        """Post a body that is not JSON."""
        headers = {"Idempotency-Key": uuid4().hex, "Content-Type": media_type}
        return await self._ask(service, "POST", path, content=content, headers=headers)

    async def _ask(self, service: str, method: str, path: str, **request: Any) -> Json:
        answer = await self._clients[service].request(method, path, **request)
        for _ in range(AGAIN_MAX):
            if answer.status_code not in _AGAIN or "retry-after" not in answer.headers:
                break
            await asyncio.sleep(min(float(answer.headers["retry-after"]), AGAIN_AFTER_MAX.total_seconds()))
            answer = await self._clients[service].request(method, path, **request)
        body = answer.json() if answer.content else {}
        if answer.is_success:
            return body
        raise AnswerError(answer.status_code, body if isinstance(body, dict) else {})
