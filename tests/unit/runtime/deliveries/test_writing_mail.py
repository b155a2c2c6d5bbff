"""How a mail is written."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest

from gehoor.runtime.deliveries.mail import write
from gehoor.runtime.ports import Mail

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = UUID("0192f0c1-0000-7000-8000-000000000000")
SENDER = "Klachtendienst <klachten@example.org>"


def mail(**changed: Any) -> Mail:
    return replace(Mail(KEY, "els@example.net", "Uw klacht", "Wij bellen u.\n"), **changed)


def read(written: Mail) -> Any:
    return message_from_bytes(write(written, SENDER, NOW).as_bytes(), policy=policy.default)


def test_a_mail_has_the_same_id_over_all_attempts() -> None:
    assert read(mail())["Message-ID"] == read(mail(text="x"))["Message-ID"] == f"<{KEY}@example.org>"


def test_a_mail_by_a_machine_asks_machines_not_to_answer() -> None:
    assert read(mail())["Auto-Submitted"] == "auto-generated"
    assert read(mail(automatic=False))["Auto-Submitted"] is None


def test_the_reference_stands_in_the_subject_and_in_a_header() -> None:
    written = read(mail(reference="ABCD-EFGH"))
    assert written["Subject"] == "Uw klacht [ABCD-EFGH]"
    assert written["X-Gehoor-Reference"] == "ABCD-EFGH"


def test_an_answer_stays_in_its_thread() -> None:
    written = read(mail(in_reply_to="<a@example.net>"))
    assert written["In-Reply-To"] == written["References"] == "<a@example.net>"


def test_words_of_any_language_arrive_as_they_were() -> None:
    written = read(mail(subject="Klacht über Brüssel, čau 漢字", text="Ça va être réglé.\n€ 5\n"))
    assert written["Subject"] == "Klacht über Brüssel, čau 漢字"
    assert written.get_content().replace("\r\n", "\n") == "Ça va être réglé.\n€ 5\n"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x00"])
@pytest.mark.parametrize("field", ["to", "subject", "reference", "in_reply_to", "language"])
def test_a_line_end_in_a_header_is_refused(field: str, end: str) -> None:
    with pytest.raises(ValueError, match=r"header|address"):
        write(mail(**{field: f"a@example.net{end}Bcc: everybody@example.net"}), SENDER, NOW)


@pytest.mark.parametrize(
    "to", ["", "els", "els@example.net, jan@example.net", "Els <els@example.net>", "els@example.net els@b.example"]
)
def test_a_mail_goes_to_one_bare_address(to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        write(mail(to=to), SENDER, NOW)
