"""What is asked of sla: the clocks on a matter, and who is asked for an answer.

| view          | key           | tags                                          | rank           |
|---------------|---------------|-----------------------------------------------|----------------|
| `watches`     | matter id     | `desk=`, `matter=`                            | received at    |
| `clocks`      | clock id      | `complaint=`, `state=`, `kind=`, `desk=`      | due            |
| `escalations` | escalation id | `complaint=`, `state=`, `addressee=`, `desk=` | answer wanted by |
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from gehoor.events.envelope import Stream
from gehoor.runtime.ports import Row
from gehoor.sla.domain import Clock, Escalation, Watch
from gehoor.sla.domain.words import owed

WATCHES, CLOCKS, ESCALATIONS = "watches", "clocks", "escalations"


def rows(stream: Stream, watch: Watch) -> Iterator[Row]:
    """The rows of one watch."""
    complaint = str(stream.id)
    if watch.matter is not None:
        yield Row(
            view=WATCHES,
            key=complaint,
            body={
                "id": complaint,
                "reference": watch.reference,
                "matter": watch.matter,
                "desk": watch.desk,
                "received_at": _iso(watch.received_at),
                "misses": watch.misses,
            },
            tags=(f"desk={watch.desk}", f"matter={watch.matter}"),
            rank=_iso(watch.received_at) or "",
        )
    for clock in watch.clocks.values():
        yield _clock(complaint, watch, clock)
    for escalation in watch.escalations.values():
        yield _escalation(complaint, watch, escalation)


def _clock(complaint: str, watch: Watch, clock: Clock) -> Row:
    desk, deadline = watch.asked(clock), clock.deadline
    return Row(
        view=CLOCKS,
        key=str(clock.id),
        body={
            "id": str(clock.id),
            "complaint_id": complaint,
            "kind": clock.kind,
            "state": clock.state,
            "desk": desk,
            "starts": _iso(clock.starts),
            "due": _iso(clock.due),
            "approaching_at": _iso(deadline.approaching_at),
            "basis": deadline.basis,
            "calendar": deadline.calendar,
            "policy": deadline.policy,
            "computed": deadline.computed,
            "watches": clock.watches.model_dump(mode="json", exclude_none=True),
            "over_at": _iso(clock.over_at),
            "missed_because": clock.missed_because,
            "done_late_at": _iso(clock.done_late_at),
        },
        tags=(f"complaint={complaint}", f"state={clock.state}", f"kind={clock.kind}", f"desk={desk}"),
        rank=_iso(clock.due) or "",
    )


def _escalation(complaint: str, watch: Watch, escalation: Escalation) -> Row:
    clock = watch.clocks[escalation.clock_id]
    return Row(
        view=ESCALATIONS,
        key=str(escalation.id),
        body={
            "id": str(escalation.id),
            "complaint_id": complaint,
            "reference": watch.reference,
            "state": escalation.state,
            "level": escalation.level,
            "repeat": escalation.repeat,
            "addressee": escalation.addressee,
            "desk": escalation.desk,
            "clock_id": str(clock.id),
            "kind": clock.kind,
            "owed": owed(clock),
            "due": _iso(clock.due),
            "raised_at": _iso(escalation.raised_at),
            "answer_by": _iso(escalation.answer_by),
            "undelivered": len(escalation.deliveries),
            "answered_by": escalation.answered_by,
            "next_step_by": _iso(escalation.next_step_by),
            "ended": escalation.ended,
        },
        tags=(
            f"complaint={complaint}",
            f"state={escalation.state}",
            f"addressee={escalation.addressee}",
            f"desk={escalation.desk}",
        ),
        rank=_iso(escalation.answer_by) or "",
    )


def _iso(moment: datetime | None) -> str | None:
    """In UTC and with microseconds, so that text and time are in the same order."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")
