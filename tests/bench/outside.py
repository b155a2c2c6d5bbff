"""Whoever calls and reads from outside, in one light process: posts complaints, and sees what comes onto the journal.

All moments are seconds on the machine's monotonic clock, which its processes share.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from gehoor.cli.prepare import PARTITIONS
from gehoor.events.intake import Acknowledged, ComplaintReceived
from gehoor.events.routing import ComplaintClassified, OwnerAssigned
from gehoor.events.sla import DeadlineMet, DeadlineSet

R = TypeVar("R")
BATCH = "application/cloudevents-batch+json"
WHOLE = Counter(
    {
        ComplaintReceived.type: 1,
        Acknowledged.type: 1,
        ComplaintClassified.type: 1,
        OwnerAssigned.type: 1,
        DeadlineSet.type: 3,
        DeadlineMet.type: 1,
    }
)
"""What one complaint of ours comes to under deploy/policy/default.yaml: the clocks of the acknowledgement (met at
once), of the first answer and of the resolution."""
WORDS = (
    ("Mijn verbinding valt elke avond weg en ik zou teruggebeld worden, maar dat is nooit gebeurd. Dit is de derde "
     "keer dat ik contact opneem en ik krijg telkens iemand anders aan de lijn die van niets weet."),
    ("La facture de mars a été débitée deux fois et personne ne m'a rappelé malgré la promesse de votre conseiller. "
     "Je demande le remboursement du trop payé et une explication écrite."),
    ("The video service has kept buffering since the update last Monday. I was told that somebody would look into it "
     "within two days, and I have heard nothing since."),
    ("Das Paket mit meinem Gewinn ist nie angekommen, obwohl mir die Zustellung zweimal zugesagt wurde. Bitte teilen "
     "Sie mir mit, wer dafür zuständig ist und bis wann ich mit einer Antwort rechnen kann."),
)  # fmt: skip


@dataclass(frozen=True)
class Errand:
    """What is to be posted, how, and where it is read again."""

    url: str
    token: str
    kafka: str | None
    """None: nothing is read."""
    journal: str
    complaints: int
    per_second: float | None = None
    """At that pace whatever the answers do; None: each caller as soon as it has its answer."""
    callers: int = 8
    batch: int = 1
    """Complaints in one request: more than one go as a batch of CloudEvents."""
    within: float = 120.0
    """Seconds, for all of it."""


@dataclass(frozen=True)
class Way:
    """One complaint's way."""

    sent: float
    answered: float
    seen: Mapping[str, float]
    """When the first fact of each type was readable."""
    recorded: Mapping[str, float]
    """When that fact was decided, as it says."""
    whole: float
    """When the last fact of `WHOLE` was readable; 0 where nothing was read."""


@dataclass
class Journal:
    """What has come."""

    seen: dict[str, dict[str, tuple[float, float]]] = field(default_factory=lambda: defaultdict(dict))
    counted: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    whole: dict[str, float] = field(default_factory=dict)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, headers: Iterable[tuple[str, bytes]], now: float, wall: float) -> None:
        """One record. `wall`: what to take from a moment of the calendar to have it on our clock."""
        told = dict(headers)
        subject, type_ = told["ce_subject"].decode(), told["ce_type"].decode()
        if type_ not in self.seen[subject]:
            recorded = datetime.fromisoformat(told["ce_recordedtime"].decode()).timestamp() - wall
            self.seen[subject][type_] = now, recorded
        self.counted[subject][type_] += 1
        if subject not in self.whole and self.counted[subject] >= WHOLE:
            self.whole[subject] = now
            self.more.set()


def apart(work: Callable[..., Awaitable[R]], *given: Any) -> Awaitable[R]:
    """That work done in a process of its own."""
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    future = asyncio.get_running_loop().run_in_executor(pool, _run, work, given)
    future.add_done_callback(lambda _: pool.shutdown(wait=False))
    return future


def _run(work: Callable[..., Any], given: Sequence[Any]) -> Any:
    return asyncio.run(work(*given))


