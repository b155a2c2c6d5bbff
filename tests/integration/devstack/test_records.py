"""What is remembered of servers: nothing foreign is ever killed, and what is broken is named."""

import os
import signal
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gehoor.devstack import Process, Stack, StackError
from gehoor.devstack.postgres import Postgres
from gehoor.devstack.process import wait_until
from gehoor.devstack.server import Record

PATIENCE = timedelta(seconds=20)


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Process]:
    """A process that does nothing for a minute."""
    process = Process.start(["sleep", "60"], log=tmp_path / "sleeper.log")
    yield process
    process.kill()


def test_a_process_that_got_a_recorded_pid_later_is_left_alone(tmp_path: Path, sleeper: Process) -> None:
    stale = Process(sleeper.pid, sleeper.born - 1)
    stack = Stack(tmp_path / "stack")
    stack.folder.mkdir()
    for server in stack.servers:
        Record(20_000, stale).write(server.file)
    assert not stack.running
    for server in stack.servers:
        server.kill()
    stack.stop()
    assert sleeper.running


def test_a_process_that_heeds_a_wish_to_end_is_not_killed(sleeper: Process) -> None:
    assert sleeper.stop(within=PATIENCE)
    assert not sleeper.running


def test_a_process_that_heeds_no_wish_is_killed_in_the_end(tmp_path: Path) -> None:
    deaf = Process.start(["sh", "-c", "trap '' TERM; echo deaf; sleep 60 & wait"], log=tmp_path / "deaf.log")
    assert wait_until(lambda: (tmp_path / "deaf.log").read_text() == "deaf\n", within=PATIENCE)
    assert not deaf.stop(within=timedelta(seconds=0.2))
    assert not deaf.running


def test_a_stack_that_was_never_started_says_so(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"There is no kafka in .*: start the stack first"):
        Stack.read(tmp_path)


def test_stopping_what_never_was_makes_nothing(tmp_path: Path) -> None:
    Stack(tmp_path / "never").stop()
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize("told", ["", "{", "[]", '{"port": 1}', '{"port": "x", "process": {}, "extra": {}}'])
def test_a_record_that_can_not_be_read_is_named(tmp_path: Path, told: str) -> None:
    file = tmp_path / "kafka.json"
    file.write_text(told)
    with pytest.raises(StackError, match=r"kafka.json can't be read .* remove it"):
        Record.read(file)


def test_a_record_keeps_its_secrets_from_others(tmp_path: Path, sleeper: Process) -> None:
    file = tmp_path / "postgres.json"
    Record(20_000, sleeper, {"password": "geheim"}).write(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Record.read(file) == Record(20_000, sleeper, {"password": "geheim"})


def test_a_database_of_a_version_nobody_has_is_named(tmp_path: Path, sleeper: Process) -> None:
    database = Postgres(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("7\n")
    gone = Process(sleeper.pid, sleeper.born - 1)
    Record(20_000, gone, {"place": str(tmp_path), "password": "geheim"}).write(database.file)
    with pytest.raises(StackError, match="No PostgreSQL 7"):
        database.start(print)


def test_a_database_whose_folder_is_gone_is_not_silently_begun_anew(tmp_path: Path, sleeper: Process) -> None:
    database = Postgres(tmp_path)
    gone = Process(sleeper.pid, sleeper.born - 1)
    Record(20_000, gone, {"place": str(tmp_path / "cleaned-up"), "password": "geheim"}).write(database.file)
    with pytest.raises(StackError, match="cleaned-up is gone"):
        database.start(print)


def test_a_watch_erases_the_stack_when_its_user_is_killed(tmp_path: Path, sleeper: Process) -> None:
    stack = Stack(tmp_path / "stack")
    stack.folder.mkdir()
    stack.erase_after(sleeper.pid)
    os.kill(sleeper.pid, signal.SIGKILL)
    assert wait_until(lambda: not stack.folder.exists(), within=PATIENCE)
