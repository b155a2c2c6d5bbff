"""Messages to a partner that is slow, down, or forgetful; and the whole prize story."""

from datetime import timedelta
from uuid import uuid4

from gehoor.events.intake import Closed, ErasureGround, PersonErased
from gehoor.events.partner import DeliveryFailed, DeliveryUnknown, TicketDelivered
from gehoor.events.terms import ClockKind, CloseBasis, ComplaintId, CustomerId
from gehoor.runtime.memory.webhooks import TAKEN
from gehoor.runtime.ports import Attempted, Result
from tests.integration.partner_escalation.house import (
    NAME,
    NOW,
    SECRET,
    House,
    approaching,
    missed,
)

DOWN = Attempted(Result.FAILED, "http-503", 503)
SILENT = Attempted(Result.UNKNOWN, "no-answer")
HOUR = timedelta(hours=1)


async def test_an_unknown_outcome_is_reconciled_with_the_same_key(desk: House) -> None:
    outcomes = iter([SILENT, DOWN, TAKEN])
    desk.webhooks.answer = lambda _posted: next(outcomes)
    complaint = await desk.prize()
    await desk.ticket(complaint)
    for _ in range(3):
        await desk.tell()
        desk.clock.jump(HOUR)
    assert len({posted.key for posted in desk.webhooks.posted}) == 1
    assert len({posted.body for posted in desk.webhooks.posted}) == 1
    assert {posted.to.secret for posted in desk.webhooks.posted} == {SECRET}
    _, unknown, failed, taken = await desk.stated(complaint)
    assert isinstance(unknown, DeliveryUnknown)
    assert isinstance(failed, DeliveryFailed)
    assert isinstance(taken, TicketDelivered)
    assert [one.attempt for one in (unknown, failed, taken)] == [1, 2, 3]
    assert unknown.next_at is not None
    assert not unknown.gave_up


async def test_the_wait_between_attempts_grows_and_giving_up_is_seen(desk: House) -> None:
    desk.webhooks.answer = lambda _posted: DOWN
    complaint = await desk.prize()
    ticket = await desk.ticket(complaint)
    for _ in range(5):
        await desk.tell()
        desk.clock.jump(HOUR)
    assert len(desk.webhooks.posted) == 3
    last = (await desk.stated(complaint))[-1]
    assert isinstance(last, DeliveryFailed)
    assert last.gave_up
    found = (await desk.http.get("/tickets", params={"undelivered": True})).json()["tickets"]
    assert [(one["ticket_id"], one["undelivered"]) for one in found] == [(str(ticket), ["opened"])]
    outcomes = iter([DOWN, TAKEN])
    desk.webhooks.answer = lambda _posted: next(outcomes)
    again = await desk.http.post(f"/tickets/{ticket}/redeliver", json={"desk": "audience", "by": "st_els"})
    assert again.json()["followed"] == ["partner-escalation.redelivery-asked.v1"]
    for _ in range(2):
        await desk.tell()
        desk.clock.jump(HOUR)
    taken = (await desk.stated(complaint))[-1]
    assert isinstance(taken, TicketDelivered)
    assert taken.attempt == 5
    assert len({posted.key for posted in desk.webhooks.posted}) == 1


async def test_a_partner_without_a_secret_is_not_told_and_that_is_seen(desk: House) -> None:
    complaint = await desk.prize()
    await desk.ticket(complaint, partner="rival", details={})
    await desk.tell()
    failed = (await desk.stated(complaint))[-1]
    assert isinstance(failed, DeliveryFailed)
    assert failed.detail == "no-endpoint"
    assert desk.webhooks.posted == []


async def test_an_erased_person_is_gone_here_and_every_partner_is_told_to_delete(desk: House) -> None:
    complaint = await desk.prize()
    ticket, sponsor = await desk.ticket(complaint), await desk.partner()
    await desk.tell()
    await desk.keyring.erase([complaint], NOW)
    erased = PersonErased(
        occurred_at=NOW,
        customer_id=CustomerId(uuid4()),
        subjects=(ComplaintId(complaint),),
        ground=ErasureGround.REQUESTED,
        by="st_coordinator",
    )
    await desk.hear("intake", complaint, erased)
    (told,) = await desk.tell()
    assert told["type"] == "ticket.erased"
    assert told["data"]["fields"] == ["name", "address", "prize"]
    shown = (await desk.http.get(f"/tickets/{ticket}")).json()
    assert (shown["asked"], shown["shared"]) == (None, None)
    own = (await desk.http.get(f"/partner/tickets/{ticket}", headers=sponsor)).json()
    assert (own["asked"], own["shared"]) == (None, {})
    assert NAME not in str(shown) + str(own)


