"""The policy: its numbers are followed, its mistakes are named by file and field."""

from datetime import timedelta
from pathlib import Path

import pytest

from gehoor.events.deciding import Refusal
from gehoor.events.terms import Channel
from gehoor.intake.domain.state import Purpose
from gehoor.intake.policy import Policy, PolicyError, read
from tests.unit.intake.examples import DAY, HOUR, MONDAY

FOLDER = Path(__file__).parents[3] / "deploy" / "policy"
TEXT = (FOLDER / "default.yaml").read_text("utf-8")
POLICY = read(TEXT, "default.yaml")


@pytest.mark.parametrize("file", ["default.yaml", "demo.yaml"])
def test_the_policies_that_come_with_the_house_can_be_followed(file: str) -> None:
    policy = read((FOLDER / file).read_text("utf-8"), file)
    for purpose in Purpose:
        for language in policy.intake.languages:
            assert policy.letter(purpose, language)[0] == language


@pytest.mark.parametrize(
    ("wrong", "instead", "said"),
    [
        ("coordinator: coordinator\n  receiving", "coordinator: nobody\n  receiving", "there is no desk nobody"),
        ("objection_period: 14 days", "objection_period: a while", "intake.objection_period"),
        ("unreachable_attempts: 3", "unreachable_attempts: 0", "intake.unreachable_attempts"),
        ("subject: Dank voor uw melding", "subject: Dank {name}", "{name} stands for nothing"),
        ("ahead: 1 minute", "ahead: 1 minute\n  behind: 2 minutes", "intake.behind"),
        ("  language: nl", "  language: es", "it is not among the languages"),
    ],
)
def test_a_mistake_is_named_by_file_and_field(wrong: str, instead: str, said: str) -> None:
    assert wrong in TEXT
    with pytest.raises(PolicyError, match=r"^somewhere\.yaml: ") as refused:
        read(TEXT.replace(wrong, instead, 1), "somewhere.yaml")
    assert said in str(refused.value)


def test_the_channel_names_the_receiving_desk_and_the_coordinator_stands_in() -> None:
    bare = POLICY.model_copy(update={"intake": POLICY.intake.model_copy(update={"receiving": {}})})
    assert POLICY.receiving(Channel.PHONE) == "front-line"
    assert bare.receiving(Channel.PHONE) == "coordinator"
    assert bare.receiving(Channel.PHONE, "audience") == "audience"


def test_something_may_have_happened_a_while_ago() -> None:
    assert POLICY.happened(None, MONDAY) == MONDAY
    assert POLICY.happened(MONDAY - DAY, MONDAY) == MONDAY - DAY
    assert POLICY.happened(MONDAY - 1000 * DAY, MONDAY, Channel.SYSTEM) == MONDAY - 1000 * DAY


@pytest.mark.parametrize("moment", [MONDAY + HOUR, MONDAY - 15 * DAY])
def test_nothing_happened_in_the_future_or_too_long_ago(moment: object) -> None:
    with pytest.raises(Refusal):
        POLICY.happened(moment, MONDAY)  # type: ignore[arg-type]


def test_a_callers_clock_may_be_a_little_ahead() -> None:
    assert POLICY.happened(MONDAY + timedelta(seconds=30), MONDAY) == MONDAY + timedelta(seconds=30)


def test_a_language_without_a_text_is_answered_in_the_organisations_own() -> None:
    assert POLICY.letter(Purpose.THANKS, "es")[0] == "nl"


@pytest.mark.parametrize("address", ["NoReply@example.org", "mailer-daemon@example.org", "bounce+1@example.org"])
def test_nobody_writes_to_a_machine(address: str) -> None:
    assert not POLICY.acknowledges(Channel.EMAIL, address)


@pytest.mark.parametrize(
    ("message", "language", "vague"),
    [
        ("Ik  zal\nKijken of er iets kan.", "nl", True),
        ("We will look into it.", "en", True),
        ("We will look into it.", "nl", False),
        ("Vrijdag voor vijf bel ik u.", "nl", False),
    ],
)
def test_what_is_heard_as_a_promise_and_is_none_is_noticed(message: str, language: str, *, vague: bool) -> None:
    assert (POLICY.vague(message, language) is not None) is vague


def test_a_desk_may_have_a_language_of_its_own() -> None:
    desks = {**POLICY.desks, "audience": POLICY.desks["audience"].model_copy(update={"language": "fr"})}
    policy: Policy = POLICY.model_copy(update={"desks": desks})
    assert (policy.language("audience"), policy.language("newsroom")) == ("fr", "nl")
