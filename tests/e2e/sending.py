"""Another system that sends to the topic of its own, as CloudEvents in binary mode."""

import json
from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from gehoor.cli.installation import Installation
from gehoor.cli.watching import Watch
from gehoor.events.intake import ComplaintReceived
from gehoor.runtime.kafka.topics import RECORD_BYTES_MAX
from gehoor.runtime.ports import Message

WITHIN = timedelta(seconds=30)


class Sender:
    """Somebody who writes to Kafka: `async with Sender(installation, watch) as sender`."""

    def __init__(self, installation: Installation, watch: Watch) -> None:
        self._installation = installation
        self._watch = watch
        self._producer = AIOKafkaProducer(
            bootstrap_servers=installation.kafka, acks="all", max_request_size=RECORD_BYTES_MAX
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._producer.stop()

    async def send(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
    ) -> Message:
        """Write a record, whatever it is; gives it with its place."""
        sent = await self._producer.send_and_wait(topic, value, key=key, headers=list(headers), partition=partition)
        return Message(topic, sent.partition, sent.offset, key, value, tuple(headers))

    async def complaint(self, **form: Any) -> str:
        """Send a complaint, and give the id that the channel knows it by."""
        id_ = uuid4().hex
        headers = {"specversion": "1.0", "id": id_, "source": "/tests/desk", "type": "gehoor.complaint.v1"}
        body = json.dumps({**form, "channel_id": id_}).encode()
        await self.send(
            self._installation.inbound,
            body,
            headers=[(f"ce_{name}", value.encode()) for name, value in headers.items()]
            + [("content-type", b"application/json")],
        )
        return id_

    async def received(self, channel_id: str, *, within: timedelta = WITHIN) -> UUID:
        """The complaint that it became.

        Raises:
            NeverCameError: it became none within the bound.
        """
        event = await self._watch.first(
            ComplaintReceived, lambda complaint: complaint.channel_id == channel_id, within=within
        )
        return event.subject