async def test_a_message_that_waits_while_the_person_is_erased_carries_no_word_of_them(desk: House) -> None:
    desk.webhooks.answer = lambda _posted: DOWN
    complaint = await desk.prize()
    await desk.ticket(complaint)
    await desk.tell()
    await desk.keyring.erase([complaint], NOW)
    erased = PersonErased(
        occurred_at=NOW,
        customer_id=CustomerId(uuid4()),
        subjects=(ComplaintId(complaint),),
        ground=ErasureGround.REQUESTED,
        by="st_coordinator",
    )
    await desk.hear("intake", complaint, erased)
    desk.webhooks.answer = lambda _posted: TAKEN
    desk.clock.jump(HOUR)
    opened, deletion = await desk.tell()
    assert (opened["data"]["asked"], opened["data"]["shared"]) == (None, {})
    assert deletion["type"] == "ticket.erased"


async def test_the_prize_that_never_came(desk: House) -> None:
    complaint = await desk.prize()
    sponsor, clock, again = await desk.partner(), uuid4(), uuid4()
    ours = {"desk": "audience", "by": "st_els"}
    ticket = await desk.ticket(complaint)
    said = f"/partner/tickets/{ticket}/updates"
    await desk.tell()
    desk.clock.jump(4 * 24 * HOUR)
    await desk.hear("sla", complaint, approaching(ticket, clock))
    await desk.tell()
    desk.clock.jump(3 * 24 * HOUR)
    await desk.hear("sla", complaint, missed(ticket, clock))
    reminders = await desk.tell()
    assert [one["data"]["reminder"] for one in reminders] == [2]
    for update in (
        {"kind": "acknowledged", "partner_reference": "SP-44"},
        {"kind": "resolved", "words": "Sent."},
    ):
        await desk.http.post(said, json={"update_id": str(uuid4()), **update}, headers=sponsor)
    dispute = await desk.http.post(f"/tickets/{ticket}/dispute", json=ours | {"why": "Nothing came."})
    assert dispute.status_code == 200
    await desk.tell()
    await desk.hear("sla", complaint, approaching(ticket, again).model_copy(update={"kind": ClockKind.RESOLUTION}))
    await desk.http.post(
        said, json={"update_id": str(uuid4()), "kind": "resolved", "words": "Sent again."}, headers=sponsor
    )
    accept = await desk.http.post(f"/tickets/{ticket}/accept", json=ours)
    assert accept.json()["followed"] == ["partner-escalation.resolution-accepted.v1"]
    await desk.tell()
    closed = Closed(occurred_at=NOW, basis=CloseBasis.ACCEPTED, hand_off=0, desk="audience", by="st_els")
    await desk.hear("intake", complaint, closed)
    assert await desk.tell() == []
    assert [fact.type.split(".")[1] for fact in await desk.stated(complaint)] == [
        "ticket-opened",
        "ticket-delivered",
        "partner-reminded",
        "ticket-delivered",
        "partner-reminded",
        "ticket-delivered",
        "ticket-acknowledged",
        "ticket-resolved",
        "resolution-disputed",
        "ticket-delivered",
        "ticket-resolved",
        "resolution-accepted",
        "ticket-delivered",
    ]
    record = (await desk.http.get("/partners/sponsor/record")).json()
    week = int((7 * 24 * HOUR).total_seconds())
    assert record == {
        "partner": "sponsor",
        "name": "The sponsor",
        "tickets": 1,
        "open": 0,
        "answered": 1,
        "in_time": 0,
        "late": 1,
        "disputed": 1,
        "accepted": 1,
        "reminders": 2,
        "median_answer_seconds": week,
        "worst_answer_seconds": week,
    }
