"""Topics on a real broker: made once, checked at every start, purged of what was handled."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from gehoor.runtime.kafka.ends import Ends
from gehoor.runtime.kafka.producer import KafkaProducer, partition_of
from gehoor.runtime.kafka.topics import Topic, TopicError, check_journal, ensure, inbound, journal, purge
from gehoor.runtime.ports import Outgoing, TemporaryError

NOBODY = "127.0.0.1:1"


def outgoing(position: int, key: str, value: bytes = b"{}") -> Outgoing:
    return Outgoing(position, key.encode(), [("ce_type", b"a.b.v1")], value, datetime.now(UTC))


async def test_a_journal_is_made_once_and_found_fit(kafka: str) -> None:
    topic = journal(f"j-{uuid4().hex}", 5)
    await ensure(kafka, [topic])
    await ensure(kafka, [topic])
    assert await check_journal(kafka, topic.name, None) == 5
    assert await check_journal(kafka, topic.name, 5) == 5


@pytest.mark.parametrize(
    ("settings", "recorded", "complaint"),
    [
        ({"cleanup.policy": "compact"}, None, "is compacted and would lose facts"),
        ({"cleanup.policy": "compact,delete", "retention.ms": "-1"}, None, "is compacted and would lose facts"),
        ({"cleanup.policy": "delete", "retention.ms": "604800000"}, None, "forgets, with retention.ms=604800000"),
        ({"retention.ms": "-1", "retention.bytes": "1000"}, None, "forgets, with retention.bytes=1000"),
        ({"retention.ms": "-1", "retention.bytes": "-1"}, 12, "has 2 partitions and had 12"),
    ],
)
async def test_a_journal_that_could_lose_or_reorder_facts_is_refused(
    kafka: str, settings: Mapping[str, str], recorded: int | None, complaint: str
) -> None:
    name = f"j-{uuid4().hex}"
    await ensure(kafka, [Topic(name, 2, settings)])
    with pytest.raises(TopicError, match=re.escape(complaint)):
        await check_journal(kafka, name, recorded)


async def test_a_journal_that_is_not_there_is_named(kafka: str) -> None:
    with pytest.raises(TopicError, match="there is no topic nowhere"):
        await check_journal(kafka, "nowhere", None)


async def test_a_broker_that_is_away_is_temporary() -> None:
    with pytest.raises(TemporaryError):
        await check_journal(NOBODY, "complaints.journal", None)
    with pytest.raises(TemporaryError):
        await KafkaProducer(NOBODY, "complaints.journal").send([outgoing(1, "a")])
    with pytest.raises(TemporaryError):
        await Ends(NOBODY, ["complaints.journal"])()


async def test_what_was_handled_can_be_purged_and_the_rest_stays(kafka: str) -> None:
    topic = inbound(f"i-{uuid4().hex}", 1)
    await ensure(kafka, [topic])
    producer, ends = KafkaProducer(kafka, topic.name), Ends(kafka, [topic.name])
    await producer.send([outgoing(n, "a") for n in range(10)])
    await purge(kafka, {(topic.name, 0): 7})
    await purge(kafka, {(topic.name, 0): 7})
    await purge(kafka, {})
    assert await ends() == {(topic.name, 0): 10}
    asking = ends._asking
    assert asking is not None
    assert list((await asking.beginning_offsets(asking.assignment())).values()) == [7]
    await ends.stop()
    await producer.stop()


async def test_large_and_many_records_arrive_in_order(kafka: str) -> None:
    topic = journal(f"j-{uuid4().hex}", 3)
    await ensure(kafka, [topic])
    producer, ends = KafkaProducer(kafka, topic.name), Ends(kafka, [topic.name])
    await producer.send([outgoing(n, "abc"[n % 3], b"x" * 200_000) for n in range(30)])
    await producer.send([outgoing(31, "a", b"x" * 1_000_000)])
    expected = {(topic.name, n): 0 for n in range(3)}
    for n in range(30):
        expected[topic.name, partition_of("abc"[n % 3].encode(), 3)] += 1
    expected[topic.name, partition_of(b"a", 3)] += 1
    assert await ends() == expected
    await ends.stop()
    await producer.stop()
