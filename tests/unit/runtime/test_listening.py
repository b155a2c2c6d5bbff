"""What a listener makes of a batch."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Recorded, UnreadableError, to_headers
from gehoor.events.intake import ErasureGround, PersonErased
from gehoor.events.private import Erased
from gehoor.events.terms import ComplaintId, CustomerId
from gehoor.runtime.draining import Draining
from gehoor.runtime.handling import Work
from gehoor.runtime.hearing import InboundHearing
from gehoor.runtime.listening import PURGE_EVERY, TooManyParkedError
from gehoor.runtime.memory.clock import VirtualClock
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.parking import Place, Why
from gehoor.runtime.ports import Cause, Commit, Message, TemporaryError, Wish
from tests.bank import JOURNAL, LEDGER, WRONG, Closed, House, deposited, message, recorded
from tests.ledger import NOON, Open, Pay, account


def deposit(subject: UUID, sequence: int, cents: int = 5, offset: int | None = None) -> Message:
    return message(sequence - 1 if offset is None else offset, recorded(subject, sequence, deposited(cents)))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - a pulse is looked at, it calls nobody
            await asyncio.sleep(0)


async def reasons(house: House) -> list[tuple[Why, str]]:
    return [(parked.why, parked.reason) for parked in await house.parking.listed()]


async def test_a_batch_is_handled_in_order_and_its_offsets_with_it() -> None:
    house, one, other = House(), uuid4(), uuid4()
    await house.hear(deposit(one, 1), deposit(other, 1, offset=1), deposit(one, 2, 7, offset=2))
    assert (await house.cents(one), await house.cents(other)) == (12, 5)
    assert await house.store.progress() == {(JOURNAL, 0): 3}


async def test_a_record_that_comes_again_has_one_effect() -> None:
    house, one = House(), uuid4()
    for _ in range(3):
        await house.hear(deposit(one, 1), deposit(one, 2, 7), deposit(one, 1))
    assert await house.cents(one) == 12


async def test_a_reaction_sees_what_an_earlier_record_of_its_subject_wrote() -> None:
    """Else the second deposit would open the account again, and both would be handled in vain."""
    house, one = House(), uuid4()
    await house.hear(deposit(one, 1, 0), deposit(one, 2, 7))
    assert len(await house.store.events()) == 2
    assert await house.cents(one) == 7


async def test_a_listener_that_skips_everything_still_advances() -> None:
    house = House()
    event = recorded(uuid4(), 1, Closed(occurred_at=NOON))
    await house.hear(*(message(offset, event) for offset in range(5)))
    assert await house.store.progress() == {(JOURNAL, 0): 5}
    assert not await house.store.events()


async def test_a_family_nobody_listens_to_is_skipped_even_where_it_is_unreadable() -> None:
    house = House()
    garbage = [Message(JOURNAL, 0, 0, None, b"\xff", [("ce_type", b"other.thing.v1")])]
    await house.hear(*garbage)
    assert await reasons(house) == []
    assert await house.store.progress() == {(JOURNAL, 0): 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"headers": []}, "the attribute 'source' is missing"),
        ({"headers": [("ce_type", b"\xff\x00 not a type")]}, "malformed: UnicodeDecodeError"),
        ({"headers": [("ce_type", b"bank.deposited.v2")]}, "the attribute 'source' is missing"),
        ({"value": None}, "the record has no body"),
        ({"value": b"[1, 2]"}, "the body is no JSON object"),
        ({"value": b"{" * 100_000}, "malformed: JSONDecodeError"),
        ({"value": b"{}"}, "malformed: ValueError"),
        ({"key": b"somebody else"}, "the key does not match the subject"),
        ({"key": None}, "the key does not match the subject"),
    ],
)
async def test_garbage_is_parked_with_its_reason_and_the_next_goes_on(change: dict[str, Any], reason: str) -> None:
    house, one, other = House(), uuid4(), uuid4()
    await house.hear(replace(deposit(one, 1), **change), deposit(other, 1, offset=1))
    assert await reasons(house) == [(Why.UNREADABLE, reason)]
    assert await house.cents(other) == 5
    assert await house.store.progress() == {(JOURNAL, 0): 2}


async def test_a_newer_version_of_what_is_listened_to_is_parked() -> None:
    house, one = House(), uuid4()
    old = deposit(one, 1)
    newer = replace(old, headers=[(n, b"bank.deposited.v9" if n == "ce_type" else v) for n, v in old.headers])
    await house.hear(newer)
    ((why, _),) = await reasons(house)
    assert why is Why.UNREADABLE
    assert (await house.parking.listed())[0].type == "bank.deposited.v9"


async def test_a_defect_ends_the_process_and_the_third_time_it_is_parked() -> None:
    house, one, other = House(), uuid4(), uuid4()
    batch = deposit(one, 1, WRONG), deposit(other, 1, offset=1)
    died = 0
    for _ in range(3):
        try:
            await house.listener().deliver(batch)
        except BaseException:  # noqa: BLE001 - dying is what it is about
            died += 1
    assert died == 2
    ((why, reason),) = await reasons(house)
    assert why is Why.DEFECT
    assert reason.startswith("ZeroDivisionError")
    assert await house.cents(other) == 5


async def test_a_refused_reaction_is_a_defect() -> None:
    house, one = House(), uuid4()
    await house.hear(deposit(one, 1, -5))
    ((why, _),) = await reasons(house)
    assert why is Why.DEFECT


async def test_what_follows_a_parked_record_waits_behind_it_in_order_and_others_do_not() -> None:
    house, one, other = House(), uuid4(), uuid4()
    await house.hear(deposit(one, 1, WRONG))
    await house.hear(deposit(one, 2, 7), deposit(other, 1, offset=5), deposit(one, 3, -7, offset=6))
    assert [why for why, _ in await reasons(house)] == [Why.DEFECT, Why.WAITING, Why.WAITING]
    assert await house.cents(one) is None
    assert await house.cents(other) == 5
    assert await house.store.progress() == {(JOURNAL, 0): 7}


async def test_a_parked_subject_is_drained_in_order_once_it_can_be_handled() -> None:
    house, one = House(), uuid4()
    await house.hear(deposit(one, 1, WRONG))
    await house.hear(deposit(one, 2, 7), deposit(one, 3, -7))
    mended = House(replace(LEDGER, react=_pays_anything), house.store, house.parking, house.keyring)
    drained = await Draining(mended.hearing, mended.handling, mended.parking, mended.clock).retry(one)
    assert (drained.handled, drained.left) == (3, 0)
    assert await house.cents(one) == WRONG
    await mended.hear(deposit(one, 4, 1))
    assert await house.cents(one) == WRONG + 1


async def test_draining_stops_at_the_first_that_fails_again() -> None:
    house, one = House(), uuid4()
    await house.hear(deposit(one, 1, WRONG))
    await house.hear(deposit(one, 2, 7))
    drained = await Draining(house.hearing, house.handling, house.parking, house.clock).retry(one)
    assert (drained.handled, drained.left) == (0, 2)
    assert drained.reason.startswith("ZeroDivisionError")


async def test_a_dropped_record_is_remembered_with_who_and_why_and_what_waits_can_go_on() -> None:
    house, one = House(), uuid4()
    await house.hear(deposit(one, 1, WRONG))
    await house.hear(deposit(one, 2, 7))
    draining = Draining(house.hearing, house.handling, house.parking, house.clock)
    dropped = await draining.drop(Place(JOURNAL, 0, 0), by="st_ops", because="counted twice")
    assert dropped is not None
    assert (await draining.retry(one)).handled == 1
    assert await house.cents(one) == 7
    (kept,) = await house.parking.dropped()
    assert (kept.by, kept.because, kept.parked.body) == ("st_ops", "counted twice", b"")


async def test_a_bad_release_does_not_park_the_whole_journal() -> None:
    house = House(parked_max=3)
    for offset in range(3):
        await house.hear(deposit(uuid4(), 1, WRONG, offset=offset))
    with pytest.raises(TooManyParkedError):
        await house.hear(deposit(uuid4(), 1, WRONG, offset=3))
    assert len(await house.parking.listed()) == 3


async def test_a_listener_that_may_park_no_more_stays_and_says_so() -> None:
    house = House(parked_max=0)
    house.journal.append(JOURNAL, None, b"garbage")
    listener = house.listener()
    running = asyncio.create_task(listener.run())
    await until(lambda: listener.pulses()[0].red)
    assert not running.done()
    await listener.stop()
    await running
    assert await house.parking.listed() == []


class Flaky(MemoryStore):
    """A database that is away for the first few commits."""

    away = 6

    async def commit(self, commit: Commit) -> list[Recorded]:
        if self.away:
            self.away -= 1
            raise TemporaryError("the database is away")
        return list(await super().commit(commit))


async def test_what_is_away_is_waited_for_and_readiness_says_so() -> None:
    clock = VirtualClock()
    house, one = House(store=Flaky("ledger"), clock=clock), uuid4()
    listener = house.listener()
    delivering = asyncio.create_task(listener.deliver([deposit(one, 1)]))
    reds = set()
    while not delivering.done():
        await asyncio.sleep(0)
        reds.add(listener.pulses()[0].red)
        clock.jump(timedelta(milliseconds=10))
    await delivering
    assert await house.cents(one) == 5
    assert reds == {False, True}
    assert not listener.pulses()[0].red
    assert await house.parking.listed() == []


async def test_a_listener_that_waits_for_something_stops_all_the_same() -> None:
    store = Flaky("ledger")
    store.away = 10**6
    house = House(store=store, clock=VirtualClock())
    event = recorded(uuid4(), 1, deposited(5))
    first = message(0, event)
    house.journal.append(JOURNAL, first.key, first.value, first.headers)
    listener = house.listener()
    running = asyncio.create_task(listener.run())
    await until(lambda: bool(listener.pulses()[0].note))
    await listener.stop()
    await asyncio.wait_for(running, 5)
    assert set(house.journal.read("ledger", [JOURNAL]).values()) == {0}


async def test_words_are_unsealed_for_a_reaction_that_needs_them() -> None:
    house, one = House(), uuid4()
    key = (await house.keyring.keys([one], create=True))[one]
    assert not isinstance(key, Erased)
    await house.hear(message(0, recorded(one, 1, deposited(5, "for Anna")), key))
    _, events = await house.handling.read(account(one))
    memo = events[-1].fact.model_dump()["memo"]
    assert memo == {"private": "for Anna"}


async def test_every_listener_forgets_the_keys_of_a_person_who_was_erased() -> None:
    house, one = House(), uuid4()
    forgotten: list[UUID] = []
    house.keyring.forget = forgotten.extend  # type: ignore[method-assign, assignment]
    fact = PersonErased(
        occurred_at=NOON,
        customer_id=CustomerId(uuid4()),
        subjects=(ComplaintId(one),),
        ground=ErasureGround.REQUESTED,
        by="st_system",
    )
    event = replace(recorded(uuid4(), 1, fact), service="intake")
    await house.hear(replace(message(0, event), headers=to_headers(event)))
    assert forgotten == [one]
    assert await house.store.progress() == {(JOURNAL, 0): 1}
    assert await house.store.handled([event.source]) == {event.source: 1}, "so that ops can see who has heard of it"


async def passing(clock: VirtualClock, by: timedelta) -> None:
    """Let everything happen that happens meanwhile."""
    until_ = clock.now() + by
    while True:
        for _ in range(30):
            await asyncio.sleep(0)
        if clock.next_due is None or clock.next_due > until_:
            break
        clock.jump_to_next_due()
    clock.jump_to(until_)


async def test_its_lag_is_told_and_turns_red_where_nothing_moves() -> None:
    store = Flaky("ledger")
    store.away = 10**6
    clock = VirtualClock()
    house = House(store=store, clock=clock)
    for offset in range(3):
        record = deposit(uuid4(), 1, offset=offset)
        house.journal.append(JOURNAL, record.key, record.value, record.headers)
    listener = house.listener()
    running = asyncio.create_task(listener.run())
    await passing(clock, timedelta(minutes=1))
    (pulse,) = listener.pulses()
    assert (pulse.lag, pulse.red) == (3, True)
    store.away = 0
    await passing(clock, timedelta(minutes=1))
    (pulse,) = listener.pulses()
    assert (pulse.lag, pulse.red, pulse.note) == (0, False, "")
    await listener.stop()
    await asyncio.wait_for(running, 5)


async def test_what_was_handled_is_purged_from_a_topic_in_clear_and_nothing_else() -> None:
    clock = VirtualClock()
    house = House(clock=clock)
    purged: list[dict[tuple[str, int], int]] = []

    async def purge(handled: Mapping[tuple[str, int], int]) -> None:
        purged.append(dict(handled))

    await house.store.commit(Commit(NOON, progress={("another topic", 0): 9}))
    record = deposit(uuid4(), 1)
    written = house.journal.append(JOURNAL, record.key, record.value, record.headers)
    listener = house.listener(purge=purge)
    running = asyncio.create_task(listener.run())
    await passing(clock, PURGE_EVERY + timedelta(seconds=1))
    assert purged == [{written.at: 1}]
    await listener.stop()
    await asyncio.wait_for(running, 5)


# --- what is no fact ---------------------------------------------------------------------------------------------


async def _pays_anything(heard: Recorded, _views: object) -> list[Wish]:
    wish = Wish(account(heard.subject), Open())
    return [wish, Wish(account(heard.subject), Pay(heard.fact.model_dump()["cents"]))]


async def translate(message: Message) -> Work:
    """`<account> <cents>` pays; the rest is not understood."""
    try:
        key, cents = (message.value or b"").decode().split()
        stream, pay = account(UUID(key)), Pay(int(cents))
    except ValueError:
        raise UnreadableError("not <account> <cents>") from None
    if pay.cents == WRONG:
        raise ZeroDivisionError
    if pay.cents > 1000:
        raise Refusal("too-much", "It is not believed.")
    return Work(Cause(UUID(key), UUID(key)), [Wish(stream, pay)])


def inbound(offset: int, value: bytes) -> Message:
    return Message("complaints.inbound", 0, offset, b"shop", value, [("ce_subject", b"Els Vermeulen")])


def at_the_door(house: House) -> House:
    house.hearing = InboundHearing("ledger", translate, house.keyring)  # type: ignore[assignment]
    return house


async def test_what_others_send_is_followed_or_parked_and_holds_up_nothing() -> None:
    house, one = at_the_door(House(parked_max=0)), uuid4()
    await house.hear(inbound(0, b"hello"), inbound(1, f"{one} 2000".encode()), inbound(2, f"{one} 5".encode()))
    assert await reasons(house) == [(Why.UNREADABLE, "not <account> <cents>"), (Why.REFUSED, "too-much")]
    state, _ = await house.handling.read(account(one))
    assert state.cents == 5


async def test_what_others_sent_is_sealed_while_it_is_parked() -> None:
    house = at_the_door(House())
    await house.hear(inbound(0, b"my phone is 0470 12 34 56"))
    (parked,) = await house.parking.listed()
    assert b"0470" not in parked.body
    assert b"Vermeulen" not in parked.body
    opened = await house.hearing.wrapping.unwrap(parked)
    assert (opened.key, opened.value) == (b"shop", b"my phone is 0470 12 34 56")
    assert list(opened.headers) == [("ce_subject", b"Els Vermeulen")]


async def test_what_was_dropped_can_never_be_read_again() -> None:
    house = at_the_door(House())
    await house.hear(inbound(0, b"my phone is 0470 12 34 56"))
    (parked,) = await house.parking.listed()
    draining = Draining(house.hearing, house.handling, house.parking, house.clock)
    await draining.drop(parked.place, by="st_ops", because="not for us")
    assert isinstance((await house.keyring.keys([parked.subject]))[parked.subject], Erased)
