"""1. Every accepted input ends as exactly one fact; what can't be read is parked with its reason."""

from collections import Counter
from collections.abc import Iterator

from gehoor.events.envelope import Recorded
from gehoor.events.intake import ComplaintReceived, ContactRecorded, MessageSetAside, RemarkReceived, ReportReceived
from gehoor.runtime.parking import Why
from tests.simulation.run import Run

NAME = "every-input"


async def check(run: Run) -> None:
    """Hold what people said, and were answered, against intake's facts and what is parked."""
    held = Counter(key for event in run.of("intake") for key in _keys(event))
    for said, how, accepted in {(one.said, one.how, one.accepted) for one in run.people.inputs}:
        if held[said] != accepted:
            run.breaks(NAME, f"{how} {said} was {'accepted' if accepted else 'refused'} and is in {held[said]} facts")
    told = {one.said for one in run.people.inputs}
    for event in run.of("intake"):
        run_of_ours = not isinstance(event.fact, ContactRecorded) or event.fact.channel_id is not None
        if run_of_ours and any(key not in told for key in _keys(event)):
            run.breaks(NAME, f"{event.fact.type} holds what nobody said", event.subject)
    await _parked(run)


def _keys(event: Recorded) -> Iterator[str]:
    match fact := event.fact:
        case ReportReceived():
            yield str(event.subject)
        case ComplaintReceived() | RemarkReceived() | MessageSetAside():
            yield fact.channel_id or "nothing"
        case ContactRecorded() if fact.channel_id is not None and not fact.channel_id.startswith("out-"):
            yield fact.channel_id
        case _:
            return


async def _parked(run: Run) -> None:
    for name, kept in run.house.kept.items():
        reasons = Counter(one.why for one in await kept.parking.listed())
        expected = run.people.unreadable if name == "intake" else 0
        if reasons.pop(Why.UNREADABLE, 0) + reasons.pop(Why.REFUSED, 0) != expected or reasons:
            listed = [f"{one.why}: {one.reason}" for one in await kept.parking.listed()]
            run.breaks(NAME, f"{name} has parked {listed}, and {expected} messages meant nothing")
