"""The whole stack of this machine: broker, database and mail drop, in one folder."""

import fcntl
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from gehoor.devstack.kafka import Kafka
from gehoor.devstack.mail import MailDrop
from gehoor.devstack.postgres import Postgres
from gehoor.devstack.process import Process, StackError
from gehoor.devstack.server import Say, Server


def say_on_terminal(line: str) -> None:
    """Tell progress on standard error, where it is in nobody's way."""
    print(f"gehoor: {line}", file=sys.stderr, flush=True)


class Stack:
    """Kafka, PostgreSQL and a mail drop that belong together.

    Starting is idempotent, also from two processes at once: what runs is reused, what does not is started. All
    keep port and content when stopped, killed, and started again.

    Attributes:
        folder: Where records, logs and content are; one stack a folder.
        broker, database, drop: The three, each to be stopped, killed and started by itself.
    """

    def __init__(self, folder: Path, *, hasty: bool = False) -> None:
        self.folder = folder.absolute()
        self.broker = Kafka(self.folder)
        self.database = Postgres(self.folder, hasty=hasty)
        self.drop = MailDrop(self.folder)

    @property
    def kafka(self) -> str:
        """`host:port` to bootstrap from."""
        return self.broker.address

    @property
    def postgres(self) -> str:
        """The DSN of the owner of everything."""
        return self.database.dsn()

    @property
    def smtp(self) -> str:
        """`host:port` of the mail drop."""
        return self.drop.address

    @property
    def mailbox(self) -> Path:
        """The folder in which mails end up."""
        return self.drop.mailbox

    @property
    def servers(self) -> tuple[Server, ...]:
        """The three, in no order that matters."""
        return (self.broker, self.database, self.drop)

    @property
    def running(self) -> bool:
        """Whether all three are there."""
        return all(server.running for server in self.servers)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The stack in this folder, running or not.

        Raises:
            StackError: there was never one.
        """
        stack = cls(folder)
        for server in stack.servers:
            _ = server.record
        return stack

    @classmethod
    def start(cls, folder: Path, *, hasty: bool = False, say: Say = say_on_terminal) -> Self:
        """The stack in this folder, all of it answering.

        Args:
            folder: Made where it is not there.
            hasty: The database trades durability for speed: for tests that kill nothing.
            say: Told what takes long.

        Raises:
            StackError: a part is missing or broken; says which, and what to do.
        """
        stack = cls(folder, hasty=hasty)
        with _alone_in(stack.folder), ThreadPoolExecutor() as pool:
            for started in [pool.submit(server.start, say) for server in stack.servers]:
                started.result()
        return stack

    def stop(self) -> None:
        """End in order what runs of it, and nothing else; what was stored stays."""
        if not self.folder.exists():
            return
        with _alone_in(self.folder), ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.stop(), self.servers))

    def erase(self) -> None:
        """Stop it and remove all it stored."""
        self.stop()
        self.database.erase()
        shutil.rmtree(self.folder, ignore_errors=True)

    def erase_after(self, pid: int) -> None:
        """Leave a watch behind that erases the stack once this process is gone, however it ended."""
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "gehoor.devstack",
            "--folder",
            self.folder,
            "erase",
            "--after",
            str(pid),
        ]
        Process.start(command, log=self.folder / "watch.log")


@contextmanager
def passing_stack(*, hasty: bool = True) -> Iterator[Stack]:
    """A stack in a folder of its own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gehoor-stack-"))
    stack = Stack(folder, hasty=hasty)
    try:
        yield Stack.start(folder, hasty=hasty)
    finally:
        stack.erase()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two who start at once do not both start."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("w")
    except PermissionError as error:
        message = f"{folder} belongs to another user: stop the stack as that user, and remove the folder."
        raise StackError(message) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
