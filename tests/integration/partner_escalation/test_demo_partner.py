"""The demonstration's partner, posted to by the real sender of webhooks."""

import os
import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx2
import pytest

from gehoor.cli.demo_partner import Answer, DemoPartner
from gehoor.runtime.deliveries.webhooks import HttpWebhooks
from gehoor.runtime.ports import Endpoint, Result
from tests.integration.partner_escalation.house import SECRET

OTHER_SECRET = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHNwb25zb3I="
BODY = b'{"type":"ticket.opened","data":{}}'
SOON = timedelta(milliseconds=500)


@pytest.fixture
def partner() -> Iterator[DemoPartner]:
    with DemoPartner(SECRET) as running:
        yield running


def sender() -> HttpWebhooks:
    return HttpWebhooks(allow_private=True, within=SOON)


async def post(partner: DemoPartner, key: UUID, secret: str = SECRET) -> Result:
    return (await sender().post(Endpoint(partner.url, secret), key, BODY)).result


async def test_a_genuine_webhook_is_taken_and_kept_once_however_often_it_comes(partner: DemoPartner) -> None:
    key = uuid4()
    assert [await post(partner, key) for _ in range(2)] == [Result.TAKEN, Result.TAKEN]
    (kept,) = partner.received
    assert (kept.id, kept.times, kept.message["type"]) == (str(key), 2, "ticket.opened")


async def test_a_webhook_signed_with_another_secret_is_not_believed(partner: DemoPartner) -> None:
    assert await post(partner, uuid4(), OTHER_SECRET) is Result.REFUSED
    assert (partner.received, partner.refused) == ([], 1)


async def test_a_webhook_that_was_changed_on_its_way_is_not_believed(partner: DemoPartner) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        headers = {"webhook-id": "a", "webhook-timestamp": "0", "webhook-signature": "v1,AAAA"}
        assert (await http.post(partner.url, content=BODY, headers=headers)).status_code == 401
        assert (await http.post(partner.url, content=b"\xff")).status_code == 401
    assert partner.refused == 2


@pytest.mark.parametrize(
    ("answer", "outcome", "acted"),
    [
        (Answer.FAIL, Result.FAILED, 0),
        (Answer.REFUSE, Result.REFUSED, 0),
        (Answer.HANG, Result.UNKNOWN, 1),
        (Answer.RESET, Result.UNKNOWN, 1),
        (Answer.SLOW, Result.TAKEN, 1),
    ],
)
async def test_it_answers_as_it_is_told_and_then_as_usual(
    partner: DemoPartner, answer: Answer, outcome: Result, acted: int
) -> None:
    partner.behave(answer, times=1, seconds=0.05)
    key = uuid4()
    assert await post(partner, key) is outcome
    assert len(partner.received) == acted
    assert await post(partner, key) is Result.TAKEN
    assert [kept.times for kept in partner.received] == [1 + acted]


async def test_it_is_asked_what_came_and_told_how_to_answer_over_http(partner: DemoPartner) -> None:
    async with httpx2.AsyncClient(base_url=partner.address, trust_env=False) as http:
        assert (await http.put("/behaviour", json={"answer": "fail", "times": 1})).status_code == 200
        assert await post(partner, uuid4()) is Result.FAILED
        assert await post(partner, uuid4()) is Result.TAKEN
        told = (await http.get("/received")).json()
        assert [one["message"]["type"] for one in told["received"]] == ["ticket.opened"]
        wrongs: list[object] = [{"answer": "dance"}, {"times": 0}, {"seconds": 1e9}, {"mood": "bad"}, []]
        for wrong in wrongs:
            assert (await http.put("/behaviour", json=wrong)).status_code == 422
        assert (await http.get("/elsewhere")).status_code == 404
        assert (await http.put("/elsewhere", json={})).status_code == 404


async def test_as_a_process_it_says_where_it_is_and_ends_when_it_is_told() -> None:
    env = {"PATH": os.environ["PATH"], "GEHOOR_DEMO_SECRET": SECRET}
    process = await create_subprocess_exec(
        sys.executable, "-m", "gehoor.cli.demo_partner", "--port", "0", env=env, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        said = (await process.stdout.readline()).decode()
        assert "http://127.0.0.1:" in said
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()


async def test_without_a_secret_it_says_what_to_set() -> None:
    process = await create_subprocess_exec(
        sys.executable, "-m", "gehoor.cli.demo_partner", env={"PATH": os.environ["PATH"]}, stderr=PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert b"GEHOOR_DEMO_SECRET" in said
