"""Sla as the journal, its callers and the people on the ladder see it: the mortgage story up to its answer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from gehoor.events import intake, sla
from gehoor.events.envelope import Stream
from gehoor.events.private import Private
from gehoor.events.terms import (
    Channel,
    ContactId,
    CustomerId,
    Direction,
    Joined,
    Outcome,
    PromiseId,
    PromiseKind,
    Window,
)
from gehoor.runtime.ports import Attempted, Result
from gehoor.sla.policy import PolicyError
from tests.integration.sla.house import House, house
from tests.unit.sla.saying import at

POLICY = """
version: test-1
desks: {front-line: {calendar: office}, back-office: {calendar: office}}
sla:
  calendars: {office: {zone: Europe/Brussels, hours: {mon-fri: ["09:00-17:00"]}}}
  calendar: office
  clocks:
    acknowledgement: {within: 10 calendar days, basis: decree}
    first-answer: {within: 1 working day}
    resolution: {within: 45 calendar days, basis: decree}
    transfer: {within: 4 working hours}
    partner-answer: {within: 3 working days, warn_at: 0.5}
    report: {within: 2 working hours}
  ladder:
    - {role: deputy, answer_within: 2 working hours}
    - {role: manager, answer_within: 1 working day}
  addressees:
    deputy: {mail: deputy@ours.example}
    manager: {mail: manager@ours.example, webhook: {url: "https://managers.example/hook", secret: managers}}
  deliveries: {attempts_max: 3, first: PT1M, longest: PT10M}
