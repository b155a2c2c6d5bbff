"""The run's house with the stories played on it, and houses of one's own."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import CONTROLLER, STACK
from tests.e2e import playing
from tests.e2e.house import QUIET, House, once, own_house, policy, shared_house
from tests.e2e.playing import Journal, Played


@pytest.fixture(scope="session")
def base(request: pytest.FixtureRequest) -> Path:
    """Where this run keeps its house."""
    stack = request.config.stash[STACK]
    return stack.with_name(f"{stack.name}-house")


@pytest.fixture(scope="session")
def house(request: pytest.FixtureRequest, base: Path) -> Iterator[House]:
    """The run's house, for all workers: others use it at the same time, so damage nothing."""
    with shared_house(base, request.config.stash[CONTROLLER]) as house:
        yield house


@pytest.fixture(scope="module")
def own() -> Iterator[House]:
    """A house of the module's own, durable as in earnest and with long days: to be killed and flooded at will."""
    with own_house(hasty=False, written=partial(policy, day=QUIET)) as house:
        yield house


@pytest.fixture(scope="session")
def played(house: House, base: Path) -> Played:
    """The stories, played once a run: by the first who asks, while others wait."""
    with once(base, "played.json") as file:
        known = playing.read(file)
        if known is None:
            with ThreadPoolExecutor(1) as aside:
                known = aside.submit(asyncio.run, playing.play(house)).result()
            file.write_bytes(playing.written(known))
    return known


@pytest.fixture(scope="session")
def journal(house: House, played: Played) -> Journal:
    """What the journal tells of each subject of the stories, in its order."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, playing.told(house, played.subjects)).result()
