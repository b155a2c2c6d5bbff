"""Processes that outlive the one that starts them, and are known again later: by pid and moment of birth."""

import contextlib
import os
import pwd
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

import psutil

# Below the range from which systems draw the ports of outgoing connections: a client that keeps knocking on a
# stopped server's port must not be given that very port as its own.
PORTS = range(20_000, 32_000)
PORT_TRIES_MAX = 1_000
POLL = timedelta(milliseconds=20)
KILL_WAIT_MAX = timedelta(seconds=10)


class StackError(Exception):
    """A part of the stack is missing or broken; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process we started, told apart from a later one that was given the same pid.

    Attributes:
        pid: The system's number for it.
        born: What `birth` said of it when it was started.
    """

    pid: int
    born: float

    @classmethod
    def start(
        cls,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> Self:
        """Start a program that stays when we end, and that a Ctrl-C here does not reach.

        Args:
            command: Program and arguments.
            log: Where all it prints is appended; the file is ours, whoever runs the program.
            env: Its whole environment; ours when None.
            user: Run it as this user, which only root may ask.
        """
        # A shell puts it in the background, says its pid and ends: it is nobody's child to wait for.
        launch = ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *map(str, command)]
        with log.open("ab") as output:
            told = subprocess.run(
                launch,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                env=env,
                cwd="/",
                start_new_session=True,
                check=True,
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
            )
        pid = int(told.stdout)
        return cls(pid, birth(pid) or 0.0)

    @property
    def running(self) -> bool:
        """Whether it, and not another under its pid, is still there."""
        return birth(self.pid) == self.born

    def stop(self, *, within: timedelta, by: signal.Signals = signal.SIGTERM) -> bool:
        """Ask it to end, and kill it when it has not within this time; says whether it ended by itself."""
        _send(self, by)
        if wait_until(lambda: not self.running, within=within):
            return True
        self.kill()
        return False

    def kill(self) -> None:
        """End it and what it has started, at once: SIGKILL."""
        if not self.running:
            return
        children = psutil.Process(self.pid).children(recursive=True)
        family = [self, *(Process(child.pid, birth(child.pid) or 0.0) for child in children)]
        for one in family:
            _send(one, signal.SIGKILL)
        wait_until(lambda: not any(one.running for one in family), within=KILL_WAIT_MAX)


def _send(process: Process, signal_: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.running:
            os.kill(process.pid, signal_)


def birth(pid: int) -> float | None:
    """A mark of when this process began, the same at each look; None when there is no such process.

    Linux counts it in clock ticks since boot, which no change of the clock moves; elsewhere seconds since 1970.
    """
    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return None
        if psutil.LINUX:
            # The 22nd field (proc_pid_stat(5)); the second is a name in brackets that may contain anything.
            return float(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        return psutil.Process(pid).create_time()
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return None


def wait_until(holds: Callable[[], bool], *, within: timedelta) -> bool:
    """Look until it holds, for at most this long; says whether it did."""
    until = time.monotonic() + within.total_seconds()
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(POLL.total_seconds())
    return True


def free_port(*taken: int) -> int:
    """A port of 127.0.0.1 on which nobody listens now, and none of those already taken.

    Raises:
        StackError: none was found.
    """
    for port in random.sample(PORTS, PORT_TRIES_MAX):
        if port not in taken and is_free(port):
            return port
    message = f"No free port between {PORTS.start} and {PORTS.stop}: stop some of what listens on 127.0.0.1."
    raise StackError(message)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
