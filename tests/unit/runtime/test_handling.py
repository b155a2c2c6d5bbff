"""How a command is handled: once, on what stands, and whole or not at all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Recorded, Stream
from gehoor.events.private import Erased, Private, Sealed
from gehoor.runtime.handling import Asked, Handling, Work
from gehoor.runtime.memory.clock import VirtualClock
from gehoor.runtime.memory.due import MemoryDue
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import (
    Aggregate,
    Cause,
    Commit,
    DefectError,
    Due,
    Heard,
    Remembered,
    Row,
    Service,
    StaleError,
    TakenError,
    UnknownKeyError,
    Wish,
)
from tests.ledger import (
    DECIDER,
    NAME,
    NOON,
    SEALED,
    UNSEALED,
    Account,
    Command,
    Look,
    Looked,
    Open,
    Opened,
    Paid,
    Pay,
    Remind,
    Reminded,
    account,
    append,
)

MEMO = "for the garden chairs"


@dataclass
class Desk:
    """A service on the twins."""

    store: MemoryStore
    keyring: MemoryKeyring
    handling: Handling
    noticed: list[Sequence[Recorded]]

    async def do(self, stream: Stream, command: Command, *, sequence: int | None = None) -> Sequence[Recorded]:
        heard = None if sequence is None else Heard("/gehoor/other/thing-1", sequence)
        return await self.handling.handle_all([Work(cause(), [Wish(stream, command)], heard=heard)])

    async def facts(self, stream: Stream) -> list[object]:
        return [event.fact for event in (await self.store.load([stream]))[stream]]


def desk(service: Service = SEALED, *, creates_keys: bool = True, store: MemoryStore | None = None) -> Desk:
    noticed: list[Sequence[Recorded]] = []
    memory, keyring = store or MemoryStore(NAME), MemoryKeyring()
    handling = Handling(service, memory, keyring, VirtualClock(NOON), creates_keys=creates_keys, noticed=noticed.append)
    return Desk(memory, keyring, handling, noticed)


def cause() -> Cause:
    drawn = uuid4()
    return Cause(drawn, drawn)


# --- one command -------------------------------------------------------------------------------------------------


async def test_what_follows_is_recorded_with_its_cause() -> None:
    here, stream, because = desk(), account(), Cause(uuid4(), uuid4(), traceparent="00-trace")
    recorded = await here.handling.handle(Wish(stream, Open()), because)
    (event,) = recorded
    assert event.fact == Opened(occurred_at=NOON)
    assert (event.causation, event.correlation, event.traceparent) == (because.id, because.correlation, "00-trace")
    assert (event.version, event.sequence, event.position) == (1, 1, 1)
    assert event.recorded_at == NOON
    assert list((await here.store.load([stream]))[stream]) == list(recorded)
    assert here.noticed == [recorded]


async def test_a_refusal_stores_nothing() -> None:
    here, stream = desk(), account()
    with pytest.raises(Refusal, match="not enough"):
        await here.do(stream, Pay(-1), sequence=1)
    assert await here.facts(stream) == []
    assert await here.store.handled(["/gehoor/other/thing-1"]) == {"/gehoor/other/thing-1": 0}
    assert here.noticed == []


async def test_facts_kept_to_oneself_have_no_sequence() -> None:
    here, stream = desk(), account()
    recorded = [*await here.do(stream, Open()), *await here.do(stream, Look()), *await here.do(stream, Pay(1))]
    assert [(event.version, event.sequence) for event in recorded] == [(1, 1), (2, None), (3, 2)]


async def test_the_same_cause_and_command_have_the_same_id() -> None:
    stream, because = account(), cause()
    ids = {(await desk().handling.handle(Wish(stream, Open()), because))[0].id for _ in range(2)}
    assert len(ids) == 1


async def test_two_commands_of_one_cause_have_two_ids() -> None:
    here, stream = desk(), account()
    work = Work(cause(), [Wish(stream, Open()), Wish(stream, Pay(1)), Wish(stream, Pay(1))])
    recorded = await here.handling.handle_all([work])
    assert len({event.id for event in recorded}) == 3


# --- once --------------------------------------------------------------------------------------------------------


async def test_a_sequence_that_comes_again_is_passed_over() -> None:
    here, stream = desk(), account()
    await here.do(stream, Pay(5), sequence=7)
    for sequence in (7, 3):
        assert list(await here.do(stream, Pay(5), sequence=sequence)) == []
    assert len(await here.facts(stream)) == 1


async def test_a_sequence_counts_as_handled_also_where_nothing_followed() -> None:
    """Else it would be decided again later, on a state that has moved on."""
    here, stream = desk(), account()
    await here.do(stream, Open())
    await here.do(stream, Open(), sequence=4)
    assert await here.store.handled(["/gehoor/other/thing-1"]) == {"/gehoor/other/thing-1": 4}


async def test_a_record_that_stands_twice_in_a_batch_is_handled_once() -> None:
    here, stream, heard = desk(), account(), Heard("/gehoor/other/thing-1", 1)
    works = [Work(cause(), [Wish(stream, Pay(5))], heard=heard) for _ in range(2)]
    assert len(await here.handling.handle_all(works)) == 1


async def test_a_request_that_comes_again_is_handled_once_and_answered_the_same() -> None:
    here, stream = desk(), account()

    def answer(recorded: Sequence[Recorded]) -> Remembered:
        return Remembered("caller", "key", "digest", 201, {"facts": len(recorded)})

    for _ in range(2):
        await here.handling.handle(Wish(stream, Pay(5)), cause(), asked=Asked("caller", "key", answer))
    assert len(await here.facts(stream)) == 1
    assert await here.store.remembered("caller", "key") == Remembered("caller", "key", "digest", 201, {"facts": 1})


async def test_the_same_request_twice_at_once_is_handled_once() -> None:
    here, stream = desk(), account()
    asked = Asked("caller", "key", lambda recorded: Remembered("caller", "key", "digest", 201, len(recorded)))
    await asyncio.gather(
        *(here.handling.handle(Wish(account(), Pay(5)), cause(), asked=asked) for _ in range(4)),
        here.handling.handle(Wish(stream, Pay(5)), cause(), asked=asked),
    )
    assert len(await here.store.events()) == 1


async def test_a_batch_remembers_how_far_the_journal_was_read() -> None:
    here = desk()
    await here.handling.handle_all([], progress={("journal", 2): 41})
    assert await here.store.progress() == {("journal", 2): 41}


# --- again -------------------------------------------------------------------------------------------------------


async def test_commands_at_once_are_decided_one_after_the_other() -> None:
    """Each starts again until it was first, so nobody decides on a state that has moved on."""
    here, stream = desk(), account()
    await here.do(stream, Pay(10))
    ended = await asyncio.gather(*(here.do(stream, Pay(-3)) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(one, Refusal) for one in ended) == 3
    state, _ = await here.handling.read(stream)
    assert state.cents == 1


class Jammed(MemoryStore):
    """A store in which another is always first."""

    tries = 0

    async def commit(self, commit: Commit) -> Sequence[Recorded]:  # noqa: ARG002 - whatever it is
        self.tries += 1
        raise StaleError


async def test_who_is_never_first_gives_way_in_the_end() -> None:
    store = Jammed(NAME)
    with pytest.raises(StaleError):
        await desk(store=store).do(account(), Open())
    assert store.tries == 20


# --- a batch -----------------------------------------------------------------------------------------------------


async def test_a_batch_over_several_streams_is_one_commit() -> None:
    here, streams = desk(), [account() for _ in range(3)]
    works = [Work(cause(), [Wish(stream, Pay(n))]) for n, stream in enumerate([*streams, streams[0]], start=1)]
    recorded = await here.handling.handle_all(works)
    assert [event.stream for event in recorded] == [*streams, streams[0]]
    assert [event.version for event in recorded] == [1, 1, 1, 2]
    assert len(here.noticed) == 1
    assert (await here.handling.read(streams[0]))[0].cents == 5


async def test_later_commands_of_a_batch_see_what_earlier_ones_decided() -> None:
    here, stream = desk(), account()
    works = [Work(cause(), [Wish(stream, Pay(cents))]) for cents in (5, -4, -2)]
    with pytest.raises(Refusal):
        await here.handling.handle_all(works)
    await here.handling.handle_all(works[:2])
    assert (await here.handling.read(stream))[0].cents == 1


async def test_one_refusal_leaves_the_whole_batch_undone() -> None:
    here, one, other = desk(), account(), account()
    works = [Work(cause(), [Wish(one, Pay(5))]), Work(cause(), [Wish(other, Pay(-5))])]
    with pytest.raises(Refusal):
        await here.handling.handle_all(works)
    assert list(await here.store.events()) == []


# --- rows and due moments ----------------------------------------------------------------------------------------


async def test_rows_follow_the_state() -> None:
    here, stream = desk(), account()
    await here.do(stream, Open())
    await here.do(stream, Pay(1000))
    row = await here.store.get("accounts", str(stream.id))
    assert row == Row("accounts", str(stream.id), {"cents": 1000, "memos": []}, ("looks=0",), "000001000")
    assert await here.store.get("rich", str(stream.id)) is not None
    await here.do(stream, Pay(-1))
    assert await here.store.get("rich", str(stream.id)) is None
    assert [one.key for one in await here.store.find("accounts", "looks=0")] == [str(stream.id)]


async def test_rows_hold_private_fields_as_they_are_stored() -> None:
    here, stream = desk(), account()
    await here.handling.handle_all([Work(cause(), [Wish(stream, Open()), Wish(stream, Pay(1, MEMO))])])
    row = await here.store.get("accounts", str(stream.id))
    assert row is not None
    ((shape, token),) = row.body["memos"][0].items()
    assert shape == "sealed"
    (fact,) = [fact for fact in await here.facts(stream) if isinstance(fact, Paid)]
    assert fact.memo == Private(Sealed(token))


async def test_a_row_in_clear_is_a_defect() -> None:
    service = Service(NAME, [Aggregate("account", DECIDER, SEALED.aggregates[0].rows, unseals=True)])
    here, stream = desk(service), account()
    await here.do(stream, Open())
    with pytest.raises(DefectError):
        await here.do(stream, Pay(1, MEMO))
    assert len(await here.facts(stream)) == 1


async def reminders(here: Desk) -> list[int]:
    return [due.arming for due in await MemoryDue(here.store).standing("reminder")]


async def test_due_moments_follow_the_state() -> None:
    here, stream = desk(), account()
    await here.do(stream, Open())
    assert await reminders(here) == [1]
    await here.do(stream, Pay(5))
    assert await reminders(here) == []
    await here.do(stream, Pay(-5))
    assert await reminders(here) == [1]


async def claimed(here: Desk) -> Due:
    (due,) = await MemoryDue(here.store).claim(["reminder"], NOON + timedelta(days=9), timedelta(minutes=1), 10)
    return due


async def test_what_fires_is_answered_and_gone_in_one_commit() -> None:
    here, stream = desk(), account()
    await here.do(stream, Open())
    for arming in (1, 2):
        due = await claimed(here)
        await here.handling.handle(Wish(stream, Remind(arming)), Cause.of_due(due), fired=due)
    assert await reminders(here) == []
    assert [type(fact) for fact in await here.facts(stream)] == [Opened, Reminded, Reminded]


async def test_what_fires_twice_is_answered_once() -> None:
    here, stream = desk(), account()
    await here.do(stream, Open())
    due = await claimed(here)
    fires = [here.handling.handle(Wish(stream, Remind(1)), Cause.of_due(due), fired=due) for _ in range(3)]
    ended = await asyncio.gather(*fires, return_exceptions=True)
    assert sum(isinstance(one, TakenError) for one in ended) == 2
    assert len(await here.facts(stream)) == 2


async def test_what_fires_while_its_stream_moves_is_decided_again() -> None:
    """The row still stands, so it need not wait for its lease to end."""
    here, stream = desk(), account()
    await here.do(stream, Open())
    due = await claimed(here)
    await asyncio.gather(
        here.do(stream, Look()),
        here.handling.handle(Wish(stream, Remind(1)), Cause.of_due(due), fired=due),
        here.do(stream, Look()),
    )
    assert sorted(type(fact).__name__ for fact in await here.facts(stream)) == [
        "Looked",
        "Looked",
        "Opened",
        "Reminded",
    ]


async def test_what_fires_and_stays_due_is_a_defect() -> None:
    here, stream = desk(), account()
    await here.do(stream, Open())
    due = await claimed(here)
    with pytest.raises(DefectError):
        await here.handling.handle(Wish(stream, Look()), Cause.of_due(due), fired=due)
    assert await reminders(here) == [1]


# --- sealing -----------------------------------------------------------------------------------------------------


async def test_what_is_stored_and_what_is_published_are_the_same_sealed_bytes() -> None:
    here, stream = desk(), account()
    await here.do(stream, Pay(1, MEMO))
    (outgoing,) = await MemoryOutbox(here.store).pending(10)
    assert outgoing.value == here.store.written[0].body
    assert MEMO.encode() not in outgoing.value
    _, (event,) = await here.handling.read(stream)
    assert event.fact == Paid(occurred_at=NOON, cents=1, memo=Private(MEMO))


async def test_a_state_that_does_not_unseal_never_sees_clear_text_again() -> None:
    here, stream = desk(), account()
    await here.do(stream, Pay(1, MEMO))
    state, _ = await here.handling.read(stream, unsealed=False)
    assert [memo.in_clear for memo in state.memos] == [False]


async def test_a_state_that_unseals_is_in_clear_when_it_decides() -> None:
    seen: list[str] = []

    def decide(state: Account, command: Any) -> Sequence[Any]:
        seen.extend(memo.reveal_or("erased") for memo in state.memos)
        return DECIDER.decide(state, command)

    service = Service(NAME, [Aggregate("account", replace(DECIDER, decide=decide), unseals=True)])
    here, stream = desk(service), account()
    await here.do(stream, Pay(1, MEMO))
    await here.do(stream, Look())
    await here.keyring.erase([stream.id], NOON)
    await here.do(stream, Look())
    assert seen == [MEMO, "erased"]


async def test_an_erased_subject_seals_to_erased() -> None:
    here, stream = desk(), account()
    await here.keyring.erase([stream.id], NOON)
    await here.do(stream, Pay(1, MEMO))
    _, (event,) = await here.handling.read(stream)
    assert event.fact == Paid(occurred_at=NOON, cents=1, memo=Private(Erased(NOON)))


@pytest.mark.parametrize("service", [SEALED, UNSEALED], ids=["sealed", "unsealed"])
async def test_an_unknown_key_is_tried_again_and_stores_nothing(service: Service) -> None:
    here, stream = desk(service, creates_keys=False), account()
    with pytest.raises(UnknownKeyError):
        await here.do(stream, Pay(1, MEMO), sequence=1)
    assert await here.facts(stream) == []
    await here.keyring.keys([stream.id], create=True)
    assert len(await here.do(stream, Pay(1, MEMO), sequence=1)) == 1


async def test_a_fact_without_anything_private_needs_no_key() -> None:
    here = desk(creates_keys=False)
    assert len(await here.do(account(), Pay(1))) == 1


async def test_an_event_is_read_sealed_where_nobody_asked_for_it_in_clear() -> None:
    here, stream = desk(), account()
    await here.do(stream, Pay(1, MEMO))
    await here.keyring.erase([stream.id], NOON)
    _, (event,) = await here.handling.read(stream, unsealed=False)
    assert isinstance(event.fact, Paid)
    assert event.fact.memo is not None
    assert event.fact.memo.erased is None


class Counting(MemoryKeyring):
    """A keyring that counts how often it is asked."""

    asked = 0

    async def keys(self, subjects: Any, *, create: bool = False) -> Mapping[UUID, Any]:
        self.asked += 1
        return await super().keys(subjects, create=create)


async def test_the_keyring_is_asked_once_for_a_whole_batch() -> None:
    here, streams = desk(UNSEALED), [account() for _ in range(5)]
    for stream in streams:
        await here.do(stream, Pay(1, MEMO))
    counting = Counting()
    counting._held = here.keyring._held
    here.handling.keyring = counting
    await here.handling.handle_all([Work(cause(), [Wish(stream, Look())]) for stream in streams])
    assert counting.asked == 1


async def test_an_event_of_a_kind_the_service_has_not_is_a_defect() -> None:
    with pytest.raises(DefectError):
        await desk().do(Stream("complaint", uuid4()), Open())


async def test_what_another_appended_is_decided_on() -> None:
    here, stream = desk(), account()
    await here.store.commit(Commit(NOON, [append(stream, Opened(occurred_at=NOON), Looked(occurred_at=NOON))]))
    assert list(await here.do(stream, Open())) == []
    (event,) = await here.do(stream, Pay(1))
    assert (event.version, event.sequence) == (3, 2)
