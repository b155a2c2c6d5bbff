"""What was promised with the label that the customer picked is what the clock runs by."""

from dataclasses import replace
from datetime import datetime, timedelta

from gehoor.events.terms import ClockKind
from gehoor.sla.domain import Watch, watch_decider
from gehoor.sla.policy import Policy
from gehoor.sla.policy.policy import Allowance
from tests.unit.sla.saying import POLICY, at, received

QUICK = {"litter": {"within": "1 working day", "basis": "promised", "calendar": "early"}}


def promising() -> Policy:
    written = POLICY.sla.clocks[ClockKind.RESOLUTION].model_copy(
        update={"labels": {label: Allowance.model_validate(said) for label, said in QUICK.items()}}
    )
    clocks = {**POLICY.sla.clocks, ClockKind.RESOLUTION: written}
    return POLICY.model_copy(update={"sla": POLICY.sla.model_copy(update={"clocks": clocks})})


def due(label: str | None) -> datetime:
    decider = watch_decider(promising())
    facts = decider.decide(Watch(), replace(received("Mon 09:02"), label=label))
    (clock,) = decider.fold(facts).of_kind(ClockKind.RESOLUTION)
    return clock.due


def test_a_label_with_a_promise_of_its_own_is_due_by_that_promise() -> None:
    assert due("Litter") == at("Tue 14:00")


def test_any_other_label_is_due_by_the_rule() -> None:
    assert due("noise") == due(None)
    assert due(None) - at("Mon 09:02") > timedelta(days=44)


def test_a_label_leaves_the_other_clocks_alone() -> None:
    decider = watch_decider(promising())
    first, second = (decider.decide(Watch(), replace(received(), label=label)) for label in (None, "litter"))
    kinds = (ClockKind.ACKNOWLEDGEMENT, ClockKind.FIRST_ANSWER)
    assert list(decider.fold(first).of_kind(*kinds)) == list(decider.fold(second).of_kind(*kinds))


def test_a_label_whose_calendar_is_nowhere_is_a_contradiction() -> None:
    policy = promising()
    sla = policy.sla.model_copy(update={"calendars": {"office": policy.sla.calendars["office"]}})
    told = dict(policy.model_copy(update={"sla": sla}).contradictions())
    assert told["sla.clocks.resolution.labels.litter.calendar"] == "there is no calendar early"
