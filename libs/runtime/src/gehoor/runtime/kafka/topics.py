"""The two topics, and what makes a topic fit to be the journal.

| topic                | holds                   | kept                                                      |
|----------------------|-------------------------|-----------------------------------------------------------|
| `complaints.journal` | every published fact    | for ever: no compaction, no retention, the same partitions |
| `complaints.inbound` | what other systems sent | until intake has it, then purged; a few days at most      |
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from gehoor.runtime.ports import Partition, TemporaryError

RECORD_BYTES_MAX = 2 * 1024 * 1024
"""What the broker takes as one batch: a record of 1 MB with its headers, with room."""
INBOUND_KEPT_MAX = timedelta(days=3)
_NO_LIMIT = "-1"


class TopicError(Exception):
    """A topic is not what it must be; the message says which, how, and what to do."""


@dataclass(frozen=True)
class Topic:
    """A topic as it should be made."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


def journal(name: str = "complaints.journal", partitions: int = 12) -> Topic:
    """The journal. Choose the partitions large: a subject's order depends on their number never changing."""
    return Topic(
        name,
        partitions,
        MappingProxyType(
            {
                "cleanup.policy": "delete",
                "retention.ms": _NO_LIMIT,
                "retention.bytes": _NO_LIMIT,
                "max.message.bytes": str(RECORD_BYTES_MAX),
            }
        ),
    )


def inbound(name: str = "complaints.inbound", partitions: int = 12) -> Topic:
    """What other systems send, in clear: small segments that are rolled soon, so that purged words leave the disk.

    A broker removes whole closed segments only: 1 MB is the smallest it allows, and an idle one is closed after a
    minute at the next record, or with its retention.
    """
    return Topic(
        name,
        partitions,
        MappingProxyType(
            {
                "cleanup.policy": "delete",
                "retention.ms": str(int(INBOUND_KEPT_MAX / timedelta(milliseconds=1))),
                "segment.bytes": str(1024 * 1024),
                "segment.ms": "60000",
                "file.delete.delay.ms": "1000",
                "max.message.bytes": str(RECORD_BYTES_MAX),
            }
        ),
    )


async def ensure(servers: str, topics: Sequence[Topic], *, replication: int = 1) -> None:
    """Make the topics that are not there; what is there stays as it is.

    Raises:
        TemporaryError: the broker is away.
        TopicError: the broker would not make one.
    """
    async with _admin(servers) as admin:
        wanted = [NewTopic(one.name, one.partitions, replication, topic_configs=dict(one.settings)) for one in topics]
        answer = await admin.create_topics(wanted)
    for name, code, *why in answer.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise TopicError(f"the broker does not make {name}: {for_code(code).__name__} {why[0] if why else ''}")


async def partitions_of(servers: str, topic: str) -> int:
    """How many partitions a topic has.

    Raises:
        TemporaryError: the broker is away.
        TopicError: there is no such topic.
    """
    async with _admin(servers) as admin:
        return await _count(admin, topic)


async def check_journal(servers: str, topic: str, recorded: int | None) -> int:
    """See that nothing on the journal can ever be lost or reordered, and give its partitions, to be recorded.

    Args:
        servers: `host:port`, separated by commas.
        topic: The journal's name.
        recorded: The number of partitions seen the first time, None where this is that time.

    Raises:
        TemporaryError: the broker is away.
        TopicError: it is compacted, forgets, or has another number of partitions than recorded.
    """
    async with _admin(servers) as admin:
        count = await _count(admin, topic)
        settings = await _settings(admin, topic)
    if "compact" in settings["cleanup.policy"]:
        raise TopicError(f"{topic} is compacted and would lose facts: set cleanup.policy=delete")
    for name in ("retention.ms", "retention.bytes"):
        if settings[name] != _NO_LIMIT:
            raise TopicError(f"{topic} forgets, with {name}={settings[name]}: set it to {_NO_LIMIT}")
    if recorded is not None and recorded != count:
        raise TopicError(
            f"{topic} has {count} partitions and had {recorded}: facts of one complaint would lose their order. "
            "Restore the topic as it was"
        )
    return count


async def purge(servers: str, handled: Mapping[Partition, int]) -> None:
    """Delete the records before those offsets: what was handled need not lie on the topic in clear.

    Raises:
        TemporaryError: the broker is away, or says not now.
    """
    if not handled:
        return
    async with _admin(servers) as admin:
        await admin.delete_records(
            {
                TopicPartition(topic, partition): RecordsToDelete(offset)
                for (topic, partition), offset in handled.items()
            }
        )


@asynccontextmanager
async def _admin(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=10_000)
    try:
        await admin.start()
        yield admin
    except KafkaError as away:
        raise TemporaryError(f"the broker at {servers}: {type(away).__name__}") from away
    finally:
        await admin.close()


async def _count(admin: AIOKafkaAdminClient, topic: str) -> int:
    (described,) = await admin.describe_topics([topic])
    if described["error_code"]:
        raise TopicError(f"there is no topic {topic}: {for_code(described['error_code']).__name__}")
    return len(described["partitions"])


async def _settings(admin: AIOKafkaAdminClient, topic: str) -> Mapping[str, str]:
    (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    (resource,) = answer.resources
    return {entry[0]: entry[1] for entry in resource[4]}
