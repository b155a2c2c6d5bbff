"""What an operator types, on a house of its own: keys, parked, rebuild, erase, audit."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from gehoor.cli.asking import AnswerError, Desk
from gehoor.devstack.process import wait_until
from tests.e2e.house import House, own_house

NAME, WORDS = "Roelant Hazebroek", "my prize from the autumn contest never arrived"
WITHIN = timedelta(seconds=30)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with own_house(hasty=True) as house:
        yield house


async def complain(house: House, key: str) -> Any:
    """A complaint by whoever holds that key of the installation."""
    body = {
        "channel": "web",
        "text": WORDS,
        "name": NAME,
        "language": "en",
        "contact_points": [{"kind": "email", "address": "roelant@customers.example"}],
    }
    async with Desk(house.installation, key) as desk:
        return await desk.post("intake", "/complaints", body)


def said(house: House, *words: str, code: int = 0) -> str:
    told = house.gehoor(*words)
    assert told.returncode == code, told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    return told.stdout


async def garbage(house: House) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=house.installation.kafka)
    await producer.start()
    try:
        await producer.send_and_wait(house.installation.inbound, b"\x00 no event at all", key=uuid4().bytes)
    finally:
        await producer.stop()


async def test_a_key_works_in_every_service_until_it_is_revoked(house: House) -> None:
    made = json.loads(said(house, "keys", "create", "crm", "--as", "operator", "--json"))
    house.installation.keys["crm"] = made["token"]
    assert (await complain(house, "crm"))["reference"]
    async with Desk(house.installation, "crm") as desk:
        assert await desk.get("routing", "/desks")
    (listed,) = [key for key in json.loads(said(house, "keys", "list", "--json")) if key["name"] == "crm"]
    assert listed["services"] == list(house.installation.services)
    assert made["token"] not in said(house, "keys", "list", "--json")
    said(house, "keys", "revoke", made["id"], "--yes")
    assert await refused(house, "crm")


async def refused(house: House, key: str) -> bool:
    until = asyncio.get_running_loop().time() + WITHIN.total_seconds()
    while asyncio.get_running_loop().time() < until:
        try:
            await complain(house, key)
        except AnswerError as no:
            return no.status == 401
    return False


async def test_what_can_not_be_read_is_parked_shown_and_dropped_with_a_reason(house: House) -> None:
    assert json.loads(said(house, "parked", "list", "--json")) == []
    await garbage(house)
    assert wait_until(lambda: house.gehoor("parked", "list").returncode == 1, within=WITHIN)
    (parked,) = json.loads(said(house, "parked", "list", "--json", code=1))
    assert (parked["service"], parked["why"]) == ("intake", "unreadable")
    shown = json.loads(said(house, "parked", "show", "intake", parked["place"], "--json"))
    assert shown["bytes"] == len(b"\x00 no event at all")
    assert "no event at all" not in json.dumps(shown)
    assert parked["subject"] in said(house, "parked", "retry", "intake", "--all", code=1)
    said(house, "parked", "drop", "intake", parked["place"], "--because", "a test", code=2)
    said(house, "parked", "drop", "intake", parked["place"], "--because", "a test", "--yes")
    assert json.loads(said(house, "parked", "list", "--json")) == []


async def test_views_made_again_are_what_they_were(house: House) -> None:
    id_ = (await complain(house, "website"))["id"]
    await owned(house, id_)
    async with Desk(house.installation, "operator") as desk:
        before = await desk.get("routing", f"/complaints/{id_}/owner")
        told = said(house, "rebuild", "--all")
        assert "routing: owners:" in told
        assert await desk.get("routing", f"/complaints/{id_}/owner") == before
    assert json.loads(said(house, "audit", "--json"))["findings"] == []


async def owned(house: House, id_: str) -> None:
    """Routing has heard of it; asking waits for that."""
    async with Desk(house.installation, "operator") as desk:
        await desk.get("routing", f"/complaints/{id_}/owner")


async def test_who_is_erased_is_gone_from_the_timeline_and_from_what_is_asked(house: House) -> None:
    received = await complain(house, "website")
    await owned(house, received["id"])
    assert WORDS in said(house, "timeline", received["reference"])
    gone = json.loads(said(house, "erase", received["reference"], "--yes", "--json"))
    assert received["id"] in gone["subjects"]
    assert (gone["keys_destroyed"], gone["waiting_for"]) == (len(gone["subjects"]), [])
    told = said(house, "timeline", received["reference"])
    assert "[erased]" in told
    assert WORDS not in told
    async with Desk(house.installation, "operator") as desk:
        dossier = json.dumps(await desk.get("intake", f"/complaints/{received['id']}"))
    assert WORDS not in dossier
    assert NAME not in dossier


async def test_tail_tells_a_complaint_for_people_and_for_machines(house: House) -> None:
    received = await complain(house, "website")
    await owned(house, received["id"])
    lines = said(house, "tail", received["reference"], "--once", "--json").splitlines()
    assert {json.loads(line)["subject"] for line in lines} == {received["id"]}
    assert WORDS not in "".join(lines)
    assert "owns it" in said(house, "tail", received["id"], "--once", "--service", "intake")


async def test_whoever_has_seen_enough_may_close_the_pipe(house: House) -> None:
    await complain(house, "website")
    told = piped(house, "tail --from-start --once --json | head -1")
    line, code = told.stdout.splitlines()
    assert json.loads(line)["specversion"] == "1.0"
    assert (code, told.stderr) == ("0", "")


def piped(house: House, command: str) -> subprocess.CompletedProcess[str]:
    """The command in a pipe; its own exit code is the last line."""
    program = Path(sys.executable).with_name("gehoor")
    return subprocess.run(
        ["/bin/bash", "-c", f"{program} {command}; echo ${{PIPESTATUS[0]}}"],
        env={**os.environ, "GEHOOR_INSTALLATION": str(house.folder / "installation.json")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_who_came_without_a_name_can_not_be_erased(house: House) -> None:
    async with Desk(house.installation, "website") as desk:
        report = await desk.post("intake", "/reports", {"page": "https://news.example/a/8", "text": "a typo"})
    told = house.gehoor("erase", report["reference"], "--yes")
    assert (told.returncode, told.stdout) == (1, "")
    assert "there is nobody to erase" in told.stderr
