"""The floor below every latency: a record to the same broker, and back."""

import asyncio
import os
import time
from collections.abc import Sequence
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from tests.bench.outside import at_end

VALUE_BYTES = 500
HEADER_BYTES = 36
HEADERS = 11
_WITHIN = 10.0
"""Seconds after the last was sent."""


async def round_trips(kafka: str, topic: str, per_second: float, count: int) -> Sequence[float]:
    """Seconds from handing each record to a durable, idempotent producer until a consumer gives it.

    Raises:
        TimeoutError: not all came back.
    """
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        async with at_end(kafka, topic) as consumer, asyncio.timeout(count / per_second + _WITHIN):
            sent: dict[bytes, float] = {}
            took: list[float] = []

            async def read() -> None:
                while len(took) < count:
                    fetched = await consumer.getmany(timeout_ms=1000)
                    now = time.perf_counter()
                    took.extend(now - sent[record.key] for records in fetched.values() for record in records)

            reading = asyncio.create_task(read())
            began = time.perf_counter()
            for number in range(count):
                await asyncio.sleep(max(began + number / per_second - time.perf_counter(), 0.0))
                key = str(uuid4()).encode()
                headers = [(f"ce_header{place}", os.urandom(HEADER_BYTES)) for place in range(HEADERS)]
                sent[key] = time.perf_counter()
                await producer.send(topic, os.urandom(VALUE_BYTES), key, headers=headers)
            await reading
            return took
    finally:
        await producer.stop()
