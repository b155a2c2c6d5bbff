"""One real Apache Kafka broker, which is its own controller, bound to 127.0.0.1."""

import socket
import struct
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gehoor.devstack.java import jars, java
from gehoor.devstack.process import Process, StackError, free_port, is_free
from gehoor.devstack.server import Record, Say, Server

JVM: Final = ("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
CLUSTER_ID: Final = "R2Vob29yT25seUxvY2FsMQ"

# Where we differ from Kafka's own settings: a killed broker need not wait nine seconds for its own ghost to expire,
# a single one replicates nothing, a group need not wait for more members to come, topics are made by those who
# know their partitions, and cleaning logs must fit in the heap.
SETTINGS: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "5",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "log.cleaner.dedupe.buffer.size": "2097152",
}

# A request that every broker answers before it knows who asks: ApiVersions (18), version 0, correlation id 1,
# no client id; after its own length. https://kafka.apache.org/protocol
ASK_VERSIONS: Final = struct.pack(">ihhih", 10, 18, 0, 1, -1)
VERSIONS_HEAD: Final = struct.Struct(">iih")


class Kafka(Server):
    """The broker. Its data is kept in `kafka` inside the folder."""

    name = "kafka"

    @property
    def address(self) -> str:
        """`host:port` to bootstrap from."""
        return f"127.0.0.1:{self.record.port}"

    def launch(self, known: Record | None, say: Say) -> Record:
        """Format the data folder where it is new, and start the broker."""
        command: list[str | Path] = [java(), *JVM, "-cp", ":".join(map(str, jars(say)))]
        ports = (known.port, int(known.extra["controller"])) if known else (0, 0)
        if not all(port and is_free(port) for port in ports):
            port = free_port()
            ports = (port, free_port(port))
        settings = self._write_settings(*ports)
        if not (self.folder / "kafka" / "meta.properties").exists():
            self._format(command, settings)
        process = Process.start([*command, "kafka.Kafka", settings], log=self.log)
        return Record(ports[0], process, {"controller": str(ports[1])})

    def answers(self, record: Record) -> bool:
        """Whether it tells which requests it knows."""
        try:
            with socket.create_connection(("127.0.0.1", record.port), timeout=1) as connection:
                connection.sendall(ASK_VERSIONS)
                head = connection.recv(VERSIONS_HEAD.size, socket.MSG_WAITALL)
        except OSError:
            return False
        return len(head) == VERSIONS_HEAD.size and VERSIONS_HEAD.unpack(head)[1:] == (1, 0)

    def _write_settings(self, port: int, controller: int) -> Path:
        settings = {
            **SETTINGS,
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
            "log.dirs": str(self.folder / "kafka"),
        }
        file = self.folder / "kafka.properties"
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
        return file

    @staticmethod
    def _format(command: Sequence[str | Path], settings: Path) -> None:
        tool = [*command, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", settings]
        done = subprocess.run([*tool, "--ignore-formatted"], capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"Kafka could not prepare its data folder with {settings}:\n{done.stdout}{done.stderr}"
            raise StackError(message)
