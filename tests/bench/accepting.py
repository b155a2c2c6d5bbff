"""P3: durable accepts per core of the service, beside the same endpoint on the memory twins."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection

import psutil

from gehoor.devstack.server import Record
from gehoor.intake.main import assemble
from gehoor.intake.settings import IntakeSettings
from gehoor.runtime.clock import SystemClock
from gehoor.runtime.handling import Handling
from gehoor.runtime.http.app import create_app
from gehoor.runtime.http.keys import Gate, issue
from gehoor.runtime.http.knowing import Rates
from gehoor.runtime.http.limits import Accepts, Limits
from gehoor.runtime.http.server import Server, listen_on
from gehoor.runtime.memory.blobs import MemoryBlobs
from gehoor.runtime.memory.due import MemoryDue
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.keys import MemoryKeys
from gehoor.runtime.memory.mailer import MemoryMailer
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.memory.webhooks import MemoryWebhooks
from gehoor.runtime.observability import Metrics, log_as_json
from gehoor.runtime.ports import Ports
from tests.bench.figures import Figure, Measured
from tests.bench.house import CALLS_MAX, House
from tests.bench.outside import Errand
from tests.bench.scale import Scale

FLOORS_MIN = 0.8


async def measure(house: House, scale: Scale) -> Measured:
    """Both serve the api alone, each in a process; what counts is the time that process had of a core."""
    errand = replace(house.errand(scale.complaints, read=False), callers=scale.callers)
    async with _really(house) as (address, process):
        found = await _per_core(house, replace(errand, url=address), process)
    async with _twins(house) as (address, token, process):
        least = await _per_core(house, replace(errand, url=address, token=token), process)
    figure = Figure(
        row="P3",
        what="durable accepts per second of a core",
        wanted=f"≥ {FLOORS_MIN} times floor",
        found=f"{found:.0f} complaints",
        floor=f"{least:.0f}: the same endpoint without a database",
        ratio=found / least,
        met=found / least >= FLOORS_MIN,
    )
    return Measured([figure])


async def _per_core(house: House, errand: Errand, process: psutil.Process) -> float:
    await house.post(replace(errand, complaints=50))
    before = process.cpu_times()
    await house.post(errand)
    after = process.cpu_times()
    return errand.complaints / (after.user + after.system - before.user - before.system)


@asynccontextmanager
async def _really(house: House) -> AsyncIterator[tuple[str, psutil.Process]]:
    server = house.server("intake", role="api")
    await asyncio.to_thread(server.start, lambda _: None)
    try:
        record = Record.read(server.file)
        assert record is not None
        yield server.url, psutil.Process(record.process.pid)
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _twins(house: House) -> AsyncIterator[tuple[str, str, psutil.Process]]:
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs, house.settings("intake")))
    process.start()
    try:
        port, token = await asyncio.to_thread(ours.recv)
        yield f"http://127.0.0.1:{port}", token, psutil.Process(process.pid)
    finally:
        process.terminate()
        await asyncio.to_thread(process.join)


def _serve(told: Connection, settings: Mapping[str, str]) -> None:
    os.environ.update(settings)
    asyncio.run(_answer(told))


async def _answer(told: Connection) -> None:
    """As `gehoor-intake api` does, with nothing below it."""
    settings = IntakeSettings()
    metrics = Metrics("intake")
    log_as_json("intake", "info", metrics)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    store = MemoryStore("intake")
    ports = Ports(
        store=store,
        due=MemoryDue(store),
        outbox=MemoryOutbox(store),
        keyring=MemoryKeyring(),
        blobs=MemoryBlobs(),
        clock=SystemClock(),
        mailer=MemoryMailer(),
        webhooks=MemoryWebhooks(),
    )
    assembled = assemble(settings, ports)
    keys = MemoryKeys()
    key, token = issue("bench", {"intake:write"}, datetime.now(UTC))
    await keys.add(key)
    app = create_app(
        assembled,
        Handling(assembled.service, store, ports.keyring, ports.clock, creates_keys=True),
        store,
        Gate(keys),
        metrics=metrics,
        rates=Rates(int(CALLS_MAX["GEHOOR_REQUESTS_PER_SECOND_MAX"]), settings.failures_per_minute_max),
        limits=Limits(otherwise=Accepts(bytes_max=settings.body_bytes_max)),
        checks={},
    )
    socket = listen_on("127.0.0.1", 0)
    told.send((socket.getsockname()[1], token))
    await Server(app, settings.stop_within).serve([socket])
