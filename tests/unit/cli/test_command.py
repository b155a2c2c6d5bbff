"""How the command ends, and what it says, when it is asked wrongly."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gehoor.cli.installation import Installation, ServiceAccess
from gehoor.cli.main import app

HOUSE = Path(__file__).parents[3]
AWAY = "postgresql://intake:secret@127.0.0.1:1/gehoor"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GEHOOR_INSTALLATION", raising=False)
    return CliRunner()


def away(folder: Path) -> Path:
    """An installation none of whose servers answers."""
    access = ServiceAccess(url="http://127.0.0.1:1", dsn=AWAY)
    Installation(kafka="127.0.0.1:1", installation_key="x", services={"intake": access}, keys={"operator": "k"}).write(
        folder
    )
    return folder / "installation.json"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["audit"], 2, "start one with `gehoor up`"),
        (["rebuild"], 2, "name a view, or say --all"),
        (["keys", "create", "x"], 2, "say what it may do"),
        (["keys", "create", "x", "--scope", "intake"], 2, "no scope: intake"),
        (["keys", "create", "x", "--scope", "intake:fly"], 2, "no scope: intake:fly; there are intake:erase"),
        (["keys", "create", "x", "--as", "partner"], 2, "--partner"),
        (["parked", "drop", "sla", "somewhere", "--because", "a test"], 2, "is no place"),
        (["parked", "retry", "sla"], 2, "--all"),
        (["republish", "sla", "--from", "0"], 2, "--from"),
        (["replay", "missing.csv", "--mapping", "missing.yaml"], 2, "missing.yaml can't be read"),
        (["policy", "check", "missing.yaml"], 2, "missing.yaml can't be read"),
        (["unheard-of"], 2, "No such command"),
    ],
)
def test_asked_wrongly_it_ends_with_2_and_says_why_in_a_line(
    asked: CliRunner, arguments: list[str], code: int, said: str
) -> None:
    result = asked.invoke(app, arguments)
    assert result.exit_code == code, result.output
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["keys", "list"], "the database is away"),
        (["tail", "--once"], "the broker does not answer"),
    ],
)
def test_what_does_not_answer_is_a_failure_told_in_a_line(
    asked: CliRunner, tmp_path: Path, arguments: list[str], said: str
) -> None:
    result = asked.invoke(app, [*arguments, "--installation", str(away(tmp_path))])
    assert result.exit_code == 1, result.output
    assert result.output.startswith("gehoor: ")
    assert said in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [["republish", "x"], ["parked", "retry", "x", "--all"], ["rebuild", "a", "--service", "x"]]
)
def test_a_service_that_there_is_none_of_is_asked_wrongly(
    asked: CliRunner, tmp_path: Path, arguments: list[str]
) -> None:
    result = asked.invoke(app, [*arguments, "--installation", str(away(tmp_path))])
    assert (result.exit_code, result.output) == (2, "gehoor: no service 'x': there are intake\n")


def test_rows_can_be_checked_without_sending_any(asked: CliRunner, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "Ticket #,Customer Complaint,Date,Time,Received Via,City,State\n1,a,22-04-2015,03:53:50 PM,Internet,,\n"
    )
    mapping = str(HOUSE / "deploy/replay/telecom.yaml")
    result = asked.invoke(app, ["replay", str(rows), "--mapping", mapping, "--check"])
    assert result.exit_code == 0, result.output
    assert "1 of 1 rows will do" in result.output


def test_a_row_that_will_not_do_is_a_finding(asked: CliRunner, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("Ticket #,Customer Complaint,Date,Time,Received Via,City,State\n1,a,22-04-2015,noon,Internet,,\n")
    mapping = str(HOUSE / "deploy/replay/telecom.yaml")
    result = asked.invoke(app, ["replay", str(rows), "--mapping", mapping, "--check", "--json"])
    assert result.exit_code == 1, result.output
    assert json.loads(result.stdout)["rejected"] == 1


def test_a_policy_is_checked_for_a_machine_to_read(asked: CliRunner) -> None:
    result = asked.invoke(app, ["policy", "check", str(HOUSE / "deploy/policy/default.yaml"), "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_what_destroys_asks_first_and_where_nobody_can_be_asked_does_nothing(asked: CliRunner, tmp_path: Path) -> None:
    place = "complaints.journal/0/1"
    arguments = ["parked", "drop", "intake", place, "--because", "a test", "-i", str(away(tmp_path))]
    result = asked.invoke(app, arguments)
    assert result.exit_code == 2
    assert "Say --yes" in result.output


@pytest.mark.parametrize(
    "command", [["replay"], ["audit"], ["republish"], ["parked", "retry"], ["keys", "create"], ["policy", "derive"]]
)
def test_help_teaches_with_an_example(asked: CliRunner, command: list[str]) -> None:
    result = asked.invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert f"gehoor {' '.join(command)}" in result.output
