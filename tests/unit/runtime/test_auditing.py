"""Each thing the audit looks for, with a journal that has it: a checker that nothing can fail is none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.routing import AssignReason, OwnerAssigned, PersonAbsent, PersonReturned
from gehoor.runtime.auditing import Audit, Fault

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SUBJECT = UUID("01920000-0000-7000-8000-000000000001")
STREAM = Stream("matter", SUBJECT)
CAUSE = UUID(int=99)
LISTENS = {"routing.owner-assigned.v1"}


def stored(sequence: int, *, desk: str = "front-line", cause: UUID = CAUSE, stream: Stream = STREAM) -> Recorded:
    return Recorded(
        id=uuid5(stream.id, str(sequence)),
        service="routing",
        stream=stream,
        fact=OwnerAssigned(occurred_at=NOW, desk=desk, why=AssignReason.CLASSIFIED, hand_off=sequence),
        recorded_at=NOW,
        causation=cause,
        correlation=CAUSE,
        sequence=sequence,
        version=sequence,
        position=sequence,
    )


ALL = [stored(1), stored(2), stored(3)]


def audited(
    store: Sequence[Recorded],
    journal: Sequence[Recorded],
    *,
    waiting: Sequence[int] = (),
    handled: int | None = None,
    read: int = 100,
    held: Sequence[UUID] = (),
    aside: Sequence[tuple[int, int]] = (),
) -> Audit:
    audit = Audit()
    audit.store(store)
    audit.wait_for("routing", waiting)
    for offset, event in enumerate(journal):
        audit.read(0, offset, replace(event, version=0, position=0))
    last = {one.source: handled if handled is not None else len(store) for one in journal}
    audit.hear("sla", LISTENS, last, {0: read}, held, aside=aside)
    return audit


def faults(audit: Audit) -> list[Fault]:
    return [finding.fault for finding in audit.findings()]


def test_a_journal_that_tells_what_the_stores_hold_has_no_fault() -> None:
    audit = audited(ALL, ALL)
    assert faults(audit) == []
    assert audit.counts()["routing"] == {"stored": 3, "on_the_journal": 3, "waiting": 0, "still_to_hear": 0}


@pytest.mark.parametrize(
    ("store", "journal", "fault"),
    [
        (ALL, ALL[:2], Fault.MISSING),
        (ALL[:2], ALL, Fault.FOREIGN),
        (ALL, [*ALL[:2], stored(3, desk="back-office")], Fault.OTHER),
        ([ALL[0], ALL[2]], [ALL[0], ALL[2]], Fault.GAP),
        (ALL, [ALL[1], ALL[0], ALL[2]], Fault.DISORDER),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_what_is_not_as_it_was_stored_is_found(
    store: Sequence[Recorded], journal: Sequence[Recorded], fault: Fault
) -> None:
    assert fault in faults(audited(store, journal))


def test_an_effect_before_its_cause_is_found() -> None:
    other = Stream("roster", SUBJECT)
    effect, cause = stored(1, cause=uuid5(other.id, "2")), stored(2, stream=other)
    first = stored(1, stream=other)
    first = replace(first, id=UUID(int=5))
    assert faults(audited([effect, first, cause], [effect, first, cause])) == [Fault.EARLY]
    assert faults(audited([effect, first, cause], [first, cause, effect])) == []


def test_what_waits_in_the_outbox_is_on_its_way() -> None:
    assert faults(audited(ALL, ALL[:2], waiting=[3])) == []


def test_a_fact_published_twice_is_counted_and_no_fault() -> None:
    audit = audited(ALL, [*ALL, ALL[0]])
    assert faults(audit) == []
    assert audit.again == 1


def test_what_a_service_keeps_to_itself_is_not_looked_for() -> None:
    assert faults(audited([*ALL, replace(stored(4), sequence=None)], ALL)) == []


def test_what_was_read_and_not_handled_is_found() -> None:
    audit = audited(ALL, ALL, handled=2)
    assert faults(audit) == [Fault.UNHEARD]


def test_what_is_still_to_be_read_is_counted_and_no_fault() -> None:
    audit = audited(ALL, ALL, handled=2, read=2)
    assert faults(audit) == []
    assert audit.counts()["sla"]["still_to_hear"] == 1


def test_what_is_parked_is_no_fault() -> None:
    assert faults(audited(ALL, ALL, handled=2, held=[SUBJECT])) == []


def test_what_nobody_here_listens_to_need_not_be_handled() -> None:
    away = replace(stored(1), fact=PersonAbsent(occurred_at=NOW, person="st_ben", desk="back-office"))
    back = replace(stored(2), fact=PersonReturned(occurred_at=NOW, person="st_ben", desk="back-office"))
    assert faults(audited([away, back], [away, back], handled=0)) == []


def test_a_record_that_is_no_fact_is_found() -> None:
    audit = audited(ALL, ALL)
    audit.fail_to_read(3, 17, "the body is no JSON object")
    (finding,) = audit.findings()
    assert str(finding) == "unreadable: journal 3/17: the body is no JSON object"


def test_a_record_that_is_no_fact_is_accounted_for_where_a_service_parked_or_dropped_it() -> None:
    audit = audited(ALL, ALL, aside=[(3, 17)])
    audit.fail_to_read(3, 17, "the body is no JSON object")
    assert (faults(audit), audit.accounted) == ([], 1)
    audit.fail_to_read(3, 18, "the record has no body")
    assert (faults(audit), audit.accounted) == ([Fault.UNREADABLE], 1)


def test_a_stranger_s_fact_is_accounted_for_where_a_service_dropped_it() -> None:
    strange = [*ALL, replace(stored(9), id=UUID(int=9))]
    assert faults(audited(ALL, strange, handled=9)) == [Fault.FOREIGN]
    audit = audited(ALL, strange, handled=9, aside=[(0, 3)])
    assert (faults(audit), audit.accounted) == ([], 1)


def test_a_stranger_s_fact_puts_no_other_in_disorder() -> None:
    strange = [replace(stored(9), id=UUID(int=9)), *ALL]
    assert faults(audited(ALL, strange, handled=9)) == [Fault.FOREIGN]


def test_a_fact_that_was_dropped_need_not_be_handled() -> None:
    assert faults(audited(ALL, ALL, handled=2)) == [Fault.UNHEARD]
    assert faults(audited(ALL, ALL, handled=2, aside=[(0, 2)])) == []


def test_what_is_missing_stays_so_whatever_was_parked() -> None:
    (finding,) = audited(ALL, ALL[:2], aside=[(0, 2)]).findings()
    assert finding.fault is Fault.MISSING
    assert str(finding).endswith("at position 3"), "where to republish from"


def test_what_was_stored_while_the_journal_was_read_is_asked_for_again() -> None:
    audit = audited(ALL[:2], ALL, handled=3)
    assert audit.unknown() == {"routing": {STREAM}}
    audit.find([*ALL, stored(4)])
    assert faults(audit) == []