async def go(errand: Errand) -> Sequence[Way]:
    """Post them all, and wait until all that follows can be read.

    Raises:
        TimeoutError: it did not come in time.
        RuntimeError: a request was refused.
    """
    async with asyncio.timeout(errand.within), _reading(errand) as journal:
        ways = await _post_all(errand)
        while journal is not None and not all(id_ in journal.whole for id_, _, _ in ways):
            journal.more.clear()
            await journal.more.wait()
        return [_way(journal, *posted) for posted in ways]


def _way(journal: Journal | None, id_: str, sent: float, answered: float) -> Way:
    if journal is None:
        return Way(sent, answered, {}, {}, 0.0)
    seen = {type_: at for type_, (at, _) in journal.seen[id_].items()}
    recorded = {type_: at for type_, (_, at) in journal.seen[id_].items()}
    return Way(sent, answered, seen, recorded, journal.whole[id_])


@asynccontextmanager
async def _reading(errand: Errand) -> AsyncIterator[Journal | None]:
    if errand.kafka is None:
        yield None
        return
    journal = Journal()
    wall = time.time() - time.perf_counter()
    async with at_end(errand.kafka, errand.journal) as consumer:

        async def read() -> None:
            while True:
                fetched = await consumer.getmany(timeout_ms=1000)
                now = time.perf_counter()
                for records in fetched.values():
                    for record in records:
                        journal.note(record.headers, now, wall)

        task = asyncio.create_task(read())
        try:
            yield journal
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def at_end(kafka: str, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of all its partitions, from what is written from now on."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        for partition, end in (await consumer.end_offsets(partitions)).items():
            consumer.seek(partition, end)
        yield consumer
    finally:
        await consumer.stop()


async def _post_all(errand: Errand) -> list[tuple[str, float, float]]:
    """Id, sent and answered of each."""
    headers = {"Authorization": f"Bearer {errand.token}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(errand.url, headers=headers, connector=connector) as session:
        posted: list[tuple[str, float, float]] = []
        starts = list(range(0, errand.complaints, errand.batch))

        async def post(start: int) -> None:
            batch = range(start, min(start + errand.batch, errand.complaints))
            sent = time.perf_counter()
            ids = await (_post_events(session, batch) if errand.batch > 1 else _post_complaint(session, start))
            answered = time.perf_counter()
            posted.extend((id_, sent, answered) for id_ in ids)

        if errand.per_second is None:
            waiting = iter(starts)

            async def call() -> None:
                for start in waiting:
                    await post(start)

            async with asyncio.TaskGroup() as callers:
                for _ in range(errand.callers):
                    callers.create_task(call())
        else:
            began = time.perf_counter()
            async with asyncio.TaskGroup() as under_way:
                for place, start in enumerate(starts):
                    await asyncio.sleep(max(began + place / errand.per_second - time.perf_counter(), 0.0))
                    under_way.create_task(post(start))
        return posted


async def _post_complaint(session: aiohttp.ClientSession, number: int) -> list[str]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    answer = await _post(session, "/v1/complaints", complaint(number), headers)
    return [answer["id"]]


async def _post_events(session: aiohttp.ClientSession, numbers: Iterable[int]) -> list[str]:
    events = [
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": "/bench",
            "type": "gehoor.complaint.v1",
            "data": complaint(number),
        }
        for number in numbers
    ]
    answer = await _post(session, "/v1/events", events, {"Content-Type": BATCH})
    return [result["id"] for result in answer["results"]]


async def _post(session: aiohttp.ClientSession, path: str, body: Any, headers: Mapping[str, str]) -> Any:
    async with session.post(path, data=orjson.dumps(body), headers=headers) as response:
        answer = orjson.loads(await response.read())
        if not response.ok or any(result["status"] >= 300 for result in answer.get("results", ())):
            raise RuntimeError(f"{path} said {response.status}: {answer}")
        return answer


def complaint(number: int) -> dict[str, Any]:
    """One complaint by web, of somebody new, in one of four languages."""
    return {
        "channel": "web",
        "text": WORDS[number % len(WORDS)],
        "name": "An Janssens",
        "contact_points": [{"kind": "phone", "address": f"+32470{number % 1_000_000:06}"}],
    }
