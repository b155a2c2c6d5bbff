from datetime import UTC, datetime
from typing import Any

import pytest

from gehoor.cli.replaying.complaints import Complaint, Rejected, as_complaint
from gehoor.cli.replaying.rows import Row
from gehoor.intake.channels.cloudevents import form_of, structured
from gehoor.intake.channels.form import ComplaintForm
from tests.unit.cli.test_mapping import mapping

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROW = {"id": "7", "when": "2026-05-01T10:00:00Z", "text": "No light in our street", "who": "", "mail": "", "kind": ""}


def made(changes: dict[str, str] | None = None, **mapped: Any) -> Complaint | Rejected:
    return as_complaint(Row(3, ROW | (changes or {})), mapping(**mapped), NOW)


def test_a_row_becomes_an_event_that_intake_can_read() -> None:
    complaint = made(
        {"who": "An Peeters", "mail": "an@example.org", "kind": "light"},
        name="{who}",
        email="{mail}",
        label="{kind}",
        language="en",
    )
    assert isinstance(complaint, Complaint)
    form = form_of(structured(complaint.event))
    assert isinstance(form, ComplaintForm)
    assert form.text == "No light in our street"
    assert form.name == "An Peeters"
    assert [(point.kind, point.address) for point in form.contact_points] == [("email", "an@example.org")]
    assert form.label == "light"
    assert form.occurred_at == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_the_same_row_is_the_same_event() -> None:
    first, again = made(), made()
    assert isinstance(first, Complaint)
    assert first == again
    assert (first.event["source"], first.event["id"]) == ("urn:test", "7")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-05-03", datetime(2026, 5, 2, 22, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("", None),
    ],
    ids=["a later day is its beginning", "the same day is not before it was received", "not yet"],
)
def test_when_it_was_answered_is_read_where_the_file_tells(said: str, at: datetime | None) -> None:
    complaint = made({"done": said}, answered={"from": "{done}", "formats": ["%Y-%m-%d"], "zone": "Europe/Amsterdam"})
    assert isinstance(complaint, Complaint)
    assert complaint.answered_at == at


def test_what_is_empty_is_left_out() -> None:
    complaint = made(name="{who}", email="{mail}", label="{kind}")
    assert isinstance(complaint, Complaint)
    assert set(complaint.event["data"]) == {"channel", "text"}


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"text": " "}, "text", "it is empty, and a complaint has its text"),
        ({"id": "a b"}, "id", "will not do as id"),
        ({"when": "yesterday"}, "when", "no moment of the form iso"),
        ({"when": "2026-07-01T00:00:00Z"}, "when", "it lies in the future"),
        ({"text": "a\x00b"}, "text", "it has control characters"),
        ({"text": "half \ud83d"}, "text", "it has characters that are no text"),
        ({"text": "x" * 20_001}, "text", "at most 20000 characters"),
        ({"kind": "me@example.org"}, "kind", "a term has 1 to 120 characters, no @"),
        ({"kind": "call 0475123456"}, "kind", "no seven digits in a row"),
        ({"who": "An\r\nBcc: all@example.org"}, "who", "a header holds no line end"),
    ],
)
def test_a_row_that_will_not_do_is_named_by_line_column_and_reason(
    changes: dict[str, str], column: str, reason: str
) -> None:
    rejected = made(changes, label="{kind}", name="{who}")
    assert isinstance(rejected, Rejected)
    assert (rejected.line, rejected.column) == (3, column)
    assert reason in rejected.reason


def test_the_reason_does_not_repeat_what_the_row_says() -> None:
    rejected = made({"kind": "an.peeters@example.org"}, label="{kind}")
    assert isinstance(rejected, Rejected)
    assert "peeters" not in rejected.reason


def test_only_says_which_rows_are_wanted() -> None:
    columns = mapping(only={"kind": ["1"]})
    assert columns.wants({"kind": "1"})
    assert not columns.wants({"kind": "0"})
    assert not columns.wants({})
