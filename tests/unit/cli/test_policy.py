import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gehoor.cli.deriving import derive, desk_of, read_categories
from gehoor.cli.plainly import MisusedError
from gehoor.cli.policy import findings
from gehoor.events.terms import ClockKind
from gehoor.routing.policy import Matter
from gehoor.routing.policy import read as read_routing
from gehoor.sla.policy import read as read_sla

POLICIES = Path(__file__).parents[3] / "deploy/policy"
DEFAULT = (POLICIES / "default.yaml").read_text("utf-8")
CATEGORIES = {
    "bladeren": {"name": "Bladeren", "departments": ["Groen (GR)", "Klant (KC)"], "promised_working_days": 5},
    "dumping": {"name": "Dumping", "departments": ["Reiniging (RE)", "Klant (KC)"], "promised_working_days": 1},
}


def derived(calendar: str | None = None) -> dict[str, Any]:
    return derive(yaml.safe_load(DEFAULT), read_categories(json.dumps(CATEGORIES)), calendar=calendar)


@pytest.mark.parametrize("file", sorted(POLICIES.glob("*.yaml")), ids=lambda file: file.name)
def test_every_policy_that_comes_with_the_house_can_be_followed(file: Path) -> None:
    assert list(findings(file.read_text("utf-8"), file.name)) == []


@pytest.mark.parametrize(
    ("before", "after", "service", "field", "message"),
    [
        ("  hand_off_limit: 2", "  hand_off_limit: many", "routing", "routing.hand_off_limit", "integer"),
        ("    video-service: {desk: product}", "    video-service: {desk: nobody}", "routing",
         "routing.categories.video-service.desk", "there is no desk nobody"),
        ("  reports: newsroom", "  reports: attic", "intake", "intake.reports", "there is no desk attic"),
        ("  unreachable_attempts: 3", "  unreachable: 3", "intake", "intake.unreachable", "Extra inputs"),
        ("    transfer: {within: 4 working hours}", "    transfer: {within: soon}", "sla",
         "sla.clocks.transfer.within", "a span is written"),
        ('"https://partner.example/hooks"', '"ftp://partner.example"', "partner-escalation",
         "partners.sponsor.webhook.url", "http:// or https://"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_service_field_and_line(
    before: str, after: str, service: str, field: str, message: str
) -> None:
    assert DEFAULT.count(before) == 1
    broken = DEFAULT.replace(before, after)
    (found,) = [one for one in findings(broken, "broken.yaml") if one.field == field]
    assert found.service == service
    assert message in found.message
    assert found.line is not None
    assert after.strip().split(":")[0].strip('" ') in broken.splitlines()[found.line - 1]


@pytest.mark.parametrize(
    ("added", "field", "message"),
    [
        ("partnerz: {}", "partnerz", "no service reads this"),
        ("version: another", "version", "it stands on line"),
        ("extra: {a: [{b: 1, b: 2}]}", "extra.a.0.b", "it stands on line"),
    ],
)
def test_what_would_be_left_out_in_silence_is_named(added: str, field: str, message: str) -> None:
    broken = f"{DEFAULT}\n{added}\n"
    (found,) = [one for one in findings(broken, "broken.yaml") if one.field == field]
    assert message in found.message
    assert found.line == len(broken.splitlines())


def test_what_is_missing_is_named_where_it_should_have_been() -> None:
    broken = DEFAULT.replace("  objection_period: 14 days\n", "")
    (found,) = [one for one in findings(broken, "x") if one.field == "intake.objection_period"]
    assert found.line == next(at for at, line in enumerate(broken.splitlines(), start=1) if line == "intake:")


def test_what_is_no_yaml_is_told_with_its_line() -> None:
    (found,) = findings("version: x\ndesks: [a\n", "x")
    assert found.message.startswith("no YAML")
    assert found.line == 3


def test_a_derived_policy_can_be_followed_by_all() -> None:
    assert list(findings(yaml.safe_dump(derived()), "derived.yaml")) == []


def test_a_category_goes_to_the_department_that_is_most_particular_to_it() -> None:
    policy = read_routing(yaml.safe_dump(derived()), "derived.yaml")
    found = policy.classify(Matter.of("", language="nl", label="bladeren"))
    assert (found.category, found.desk) == ("bladeren", "groen")
    assert policy.classify(Matter.of("", language="nl", label="Dumping")).desk == "reiniging"


def test_what_was_promised_with_a_category_is_when_it_is_due() -> None:
    sla = read_sla(yaml.safe_dump(derived("hilversum-office")), "derived.yaml").sla
    promised = sla.clocks[ClockKind.RESOLUTION].of("bladeren")
    assert (str(promised.within), promised.calendar) == ("5 working days", "hilversum-office")
    assert str(sla.clocks[ClockKind.RESOLUTION].of("dumping").within) == "1 working day"
    assert sla.clocks[ClockKind.RESOLUTION].of("noise").basis == "bestuursdecreet-2018"


def test_the_base_keeps_its_rules_behind_the_new_ones() -> None:
    base = yaml.safe_load(DEFAULT)
    assert derived()["routing"]["rules"][-len(base["routing"]["rules"]) :] == base["routing"]["rules"]
    assert base == yaml.safe_load(DEFAULT)


@pytest.mark.parametrize(
    ("department", "desk"),
    [("Coördinator Groen (CGr)", "coordinator-groen"), ("Klant Contact Centrum (KCC)", "klant-contact-centrum")],
)
def test_a_department_is_a_desk_by_its_name(department: str, desk: str) -> None:
    assert desk_of(department) == desk


def test_categories_that_are_none_are_told_by_field() -> None:
    with pytest.raises(MisusedError, match=r"dumping\.promised_working_days"):
        read_categories(json.dumps({"dumping": {"name": "Dumping", "departments": ["x"]}}))
