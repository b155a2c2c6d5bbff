"""The audit finds what is wrong, and nothing where nothing is. Each fault is made by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from gehoor.events.envelope import UnreadableError, from_record
from gehoor.runtime.auditing import Audit, Fault
from gehoor.runtime.ports import Cause, Message, Wish
from tests.ledger import Opened, Paid, Pay, account
from tests.unit.runtime.test_relaying import TOPIC, Post, relaying

Spoil = Callable[[list[Message]], list[Message]]
LISTENS = [Opened.type, Paid.type]


@pytest.fixture
async def post() -> Post:
    """Two accounts, all of whose facts are on the journal."""
    post = Post()
    for _ in range(2):
        await post.pay(1, 2, 3)
    await relay_all(post)
    return post


async def relay_all(post: Post) -> None:
    async with relaying(post.relay()):
        await post.pass_time(timedelta(seconds=1))


async def audited(post: Post, spoil: Spoil = lambda records: records) -> Audit:
    audit = Audit()
    audit.store(await post.store.events())
    audit.wait_for("ledger", [record.position for record in await post.outbox.pending(100)])
    for record in spoil(list(post.journal.records(TOPIC))):
        try:
            audit.read(record.partition, record.offset, from_record(record.headers, record.value))
        except UnreadableError as why:
            audit.fail_to_read(record.partition, record.offset, str(why))
    return audit


def faults(audit: Audit) -> list[Fault]:
    return [finding.fault for finding in audit.findings()]


def header(record: Message, name: str, value: bytes) -> Message:
    return replace(record, headers=[(n, value if n == name else v) for n, v in record.headers])


def again(record: Message) -> Message:
    return replace(record, offset=record.offset + 100)


async def test_where_all_is_well_it_finds_nothing(post: Post) -> None:
    audit = await audited(post)
    assert faults(audit) == []
    assert audit.counts() == {"ledger": {"stored": 8, "on_the_journal": 8, "waiting": 0, "still_to_hear": 0}}


async def test_what_is_still_in_the_outbox_is_excused_and_counted(post: Post) -> None:
    await post.pay(1)
    audit = await audited(post)
    assert faults(audit) == []
    assert audit.counts()["ledger"]["waiting"] == 2


async def test_what_comes_again_unchanged_is_counted_and_no_fault(post: Post) -> None:
    audit = await audited(post, lambda records: [*records, *map(again, records[:3])])
    assert faults(audit) == []
    assert audit.again == 3


def lose(records: list[Message]) -> list[Message]:
    return records[1:]


def change(records: list[Message]) -> list[Message]:
    return [header(records[0], "ce_recordedtime", b"2020-01-01T00:00:00+00:00"), *records[1:]]


def change_when_it_comes_again(records: list[Message]) -> list[Message]:
    return [*records, *map(again, change(records)[:1])]


def swap(records: list[Message]) -> list[Message]:
    first, second, *others = records
    return [replace(second, offset=first.offset), replace(first, offset=second.offset), *others]


def invent(records: list[Message]) -> list[Message]:
    return [*records, header(header(again(records[-1]), "ce_sequence", b"99"), "ce_id", str(uuid4()).encode())]


def litter(records: list[Message]) -> list[Message]:
    return [*records, Message(TOPIC, 0, 99, None, b"\xff", [("ce_source", b"\xff")])]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lose, [Fault.MISSING]),
        (change, [Fault.OTHER]),
        (change_when_it_comes_again, [Fault.OTHER]),
        (swap, [Fault.DISORDER]),
        (invent, [Fault.FOREIGN]),
        (litter, [Fault.UNREADABLE]),
    ],
)
async def test_each_fault_is_found(post: Post, spoil: Spoil, expected: Sequence[Fault]) -> None:
    assert faults(await audited(post, spoil)) == expected


async def test_an_effect_before_its_cause_is_found() -> None:
    post, stream = Post(), account()
    (first,) = await post.handling.handle(Wish(stream, Pay(1)), Cause(uuid4(), stream.id))
    await post.handling.handle(Wish(stream, Pay(2)), Cause(first.id, stream.id))
    await relay_all(post)
    assert faults(await audited(post)) == []
    assert sorted(faults(await audited(post, swap))) == [Fault.DISORDER, Fault.EARLY]


async def test_what_a_service_has_read_past_and_not_handled_is_found(post: Post) -> None:
    ends = {partition: end for (_, partition), end in post.journal.ends([TOPIC]).items()}
    audit = await audited(post)
    audit.hear("reader", LISTENS, dict.fromkeys(audit.sources, 4), ends, ())
    assert faults(audit) == []
    audit.hear("reader", LISTENS, dict.fromkeys(audit.sources, 3), ends, ())
    assert faults(audit) == [Fault.UNHEARD, Fault.UNHEARD]
    audit.hear("reader", LISTENS, {}, dict.fromkeys(ends, 0), ())
    assert faults(audit) == []
    assert audit.counts()["reader"]["still_to_hear"] == 8