"""
NAME, WORDS = "Els Vermeulen", "There is an old mortgage in my portal"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, "utf-8")
    return file


@pytest.fixture
async def running(policy: Path) -> AsyncIterator[House]:
    async with house(at("Mon 09:00"), policy) as running:
        yield running


@pytest.fixture
async def complaint(running: House) -> UUID:
    """The mortgage, with a call back promised for Tuesday before five."""
    id_ = uuid4()
    await running.hear(id_, received("Mon 09:02"), spoken("Mon 09:03"), promised("Mon 09:04", "Tue 17:00"))
    return id_


def received(moment: str, desk: str = "front-line") -> intake.ComplaintReceived:
    return intake.ComplaintReceived(
        occurred_at=at(moment),
        reference="7QK2-4M9X",
        channel=Channel.PHONE,
        desk=desk,
        customer_id=CustomerId(uuid4()),
        name=Private(NAME),
        text=Private(WORDS),
        language="en",
    )


def spoken(moment: str, *keeps: PromiseId) -> intake.ContactRecorded:
    return intake.ContactRecorded(
        occurred_at=at(moment),
        contact_id=ContactId(uuid4()),
        direction=Direction.OUT if keeps else Direction.IN,
        channel=Channel.PHONE,
        by="st_ann",
        outcome=Outcome.REACHED,
        joined=Joined.STAFF,
        keeps=keeps,
    )


PROMISE = PromiseId(uuid4())


def promised(moment: str, until: str) -> intake.PromiseMade:
    return intake.PromiseMade(
        occurred_at=at(moment),
        promise_id=PROMISE,
        kind=PromiseKind.CALL_BACK,
        what=Private("We call you back"),
        due=Window(until=at(until)),
        promised_by="st_ann",
    )


def kept(moment: str) -> intake.PromiseKept:
    return intake.PromiseKept(occurred_at=at(moment), promise_id=PROMISE, by="st_ann")


def problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def escalation(running: House, **asked: str) -> dict[str, Any]:
    found = (await running.http.get("/escalations", params=asked)).json()["escalations"]
    assert len(found) == 1
    one: dict[str, Any] = found[0]
    return one


async def test_the_clocks_of_a_complaint_are_shown_by_due_with_their_computation(
    running: House, complaint: UUID
) -> None:
    shown = (await running.http.get(f"/complaints/{complaint}/clocks")).json()
    assert (shown["reference"], shown["desk"], shown["misses"]) == ("7QK2-4M9X", "front-line", 0)
    dues = [clock["due"] for clock in shown["clocks"]]
    assert dues == sorted(dues)
    by_kind = {clock["kind"]: clock for clock in shown["clocks"]}
    assert {kind: clock["state"] for kind, clock in by_kind.items()} == {
        "acknowledgement": "running",
        "first-answer": "met",
        "resolution": "running",
        "promise": "running",
    }
    assert by_kind["acknowledgement"]["computed"] == (
        "10 calendar days from Mon 2 Mar 2026 09:02 Europe/Brussels in office, the day itself not counted, "
        "until the end of the last; due Fri 13 Mar 2026 00:00 Europe/Brussels."
    )
    assert by_kind["promise"]["watches"]["promise_id"] == str(PROMISE)
    assert by_kind["promise"]["watches"]["promise_kind"] == "call-back"


async def test_a_complaint_that_the_journal_has_not_told_of_yet_is_a_conflict_to_try_again(running: House) -> None:
    answer = await running.http.get(f"/complaints/{uuid4()}/clocks")
    assert problem(answer) == (409, "not-yet-heard")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_missed_promise_is_put_to_the_deputy_by_mail_without_a_word_of_the_customer(
    running: House, complaint: UUID
) -> None:
    await running.pass_until(at("Tue 17:00"))
    (mail,) = running.mailer.sent
    assert (mail.to, mail.reference) == ("deputy@ours.example", "7QK2-4M9X")
    assert "Wed 4 Mar 2026 11:00" in mail.text
    for personal in (NAME, WORDS, "We call you back"):
        assert personal not in f"{mail.subject}{mail.text}"
    stated = await running.stated(complaint)
    assert [type(fact) for fact in stated[-3:]] == [
        sla.DeadlineMissed,
        sla.EscalationRaised,
        sla.EscalationDelivered,
    ]
    shown = await escalation(running, addressee="deputy", desk="front-line")
    assert (shown["level"], shown["state"], shown["owed"]) == (1, "open", "a call back that was promised")


async def test_nobody_answers_and_the_manager_is_asked_by_mail_and_by_signed_webhook(
    running: House, complaint: UUID
) -> None:
    await running.pass_until(at("Wed 11:00"))
    assert [mail.to for mail in running.mailer.sent] == ["deputy@ours.example", "manager@ours.example"]
    (posted,) = running.webhooks.posted
    assert (posted.to.url, posted.to.secret) == ("https://managers.example/hook", "whsec_managers")
    assert str(complaint).encode() in posted.body
    assert NAME.encode() not in posted.body
    assert (await escalation(running))["addressee"] == "manager"


async def test_a_person_answers_with_a_next_step_that_is_a_clock_and_no_further_level_is_asked(
    running: House, complaint: UUID
) -> None:
    await running.pass_until(at("Tue 17:30"))
    id_ = (await escalation(running))["id"]
    body = {"by": "st_ben", "next_step": "I call Els today", "next_step_by": at("Wed 12:00").isoformat()}
    headers = {"Idempotency-Key": "answer-1"}
    answers = [await running.http.post(f"/escalations/{id_}/answer", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["answered_by"] == "st_ben"
    assert (await running.http.get("/escalations")).json()["escalations"] == []

    await running.hear(complaint, spoken("Wed 11:30", PROMISE), kept("Wed 11:30"))
    await running.pass_until(at("Thu 17:00"))
    kinds = {clock["kind"]: clock for clock in (await _clocks(running, complaint))}
    assert kinds["next-step"]["state"] == "met"
    assert (kinds["promise"]["state"], kinds["promise"]["done_late_at"] is not None) == ("missed", True)
    assert (await escalation(running, state="ended"))["ended"] == "next-step-done"
    assert len(running.mailer.sent) == 1


async def _clocks(running: House, complaint: UUID) -> list[dict[str, Any]]:
    clocks: list[dict[str, Any]] = (await running.http.get(f"/complaints/{complaint}/clocks")).json()["clocks"]
    return clocks


async def test_what_a_person_answered_is_stored_sealed(running: House, complaint: UUID) -> None:
    await running.pass_until(at("Tue 17:30"))
    id_ = (await escalation(running))["id"]
    body = {"by": "st_ben", "next_step": "I call Els today", "next_step_by": at("Wed 12:00").isoformat()}
    await running.http.post(f"/escalations/{id_}/answer", json=body)
    answered = next(fact for fact in await running.stated(complaint) if isinstance(fact, sla.EscalationAnswered))
    assert not answered.next_step.in_clear


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"by": None}, (409, "nobody-named")),
        ({"next_step_by": "2026-03-03T10:00:00+01:00"}, (409, "next-step-in-the-past")),
        ({"next_step_by": "2026-03-05T10:00:00"}, (422, "invalid")),
        ({"next_step": ""}, (422, "invalid")),
        ({"next_step": "\x00"}, (422, "invalid")),
        ({"by": "Ben"}, (422, "invalid")),
        ({"promise": "anything"}, (422, "invalid")),
    ],
)
async def test_an_answer_that_is_none_is_refused_and_nothing_is_stored(
    running: House, complaint: UUID, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    await running.pass_until(at("Tue 17:30"))
    before = await running.stated(complaint)
    id_ = (await escalation(running))["id"]
    body = {"by": "st_ben", "next_step": "I call", "next_step_by": at("Wed 12:00").isoformat()} | change
    assert problem(await running.http.post(f"/escalations/{id_}/answer", json=body)) == expected
    assert await running.stated(complaint) == before


async def test_a_second_person_is_told_that_somebody_has_it(running: House, complaint: UUID) -> None:
    await running.pass_until(at("Tue 17:30"))
    id_ = (await escalation(running))["id"]
    body = {"by": "st_ben", "next_step": "I call", "next_step_by": at("Wed 12:00").isoformat()}
    assert (await running.http.post(f"/escalations/{id_}/answer", json=body)).status_code == 200
    other = await running.http.post(f"/escalations/{id_}/answer", json=body | {"by": "st_carl"})
    assert problem(other) == (409, "already-answered")
    assert other.json()["possible"]
    assert [fact.type for fact in await running.stated(complaint)].count("sla.escalation-answered.v1") == 1


async def test_a_key_for_one_desk_sees_and_answers_nothing_of_another(running: House, complaint: UUID) -> None:
    await running.pass_until(at("Tue 17:30"))
    id_ = (await escalation(running))["id"]
    stranger = await running.key("sla:read", "sla:write", desks=["back-office"])
    body = {"by": "st_ben", "next_step": "I call", "next_step_by": at("Wed 12:00").isoformat()}
    assert (await running.http.get("/escalations", headers=stranger)).json()["escalations"] == []
    assert problem(await running.http.get("/escalations?desk=front-line", headers=stranger))[0] == 404
    assert problem(await running.http.post(f"/escalations/{id_}/answer", json=body, headers=stranger))[0] == 404
    assert problem(await running.http.get(f"/complaints/{complaint}/clocks", headers=stranger))[0] == 404


async def test_reading_is_no_leave_to_answer(running: House) -> None:
    reader = await running.key("sla:read")
    body = {"by": "st_ben", "next_step": "I call", "next_step_by": at("Wed 12:00").isoformat()}
    assert problem(await running.http.post(f"/escalations/{uuid4()}/answer", json=body, headers=reader))[0] == 403


async def test_escalations_are_turned_over_page_by_page(running: House) -> None:
    for _ in range(3):
        await running.hear(uuid4(), received("Mon 10:00"))
    await running.pass_until(at("Tue 17:00"))
    ids: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await running.http.get("/escalations", params={"limit": "2", **after})).json()
        ids += [one["id"] for one in page["escalations"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(ids) == len(set(ids)) == 3


async def test_a_mail_server_that_is_away_gets_the_same_key_again_and_then_it_is_told(
    running: House, complaint: UUID
) -> None:
    running.mailer.answer = lambda _mail: Attempted(Result.FAILED, "unreachable")
    await running.pass_until(at("Tue 17:40"))
    deputy = [mail for mail in running.mailer.sent if mail.to == "deputy@ours.example"]
    assert len(deputy) == 3
    assert len({mail.key for mail in deputy}) == 1
    (undelivered,) = [fact for fact in await running.stated(complaint) if isinstance(fact, sla.EscalationUndelivered)]
    assert (undelivered.attempts, undelivered.detail) == (3, "unreachable")
    await running.pass_until(at("Wed 11:00"))
    assert (await escalation(running))["level"] == 2


async def test_after_a_day_away_everything_due_fires_in_order_and_counts_from_then(
    running: House, complaint: UUID
) -> None:
    running.clock.jump_to(at("Wed 13:00"))
    await running.perform()
    raised = next(fact for fact in await running.stated(complaint) if isinstance(fact, sla.EscalationRaised))
    missed = next(fact for fact in await running.stated(complaint) if isinstance(fact, sla.DeadlineMissed))
    assert (raised.level, raised.answer_by) == (1, at("Wed 15:00"))
    assert missed.fired_late_seconds == timedelta(hours=20).total_seconds()


async def test_the_same_record_twice_has_one_effect(running: House, complaint: UUID) -> None:
    stated = await running.stated(complaint)
    running.sequences.clear()
    await running.hear(complaint, received("Mon 09:02"), spoken("Mon 09:03"), promised("Mon 09:04", "Tue 17:00"))
    assert await running.stated(complaint) == stated


async def test_views_and_due_rows_made_again_from_the_store_equal_the_live_ones(
    running: House, complaint: UUID
) -> None:
    await running.pass_until(at("Wed 11:00"))
    service, stream = running.handling.service, Stream("watch", complaint)
    state, _ = await running.handling.read(stream, unsealed=False)
    rows = list(service.aggregate("watch").rows(stream, state))
    assert {row.view for row in rows} == {"watches", "clocks", "escalations"}
    for row in rows:
        assert await running.store.get(row.view, row.key) == row
    standing = [due for kind in service.performers for due in await running.due.standing(kind)]
    assert set(standing) == set(service.aggregate("watch").due(stream, state))


@pytest.fixture
def unsigned(policy: Path) -> Path:
    policy.write_text(POLICY.replace("secret: managers", "secret: nobody-knows"), "utf-8")
    return policy


async def test_a_policy_whose_secret_nobody_set_does_not_start(unsigned: Path) -> None:
    with pytest.raises(PolicyError, match="GEHOOR_WEBHOOK_SECRETS has no nobody-knows"):
        async with house(at("Mon 09:00"), unsigned):
            pass
