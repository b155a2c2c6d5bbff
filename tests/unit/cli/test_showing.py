"""What is shown can be copied: no id is cut, however narrow the terminal."""

import pytest

from gehoor.cli.showing import show_rows

PLACE, SUBJECT = "complaints.journal/3/1207", "0192f0c1-7f3a-7e55-9b1d-6f4d2c1a0b9e"
REASON = "the [first] record of many that a stranger wrote, none of which is a fact of anybody that we know of"


def shown(capsys: pytest.CaptureFixture[str], reason: str = REASON) -> list[str]:
    row = ("partner-escalation", PLACE, SUBJECT, "", reason)
    show_rows(("service", "place", "subject", "type", "reason"), [row])
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("COLUMNS", "80")
    return monkeypatch


@pytest.mark.usefixtures("narrow")
def test_in_a_pipe_a_row_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    _, row = shown(capsys)
    assert row.split() == ["partner-escalation", PLACE, SUBJECT, *REASON.split()]


def test_in_a_narrow_terminal_words_fold_and_none_is_cut(
    capsys: pytest.CaptureFixture[str], narrow: pytest.MonkeyPatch
) -> None:
    narrow.setenv("TTY_COMPATIBLE", "1")
    narrow.setenv("TERM", "dumb")
    _, first, *more = shown(capsys)
    assert first.split()[:3] == ["partner-escalation", PLACE, SUBJECT]
    assert more, "the reason is folded"
    assert [*first.split()[3:], *" ".join(more).split()] == REASON.split()


def test_in_a_wide_terminal_nothing_is_folded(capsys: pytest.CaptureFixture[str], narrow: pytest.MonkeyPatch) -> None:
    narrow.setenv("TTY_COMPATIBLE", "1")
    narrow.setenv("TERM", "xterm")
    narrow.setenv("COLUMNS", "220")
    _, row = shown(capsys)
    assert row.split()[-1] == "of"
