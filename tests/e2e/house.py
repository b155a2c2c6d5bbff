"""A whole house to test: broker, database, mail drop, partner and the four services, in a folder of its own.

`python house.py FOLDER PID` waits until that process is gone, then takes the house down and erases it: so that none
outlives the tests that started it, however they ended.
"""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from gehoor.cli.installation import FILE, Installation
from gehoor.cli.servers import ServiceServer
from gehoor.cli.up import bring_up, checkout, settings_of, take_down
from gehoor.devstack import Stack
from gehoor.devstack.mail import Mail
from gehoor.devstack.process import Process, birth, wait_until
from gehoor.devstack.stack import say_on_terminal

DAY = timedelta(seconds=6)
"""How long a working day of these tests lasts."""
QUIET = timedelta(minutes=20)
"""The same where no clock is to run out: each that does has a ladder, and climbing it costs others their time."""
UNHURRIED = timedelta(seconds=60)
"""The newsroom's: its clock of two working hours must leave time for twenty readers."""
COMMAND_WITHIN = timedelta(seconds=90)
WATCH_MAX = timedelta(days=1)


@dataclass(frozen=True)
class House:
    """One house, running."""

    folder: Path
    installation: Installation

    @property
    def stack(self) -> Stack:
        """What the services stand on, each part to be killed and started by itself."""
        return Stack(self.folder)

    def server(self, service: str) -> ServiceServer:
        """One service's process, to be killed and started by itself."""
        return ServiceServer(self.folder, service, settings_of(self.installation, service))

    def gehoor(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command, as an operator types it."""
        return subprocess.run(
            [Path(sys.executable).with_name("gehoor"), *words],
            env={**os.environ, "GEHOOR_INSTALLATION": str(self.folder / FILE)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_WITHIN.total_seconds(),
            check=False,
        )

    def count(self, sql: str) -> int:
        """What the database's owner counts."""
        return int(self.stack.database.run(sql))

    def mails(self, recipient: str) -> list[Mail]:
        """What the mail drop got for that address, oldest first."""
        return [mail for mail in self.stack.drop.mails() if recipient in mail.recipients]


def policy(folder: Path, day: timedelta = DAY) -> Path:
    """The demonstration's policy with a day of another length, written to the folder."""
    told: dict[str, Any] = yaml.safe_load((checkout() / "deploy/policy/demo.yaml").read_text("utf-8"))
    told["sla"]["calendars"]["demo"]["pace"] = _span(day)
    told["sla"]["calendars"]["unhurried"] = {"pace": _span(UNHURRIED), "hours_a_day": 8}
    told["desks"]["newsroom"]["calendar"] = "unhurried"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "policy.yaml"
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), "utf-8")
    return file


def start(
    folder: Path, *, hasty: bool, env: Mapping[str, str] | None = None, written: Callable[[Path], Path] = policy
) -> House:
    """The house of that folder: brought up, or found running. `written` writes its policy there."""
    up = bring_up(folder, policy=written(folder), env=env, hasty=hasty, partner=True, say=say_on_terminal)
    with ThreadPoolExecutor(1) as aside:  # the tests' own event loop is none of this one's business
        return House(folder, aside.submit(asyncio.run, up).result())


def erase(folder: Path) -> None:
    """Take it down, and remove all it stored."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, take_down(folder)).result()
    Stack(folder).erase()


@contextmanager
def own_house(
    *, hasty: bool, env: Mapping[str, str] | None = None, written: Callable[[Path], Path] = policy
) -> Iterator[House]:
    """A house of one's own, to be damaged at will. `written` writes its policy to a folder."""
    base = Path(tempfile.mkdtemp(prefix="gehoor-house-"))
    _erase_after(base, os.getpid())
    try:
        yield start(base / "house", hasty=hasty, env=env, written=written)
    finally:
        erase(base / "house")
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def shared_house(base: Path, pid: int) -> Iterator[House]:
    """The run's house: started by the first who asks, erased by the last who leaves, or once `pid` is gone.

    Others use it at the same time: damage nothing.
    """
    users = base / "users"
    with _alone(base):
        if not users.exists():
            users.mkdir()
            _erase_after(base, pid)
        (users / str(os.getpid())).touch()
        house = start(base / "house", hasty=True)
    try:
        yield house
    finally:
        with _alone(base):
            (users / str(os.getpid())).unlink(missing_ok=True)
            if not any(users.iterdir()):
                erase(base / "house")


@contextmanager
def once(base: Path, named: str) -> Iterator[Path]:
    """The file of that name, held alone: whoever finds that it is not there does the work and writes it."""
    with _alone(base, f"{named}.lock"):
        yield base / named


@contextmanager
def _alone(base: Path, named: str = "lock") -> Iterator[None]:
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (base / named).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _erase_after(base: Path, pid: int) -> None:
    Process.start([sys.executable, __file__, base, str(pid)], log=base / "watch.log")


def _span(span: timedelta) -> str:
    return f"PT{span.total_seconds():.0f}S"


def main(words: Sequence[str]) -> None:
    """Wait, then erase."""
    base, pid = Path(words[0]), int(words[1])
    born = birth(pid)
    if born is not None and not wait_until(lambda: birth(pid) != born or not base.exists(), within=WATCH_MAX):
        return
    if base.exists():
        erase(base / "house")
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
