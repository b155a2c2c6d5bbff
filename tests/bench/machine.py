"""What it was measured on: size and versions, and never which machine or when."""

import os
import platform
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import asyncpg
import psutil

from gehoor.devstack.java import KAFKA_VERSION

_GIB = 1024**3
_HERE = Path(__file__).parent


async def described(dsn: str) -> str:
    """In one line."""
    connection = await asyncpg.connect(dsn)
    try:
        version = (await connection.fetchval("show server_version")).split()[0]
    finally:
        await connection.close()
    memory = psutil.virtual_memory().total / _GIB
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, Python {platform.python_version()}, "
        f"Kafka {KAFKA_VERSION}, PostgreSQL {version}, commit {commit()}"
    )


def others(ours: Callable[[], Mapping[str, float]]) -> Callable[[], str]:
    """From now on; the answer tells what share of the machine went to processes that are not ours.

    `ours`: the seconds of processor that each process of ours has used, but for this one and its children.
    """

    def now() -> tuple[float, float]:
        whole = psutil.cpu_times()
        idle = whole.idle + getattr(whole, "iowait", 0.0)
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system + sum(ours().values())
        return sum(whole[:8]) - idle - own, sum(whole[:8])

    busy_before, passed_before = now()

    def share() -> str:
        busy, passed = now()
        taken = max(busy - busy_before, 0.0) / (passed - passed_before)
        return f"{taken:.0%} of the machine was busy with other things"

    return share


def commit() -> str:
    """The commit that is checked out, and whether anything differs from it."""
    said = _git("rev-parse", "--short=12", "HEAD")
    return f"{said} with changes" if _git("status", "--porcelain", "--untracked-files=no") else said


def _git(*command: str) -> str:
    return subprocess.run(["git", *command], cwd=_HERE, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607
