"""Reading a topic whole, from its first record to where it ends now; as no group, so that nobody's place moves."""

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from gehoor.runtime.kafka.topics import partitions_of
from gehoor.runtime.ports import Message, TemporaryError


async def read_whole(servers: str, topic: str) -> AsyncIterator[Message]:
    """Each record up to the ends as they are when the first is asked for; per partition in order.

    Raises:
        TemporaryError: the broker is away; begin again.
        TopicError: there is no such topic.
    """
    there = [TopicPartition(topic, partition) for partition in range(await partitions_of(servers, topic))]
    reading = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", request_timeout_ms=20_000)
    reading.assign(there)
    try:
        await reading.start()
        ends = await reading.end_offsets(there)
        begins = await reading.beginning_offsets(there)
        left = {at for at in there if begins[at] < ends[at]}
        reading.pause(*(at for at in there if at not in left))
        while left:
            for at, records in (await reading.getmany(*left, timeout_ms=500)).items():
                for record in records:
                    if record.offset < ends[at]:
                        yield Message(topic, record.partition, record.offset, record.key, record.value, record.headers)
                if await reading.position(at) >= ends[at]:
                    left.discard(at)
                    reading.pause(at)
    except KafkaError as away:
        raise TemporaryError(f"the broker at {servers}: {type(away).__name__}") from away
    finally:
        await reading.stop()
