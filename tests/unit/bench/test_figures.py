"""What the table says of what was measured."""

from collections.abc import Sequence

import pytest

from tests.bench import printing
from tests.bench.figures import Breakdown, Figure, Measured, ms, percentile
from tests.bench.outside import WHOLE, Journal

SUBJECT = b"0192f0c1-0000-7000-8000-000000000001"


def _headers(type_: str) -> Sequence[tuple[str, bytes]]:
    return [
        ("ce_subject", SUBJECT),
        ("ce_type", type_.encode()),
        ("ce_recordedtime", b"1970-01-01T00:01:40+00:00"),
    ]


def test_nearly_all_values_are_below_the_99th_percentile() -> None:
    values = [float(number) for number in range(1, 1002)]
    assert percentile(values, 50) == 501
    assert percentile(values, 99) == 991


def test_a_complaint_is_whole_once_the_last_of_its_facts_was_seen() -> None:
    journal = Journal()
    facts = list(WHOLE.elements())
    for moment, type_ in enumerate(facts[:-1]):
        journal.note(_headers(type_), float(moment), 0.0)
        assert SUBJECT.decode() not in journal.whole
    journal.note(_headers(facts[-1]), 99.0, 0.0)
    assert journal.whole == {SUBJECT.decode(): 99.0}


def test_the_first_fact_of_a_type_says_when_it_was_seen_and_decided() -> None:
    journal = Journal()
    type_ = next(iter(WHOLE))
    journal.note(_headers(type_), 7.0, 98.0)
    journal.note(_headers(type_), 8.0, 98.0)
    assert journal.seen[SUBJECT.decode()] == {type_: (7.0, 2.0)}


@pytest.mark.parametrize(("met", "said"), [(True, "| yes |"), (False, "| **no** |")])
def test_a_row_says_whether_it_is_as_wanted(met: bool, said: str, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001 - what is said
    figure = Figure("P1", "latency", "at most 25 ms", ms(0.03), ms(0.005), 6.0, met)
    printing.show([Measured([figure], [Breakdown("Stages", ("stage", "p50"), [("all", "1 ms")])])], "2 cores")
    told = capsys.readouterr().out
    assert f"| P1 | latency | at most 25 ms | 30.0 ms | 5.0 ms | 6.00 {said}" in told
    assert "| all | 1 ms |" in told
    assert "2 cores." in told
