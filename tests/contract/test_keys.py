"""What is promised of API keys, wherever they are kept."""

from datetime import timedelta

import pytest

from gehoor.runtime.http.keys import Keys, issue
from gehoor.runtime.memory.keys import MemoryKeys
from gehoor.runtime.postgres.keys import PostgresKeys
from tests.integration.http.serving import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def keys(kept_by: str, request: pytest.FixtureRequest) -> Keys:
    """A place for keys, empty."""
    return MemoryKeys() if kept_by == "memory" else PostgresKeys(request.getfixturevalue("pool"))


async def test_a_key_comes_back_as_it_was_kept(keys: Keys) -> None:
    person, _ = issue("Els", ["intake:read", "intake:write"], NOW, staff="st_els", desks=["newsroom"])
    partner, _ = issue("sponsor", ["partner-escalation:partner"], NOW, partner="sponsor")
    for key in (person, partner):
        await keys.add(key)
    assert await keys.find(person.caller.id) == person
    assert await keys.find(partner.caller.id) == partner


async def test_a_key_that_speaks_for_no_desk_is_not_one_that_speaks_for_all(keys: Keys) -> None:
    nobody, _ = issue("nobody", [], NOW, desks=[])
    every, _ = issue("every", [], NOW)
    for key in (nobody, every):
        await keys.add(key)
    found = [await keys.find(key.caller.id) for key in (nobody, every)]
    assert [key.caller.speaks_for("newsroom") for key in found if key is not None] == [False, True]


async def test_a_key_that_is_not_there_is_not_found(keys: Keys) -> None:
    assert await keys.find("0123456789ab") is None


async def test_a_revoked_key_stays_listed_with_the_first_moment(keys: Keys) -> None:
    key, _ = issue("one", [], NOW)
    await keys.add(key)
    assert await keys.revoke(key.caller.id, NOW)
    assert await keys.revoke(key.caller.id, LATER)
    (listed,) = await keys.list()
    assert listed.revoked_at == NOW
    assert await keys.find(key.caller.id) == listed


async def test_what_is_not_there_can_not_be_revoked(keys: Keys) -> None:
    assert not await keys.revoke("0123456789ab", NOW)


async def test_keys_are_listed_oldest_first(keys: Keys) -> None:
    made = [issue(name, [], at)[0] for name, at in (("second", LATER), ("first", NOW))]
    for key in made:
        await keys.add(key)
    assert [key.caller.name for key in await keys.list()] == ["first", "second"]
