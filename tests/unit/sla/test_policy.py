"""The policy as it is written: what it means, and what is refused with the field that is wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gehoor.events.sla import DeliveryChannel, EscalationRaised
from gehoor.events.terms import ClockKind
from gehoor.sla.domain import watch_decider
from gehoor.sla.policy import PolicyError, read
from tests.unit.sla.saying import BACK, FRONT, NEWSROOM, POLICY, at, clock_of, fire, received

SHIPPED = Path(__file__).parents[3] / "deploy" / "policy"
WRITTEN = """
version: small-1
desks: {front-line: {calendar: office}}
sla:
  calendars:
    office: {zone: Europe/Brussels, hours: {mon-fri: ["09:00-17:00"]}}
  calendar: office
  clocks:
    acknowledgement: {within: 10 calendar days}
    first-answer: {within: 1 working day}
    resolution: {within: 45 calendar days}
    transfer: {within: 4 working hours}
    partner-answer: {within: 3 working days}
    report: {within: 2 working hours}
  ladder: [{role: deputy, answer_within: 2 working hours}]
  addressees: {deputy: {mail: deputy@ours.example}}
"""


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_policy_that_is_shipped_can_be_followed(file: Path) -> None:
    policy = read(file.read_text("utf-8"), file.name)
    start = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
    for kind in policy.sla.clocks:
        deadline = policy.deadline(kind, start, desk="audience")
        assert deadline is None or deadline.due > start
    assert policy.rung(1, start, desk="audience").channels


@pytest.mark.parametrize(
    ("written", "instead", "field"),
    [
        ("10 calendar days", "ten days", "sla.clocks.acknowledgement.within"),
        ("calendar: office\n  clocks", "calendar: nowhere\n  clocks", "sla.calendar: there is no calendar nowhere"),
        ("{calendar: office}", "{calendar: nowhere}", "desks.front-line.calendar: there is no calendar nowhere"),
        ("Europe/Brussels", "Europe/Nowhere", "sla.calendars.office.zone"),
        ('["09:00-17:00"]', '["17:00-09:00"]', "sla.calendars.office.hours.mon-fri.0"),
        ("mon-fri", "fri-mon", "sla.calendars.office.hours"),
        ("transfer: {within: 4 working hours}", "transfer: {warn_at: 0.5}", "sla.clocks.transfer.within: how long"),
        ("report:", "promise: {within: 1 working day}\n    report:", "sla.clocks.promise.within: people name"),
        ("report:", "lunch: {within: 1 working day}\n    report:", "sla.clocks.lunch"),
        ("{role: deputy,", "{role: nobody,", "sla.ladder.0.role: nothing says how nobody is told"),
        ("deputy@ours.example", "deputy", "sla.addressees.deputy.mail"),
        ("mail: deputy@ours.example", "webhook: {url: 'ftp://x', secret: a}", "sla.addressees.deputy.webhook.url"),
        ("ladder:", "pauses: yes\n  ladder:", "sla.pauses"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_its_field(written: str, instead: str, field: str) -> None:
    assert written in WRITTEN
    text = WRITTEN.replace(written, instead)
    with pytest.raises(PolicyError) as refused:
        read(text, "small.yaml")
    assert f"small.yaml: {field}" in str(refused.value)


def test_the_parts_of_other_services_are_theirs() -> None:
    assert read(f"routing: {{anything: at all}}\n{WRITTEN}", "small.yaml").version == "small-1"


def test_a_file_that_is_no_yaml_is_refused_by_name() -> None:
    with pytest.raises(PolicyError, match=r"^small\.yaml: "):
        read("{", "small.yaml")


def test_a_desk_nobody_wrote_down_works_by_the_house_s_calendar() -> None:
    deadline = POLICY.deadline(ClockKind.FIRST_ANSWER, at("Mon 09:00"), desk="unheard-of")
    assert deadline is not None
    assert deadline.calendar == "office"


def test_a_partner_without_an_agreement_has_the_house_s_term() -> None:
    known, unknown = (
        POLICY.deadline(ClockKind.PARTNER_ANSWER, at("Mon 10:00"), desk=FRONT, partner=name)
        for name in ("sponsor", "stranger")
    )
    assert known is not None
    assert unknown is not None
    assert (known.due, known.basis, known.calendar) == (at("Sat 14:00"), "agreement", "early")
    assert (unknown.due, unknown.basis, unknown.calendar) == (at("Thu 17:00"), "policy", "office")


def test_a_warning_comes_after_its_share_of_the_working_time() -> None:
    """Three days of eight hours from Monday ten o'clock are 31 hours: half of them are over on Wednesday at 09:30."""
    deadline = POLICY.deadline(ClockKind.PARTNER_ANSWER, at("Mon 10:00"), desk=FRONT)
    assert deadline is not None
    assert deadline.approaching_at == at("Wed 09:30")


def test_a_desk_may_have_an_address_of_its_own_on_the_ladder() -> None:
    assert POLICY.rung(1, at("Mon 09:00"), desk=NEWSROOM).channels == (DeliveryChannel.WEBHOOK,)
    assert POLICY.rung(1, at("Mon 09:00"), desk=FRONT).channels == (DeliveryChannel.MAIL,)
    assert POLICY.address("deputy", FRONT).mail == "deputy@ours.example"
    assert POLICY.address("nobody-any-more", FRONT).channels == ()


def test_an_answer_is_wanted_in_the_accountable_desk_s_working_time() -> None:
    assert POLICY.rung(1, at("Mon 16:00"), desk=FRONT).answer_by == at("Tue 10:00")
    assert POLICY.rung(1, at("Mon 16:00"), desk=BACK).answer_by == at("Tue 08:00")


def test_above_the_top_of_the_ladder_is_the_top() -> None:
    assert POLICY.rung(9, at("Mon 09:00"), desk=FRONT).role == "ombudsman"


def test_working_time_in_a_calendar_that_is_no_more_is_all_time() -> None:
    assert POLICY.working_time("gone", at("Mon 09:00"), at("Tue 09:00")) == timedelta(days=1)
    assert POLICY.working_time("office", at("Mon 09:00"), at("Tue 09:00")) == timedelta(hours=8)


def test_a_deadline_stays_with_the_policy_that_set_it_and_whoever_is_asked_now_is_asked_by_the_new_one() -> None:
    after_change = read(
        WRITTEN.replace("small-1", "small-2").replace("10 calendar", "2 calendar").replace("deputy", "warden"), "new"
    )
    before, after = watch_decider(read(WRITTEN, "small.yaml")), watch_decider(after_change)
    set_before = before.decide(before.initial, received("Mon 09:02"))
    watch = after.fold(set_before)
    clock = watch.clocks[clock_of(ClockKind.ACKNOWLEDGEMENT)]
    assert (clock.due, clock.deadline.policy) == (at("fri 00:00"), "small-1")
    assert after.decide(watch, fire(clock.id, "Thu 00:00")) == []
    _, raised = after.decide(watch, fire(clock.id, "fri 00:00"))
    assert isinstance(raised, EscalationRaised)
    assert (raised.addressee, raised.policy) == ("warden", "small-2")
