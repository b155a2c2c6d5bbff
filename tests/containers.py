"""Kafka and PostgreSQL in containers, for whoever has an engine and wants them: `GEHOOR_TEST_SERVERS=containers`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from gehoor.devstack.process import free_port

WANTED = os.environ.get("GEHOOR_TEST_SERVERS") == "containers"
KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"
LOOPBACK = "127.0.0.1"
_OUTSIDE, _CONTROLLER = 9092, 9093


@dataclass(frozen=True)
class Contained:
    """Where they answer."""

    kafka: str
    postgres: str
    """The DSN of the owner, whose last part is the database's name."""

    def dsn(self, database: str) -> str:
        """The owner's DSN of another database."""
        return f"{self.postgres.rpartition('/')[0]}/{database}"


def kafka_container(port: int) -> DockerContainer:
    """A broker that is its own controller, reached on that port of this machine: clients come back to what it says."""
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@{LOOPBACK}:{_CONTROLLER}",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{_OUTSIDE},CONTROLLER://:{_CONTROLLER}",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    container = DockerContainer(KAFKA_IMAGE).with_envs(**settings)
    _bind(container, _OUTSIDE, port)
    return container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))


def postgres_container() -> PostgresContainer:
    """A database on any free port of this machine."""
    container = PostgresContainer(POSTGRES_IMAGE, driver=None)
    _bind(container, container.port, None)
    return container


def _bind(container: DockerContainer, inside: int, outside: int | None) -> None:
    """On this machine's loopback only, which the library has no word for; None: any free port."""
    ports = cast("dict[Any, Any]", container.ports)
    ports[f"{inside}/tcp"] = (LOOPBACK, outside)


@contextmanager
def contained() -> Iterator[Contained]:
    """Both, for as long as they are wanted."""
    port = free_port()
    with kafka_container(port), postgres_container() as postgres:
        yield Contained(f"{LOOPBACK}:{port}", postgres.get_connection_url())
