"""The audit finds what is wrong, and nothing where nothing is. Each fault is made by hand."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gehoor.events.envelope import Stream
from gehoor.runtime.auditing import Audit, Fault, audit
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import Cause, Message, Wish
from tests.ledger import Pay
from tests.unit.runtime.test_relaying import TOPIC, Post, relaying

Spoil = Callable[[list[Message]], list[Message]]


@pytest.fixture
async def post() -> Post:
    """Two accounts, all of whose facts are on the journal."""
    post = Post()
    for _ in range(2):
        await post.pay(1, 2, 3)
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
    return post


async def audited(post: Post, spoil: Spoil = lambda records: records) -> Audit:
    async def journal() -> AsyncIterator[Message]:
        for record in spoil(list(post.journal.records(TOPIC))):
            yield record

    return await audit(journal(), {"ledger": post.outbox})


def faults(found: Audit) -> list[Fault]:
    return [finding.fault for finding in found.findings]


def header(record: Message, name: str, value: bytes) -> Message:
    return replace(record, headers=[(n, value if n == name else v) for n, v in record.headers])


async def test_where_all_is_well_it_finds_nothing(post: Post) -> None:
    found = await audited(post)
    assert found == Audit(records=8, published={"ledger": 8}, pending={"ledger": 0})


async def test_what_is_still_in_the_outbox_is_excused_and_counted(post: Post) -> None:
    await post.pay(1)
    found = await audited(post)
    assert faults(found) == []
    assert (found.published, found.pending) == ({"ledger": 10}, {"ledger": 2})


async def test_what_comes_again_unchanged_is_counted_and_no_fault(post: Post) -> None:
    found = await audited(post, lambda records: [*records, *records[:3]])
    assert faults(found) == []
    assert found.doubled == 3


async def test_what_is_published_while_it_reads_is_no_fault(post: Post) -> None:
    async def journal() -> AsyncIterator[Message]:
        await post.pay(1)
        async with relaying(post.relay()):
            await post.pass_time(timedelta(seconds=1))
        for record in post.journal.records(TOPIC):
            yield record

    found = await audit(journal(), {"ledger": post.outbox})
    assert found.findings == []


def a_lost(records: list[Message]) -> list[Message]:
    return records[1:]


def b_changed(records: list[Message]) -> list[Message]:
    return [replace(records[0], value=b"{}"), *records[1:]]


def c_another_id(records: list[Message]) -> list[Message]:
    return [header(records[0], "ce_id", str(uuid4()).encode()), *records[1:]]


def d_changed_when_it_came_again(records: list[Message]) -> list[Message]:
    return [*records, replace(records[0], value=b"{}")]


def e_swapped(records: list[Message]) -> list[Message]:
    return [records[1], records[0], *records[2:]]


def f_invented(records: list[Message]) -> list[Message]:
    return [*records, header(records[-1], "ce_sequence", b"99")]


def g_from_nowhere(records: list[Message]) -> list[Message]:
    return [*records, header(records[-1], "ce_source", b"/gehoor/casino/table-1")]


def h_garbage(records: list[Message]) -> list[Message]:
    return [*records, Message(TOPIC, 0, 99, None, b"\xff", [("ce_source", b"\xff")])]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (a_lost, [Fault.MISSING]),
        (b_changed, [Fault.DIFFERENT]),
        (c_another_id, [Fault.DIFFERENT]),
        (d_changed_when_it_came_again, [Fault.DIFFERENT]),
        (e_swapped, [Fault.OVERTAKEN]),
        (f_invented, [Fault.NOT_STORED]),
        (g_from_nowhere, [Fault.UNKNOWN_SOURCE]),
        (h_garbage, [Fault.UNREADABLE]),
    ],
)
async def test_each_fault_is_found(post: Post, spoil: Spoil, expected: Sequence[Fault]) -> None:
    assert faults(await audited(post, spoil)) == expected


async def test_an_effect_before_its_cause_is_found() -> None:
    post = Post(store=MemoryStore("ledger"))
    one = UUID(int=1)
    first = await post.handling.handle(Wish(Stream("account", one), Pay(1)), Cause(uuid4(), one))
    await post.handling.handle(Wish(Stream("account", one), Pay(2)), Cause(first[0].id, one))
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))
    assert faults(await audited(post)) == []
    swapped = faults(await audited(post, lambda records: records[::-1]))
    assert sorted(swapped) == [Fault.BEFORE_ITS_CAUSE, Fault.OVERTAKEN]
