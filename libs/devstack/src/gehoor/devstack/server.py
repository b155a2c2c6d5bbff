"""What the three servers of the stack have in common: a folder, a port, a process, and a record of them."""

import json
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Self

from gehoor.devstack.process import Process, StackError, wait_until

READY_WITHIN = timedelta(seconds=60)
LOG_TAIL_LINES = 15

Say = Callable[[str], None]
"""Is told what takes long, in a line."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of a server between two runs, in a file that only its owner may read.

    Attributes:
        port: Where on 127.0.0.1 it listens; the same over restarts.
        process: Its last process, running or not.
        extra: What else the server needs to find its things again.
    """

    port: int
    process: Process
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """What the file says; None when there is none.

        Raises:
            StackError: it says something else.
        """
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            return cls(int(told["port"]), Process(**told["process"]), dict(told["extra"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            message = f"{file} can't be read ({error!r}). Stop what it stands for, remove it, and start again."
            raise StackError(message) from error

    def write(self, file: Path) -> None:
        """Replace the file whole, so that no reader ever sees half of it."""
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        fresh.replace(file)


class Server(ABC):
    """A server whose things live in a folder; started, stopped or killed, it keeps its port and what it stored.

    Each look reads the record, so several processes may hold the same server, and any of them restart it.
    """

    name: str
    stop_by: ClassVar[signal.Signals] = signal.SIGTERM
    stop_within: ClassVar[timedelta] = timedelta(seconds=30)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / f"{self.name}.json"
        self.log = folder / f"{self.name}.log"

    @abstractmethod
    def launch(self, known: Record | None, say: Say) -> Record:
        """Start a process, on the port and with the things of the last one, if there was one."""

    @abstractmethod
    def answers(self, record: Record) -> bool:
        """Whether it serves requests now."""

    @property
    def record(self) -> Record:
        """What is remembered of it.

        Raises:
            StackError: it was never started here.
        """
        known = Record.read(self.file)
        if known is None:
            message = f"There is no {self.name} in {self.folder}: start the stack first."
            raise StackError(message)
        return known

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        known = Record.read(self.file)
        return known is not None and known.process.running

    def start(self, say: Say) -> None:
        """Start it, or leave it be where it runs; back when it answers.

        Raises:
            StackError: something it needs is missing, it ended instead, or did not answer in time.
        """
        if self.running:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.launch(Record.read(self.file), say)
        fresh.write(self.file)
        answered = False

        def settled() -> bool:
            nonlocal answered
            answered = self.answers(fresh)
            return answered or not fresh.process.running

        wait_until(settled, within=READY_WITHIN)
        if answered:
            return
        how = "did not answer in time" if fresh.process.running else "ended while starting"
        fresh.process.kill()
        said = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:])
        message = f"{self.name} {how}. The end of {self.log}:\n{said}"
        raise StackError(message)

    def stop(self) -> None:
        """Let it end in order; nothing happens where it does not run."""
        if self.running:
            self.record.process.stop(within=self.stop_within, by=self.stop_by)

    def kill(self) -> None:
        """End it as a crash would, with SIGKILL; nothing happens where it does not run."""
        if self.running:
            self.record.process.kill()
