"""Sending complaints to intake as other systems do: CloudEvents in batches, again where the answer did not come.

An event is known by its source and id, so sending it again is safe: intake says that it has it already.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx2
import stamina

from gehoor.cli.installation import Installation
from gehoor.cli.plainly import FailedError
from gehoor.cli.replaying.complaints import Complaint, Rejected
from gehoor.cli.replaying.remembering import Sent
from gehoor.intake.channels.cloudevents import BATCH

BATCH_SIZE = 50
"""Events in one request."""
AT_ONCE_MAX = 4
"""Requests under way."""
ANSWER_WITHIN = timedelta(seconds=30)
RETRIED_FOR = timedelta(minutes=5)
"""How long a request that is not answered is sent again."""
_JSON = "application/json"
_ANSWERED = {"judgement": "none", "solved": "fully", "explanation": "Answered, as the file that was replayed tells."}
_BUSY = frozenset({429, 502, 503, 504})


class BusyError(Exception):
    """Intake can't take it now."""


class Intake:
    """Intake's public API, asked with one key."""

    def __init__(self, installation: Installation, holder: str) -> None:
        """`holder`: whose key of the installation is used.

        Raises:
            FailedError: it has no such key.
        """
        if holder not in installation.keys:
            raise FailedError(f"the installation has no key of {holder}; it has {', '.join(installation.keys)}")
        self._client = httpx2.AsyncClient(
            base_url=installation.service("intake").url,
            headers={"Authorization": f"Bearer {installation.keys[holder]}"},
            timeout=ANSWER_WITHIN.total_seconds(),
        )

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.aclose()

    async def send(self, batch: Sequence[Complaint]) -> Sequence[Sent | Rejected]:
        """What became of each.

        Raises:
            FailedError: intake refuses us altogether, or does not answer for too long.
        """
        answer = await self._asked("/v1/events", json.dumps([one.event for one in batch]), BATCH)
        if answer.status_code in {401, 403}:
            raise FailedError(f"intake lets this key not in ({answer.status_code}): it needs the scope intake:write")
        if not answer.is_success:
            raise FailedError(f"intake refuses the batch: {_problem(answer)}")
        return [await self._with_answer(one, outcome) for one, outcome in _outcomes(batch, answer.json())]

    async def _with_answer(self, complaint: Complaint, outcome: Sent | Rejected) -> Sent | Rejected:
        """Where the file tells when it was answered: that too, in nobody's words."""
        if isinstance(outcome, Rejected) or complaint.answered_at is None:
            return outcome
        response = {**_ANSWERED, "occurred_at": complaint.answered_at.isoformat()}
        key = sha256(f"{complaint.event['source']} {complaint.id} answered".encode()).hexdigest()
        answer = await self._asked(
            f"/v1/complaints/{outcome.complaint}/final-response", json.dumps(response), _JSON, key=key
        )
        if not answer.is_success:
            reason = f"its answer was refused: {_problem(answer)}"
            return Rejected(complaint.row.line, "", reason, complaint.row.columns)
        return replace(outcome, answered=True)

    async def _asked(self, path: str, body: str, media_type: str, *, key: str | None = None) -> httpx2.Response:
        """The answer, asked for again while none comes.

        Raises:
            FailedError: none comes for too long.
        """
        headers = {"Content-Type": media_type} | ({"Idempotency-Key": key} if key is not None else {})
        try:
            async for attempt in stamina.retry_context(
                on=(httpx2.TransportError, BusyError),
                attempts=None,
                timeout=RETRIED_FOR,
                wait_max=timedelta(seconds=10),
            ):
                with attempt:
                    answer = await self._client.post(path, content=body.encode(), headers=headers)
                    return _unless_busy(answer)
        except BusyError as busy:
            raise FailedError(f"{busy} for {RETRIED_FOR}") from busy
        raise FailedError("intake was not asked")


def _unless_busy(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code in _BUSY:
        raise BusyError(f"intake answers {answer.status_code}")
    return answer


async def send_all(intake: Intake, complaints: Iterable[Complaint]) -> AsyncIterator[Sequence[Sent | Rejected]]:
    """Send them in batches, a few at once, and give what became of each batch as it is answered.

    Raises:
        FailedError: intake refuses us altogether, or does not answer for too long.
    """
    batches = _batches(complaints)
    under_way: set[asyncio.Task[Sequence[Sent | Rejected]]] = set()
    try:
        while True:
            while len(under_way) < AT_ONCE_MAX and (batch := next(batches, None)) is not None:
                under_way.add(asyncio.ensure_future(intake.send(batch)))
            if not under_way:
                return
            answered, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in answered:
                yield task.result()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def _batches(complaints: Iterable[Complaint]) -> Iterator[Sequence[Complaint]]:
    batch: list[Complaint] = []
    for complaint in complaints:
        batch.append(complaint)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _outcomes(batch: Sequence[Complaint], answer: Any) -> Iterator[tuple[Complaint, Sent | Rejected]]:
    for complaint, said in zip(batch, answer["results"], strict=True):
        if "problem" in said:
            reason = str(said["problem"].get("detail", said["problem"].get("title", "refused")))
            rejected = Rejected(complaint.row.line, "", f"intake refuses it: {reason}", complaint.row.columns)
            yield complaint, rejected
        else:
            yield complaint, Sent(complaint.id, UUID(said["id"]))


def _problem(answer: httpx2.Response) -> str:
    try:
        problem = answer.json()
        return f"{answer.status_code} {problem.get('detail') or problem.get('title')}"
    except (ValueError, AttributeError):
        return str(answer.status_code)
