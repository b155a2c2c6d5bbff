"""A member of a consumer group as a process, to be killed: `member.py KIND SERVERS TOPIC GROUP` tells what it gets."""

import asyncio
import json
import sys
from collections.abc import Sequence

from gehoor.runtime.kafka.aiokafka_consumer import AiokafkaConsumer
from gehoor.runtime.kafka.faust_consumer import FaustConsumer
from gehoor.runtime.ports import Message

KINDS: dict[str, type[AiokafkaConsumer | FaustConsumer]] = {"aiokafka": AiokafkaConsumer, "faust": FaustConsumer}


async def tell(batch: Sequence[Message]) -> None:
    """One line a record."""
    for message in batch:
        sys.stdout.write(json.dumps([message.partition, message.offset]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    kind, servers, topic, group = sys.argv[1:]
    asyncio.run(KINDS[kind](servers, [topic], group).run(tell))
