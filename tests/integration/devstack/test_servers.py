"""The real servers: they answer, keep what they took over any death, and leave nothing behind."""

import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from gehoor.devstack import Stack
from gehoor.devstack.server import Server

DEATHS = [Server.stop, Server.kill]


@pytest.fixture
def stack(own_stack: Stack) -> Stack:
    """Running, whatever the test before it did."""
    return Stack.start(own_stack.folder)


async def make_topic(stack: Stack, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    await admin.close()


async def send(stack: Stack, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all") as producer:
        await producer.send_and_wait(topic, value)


async def first_of(stack: Stack, topic: str) -> bytes:
    async with AIOKafkaConsumer(topic, bootstrap_servers=stack.kafka, auto_offset_reset="earliest") as consumer:
        record = await consumer.getone()
        assert record.value is not None
        return bytes(record.value)


async def test_a_record_sent_is_a_record_received(stack: Stack) -> None:
    await make_topic(stack, "heard")
    await send(stack, "heard", b"geen gehoor")
    assert await first_of(stack, "heard") == b"geen gehoor"


@pytest.mark.parametrize("die", DEATHS)
async def test_the_broker_keeps_what_it_acknowledged(stack: Stack, die: Callable[[Server], None]) -> None:
    topic = f"kept-after-{die.__name__}"
    await make_topic(stack, topic)
    await send(stack, topic, b"geen gehoor")
    address = stack.kafka
    die(stack.broker)
    assert not stack.broker.running
    assert Stack.start(stack.folder).kafka == address
    assert await first_of(stack, topic) == b"geen gehoor"


async def test_the_database_speaks_sql(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.postgres)
    assert await connection.fetchval("SELECT 6 * 7") == 42
    await connection.close()


async def test_the_database_lets_nobody_in_without_its_password(stack: Stack) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stack.postgres, password="guessed")


@pytest.mark.parametrize("die", DEATHS)
def test_the_database_keeps_what_it_committed(stack: Stack, die: Callable[[Server], None]) -> None:
    table = f"kept_after_{die.__name__}"
    stack.database.run(f"CREATE TABLE {table} AS SELECT 'geen gehoor' AS said")
    dsn = stack.postgres
    die(stack.database)
    assert not stack.database.running
    assert Stack.start(stack.folder).postgres == dsn
    assert stack.database.run(f"TABLE {table}") == "geen gehoor"


@pytest.mark.parametrize("die", DEATHS)
def test_the_mail_drop_keeps_what_it_took(stack: Stack, die: Callable[[Server], None]) -> None:
    mail = EmailMessage()
    mail["Subject"] = f"Wij bellen u terug: één belofte, {die.__name__}"
    mail.set_content("Morgen voor vijven.")
    host, port = stack.smtp.split(":")
    with smtplib.SMTP(host, int(port)) as client:
        client.send_message(mail, "desk@example.org", ["customer@example.org"])
    die(stack.drop)
    Stack.start(stack.folder)
    kept = stack.drop.mails()[-1]
    assert (kept.sender, kept.recipients, kept.subject) == (
        "desk@example.org",
        ["customer@example.org"],
        mail["Subject"],
    )
    assert stack.drop.message(kept).get_content().strip() == "Morgen voor vijven."


def test_a_second_start_reuses_what_runs(stack: Stack) -> None:
    before = [server.record for server in stack.servers]
    assert [server.record for server in Stack.start(stack.folder).servers] == before


def test_two_who_start_at_once_start_one(stack: Stack) -> None:
    stack.stop()
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(Stack.start, [stack.folder] * 2)
    assert [server.record for server in one.servers] == [server.record for server in other.servers]
    assert other.running


def test_stopping_leaves_no_process_behind(stack: Stack) -> None:
    ours = [psutil.Process(server.record.process.pid) for server in stack.servers]
    family = [*ours, *(child for one in ours for child in one.children(recursive=True))]
    stack.stop()
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)


def test_everything_listens_on_this_machine_only(stack: Stack) -> None:
    ours = [psutil.Process(server.record.process.pid) for server in stack.servers]
    listening = [one for server in ours for one in server.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    assert {one.laddr.ip.removeprefix("::ffff:") for one in listening} == {"127.0.0.1"}
