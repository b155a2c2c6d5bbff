"""What tests of every level share: one real stack for all workers, and a fresh database for whoever asks."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import hypothesis
import pytest

from gehoor.devstack import Stack, passing_stack
from tests.containers import WANTED, Contained, contained

# Time on a shared machine says nothing of the code; a failure prints how to have it again.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")

STACK = pytest.StashKey[Path]()
"""Where the stack of this run lives, should any test want it."""

CONTROLLER = pytest.StashKey[int]()
"""The process that owns this run; workers come and go."""


def pytest_configure(config: pytest.Config) -> None:
    """Name the run's stack; a worker is told by its controller."""
    told = getattr(config, "workerinput", None)
    config.stash[STACK] = Path(told["stack"] if told else f"{tempfile.gettempdir()}/gehoor-tests-{uuid4().hex}")
    config.stash[CONTROLLER] = told["controller"] if told else os.getpid()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker (of pytest-xdist) which stack is this run's."""
    node.workerinput["stack"] = str(node.config.stash[STACK])
    node.workerinput["controller"] = node.config.stash[CONTROLLER]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's stack when the controller ends; a watch does it where the controller is killed."""
    if config.stash[CONTROLLER] == os.getpid():
        Stack(config.stash[STACK]).erase()


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Stack:
    """Kafka, PostgreSQL and a mail drop for the whole run, started by the first who asks.

    Others use them at the same time: take topics, groups and databases of your own, and kill nothing.
    """
    stack = Stack(request.config.stash[STACK])
    if not stack.running:
        stack.folder.mkdir(mode=0o700, exist_ok=True)
        stack.erase_after(request.config.stash[CONTROLLER])
    return Stack.start(stack.folder, hasty=True)


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack of the module's own, durable as in earnest: to be killed, stopped and started at will."""
    with passing_stack(hasty=False) as stack:
        yield stack


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[Stack | Contained]:
    """Broker and database of the run: the local stack's, or, where that is wanted, containers."""
    if not WANTED:
        yield request.getfixturevalue("stack")
    else:
        with contained() as running:
            yield running


@pytest.fixture
def kafka(servers: Stack | Contained) -> str:
    """`host:port` of the run's broker."""
    return servers.kafka


@pytest.fixture
def database(servers: Stack | Contained) -> Iterator[str]:
    """The DSN, as its owner, of an empty database that is gone after the test."""
    name = f"test_{uuid4().hex}"
    _run(servers.postgres, f"CREATE DATABASE {name}")
    yield servers.dsn(name) if isinstance(servers, Contained) else servers.database.dsn(name)
    _run(servers.postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _run(dsn: str, statement: str) -> None:
    async def run() -> None:
        link = await asyncpg.connect(dsn)
        try:
            await link.execute(statement)
        finally:
            await link.close()

    asyncio.run(run())
