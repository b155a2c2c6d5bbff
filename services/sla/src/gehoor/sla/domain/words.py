"""What a clock waits for, in words that name no person."""

from gehoor.events.terms import ClockKind, PromiseKind
from gehoor.sla.domain.watch import Clock

_NAMES = {
    ClockKind.ACKNOWLEDGEMENT: "the acknowledgement of receipt",
    ClockKind.FIRST_ANSWER: "the first answer by a person",
    ClockKind.RESOLUTION: "the final response",
    ClockKind.TRANSFER: "the answer to an offer to take it over",
    ClockKind.PARTNER_ANSWER: "a partner's answer",
    ClockKind.NEXT_STEP: "the next step that was announced",
    ClockKind.REPORT: "the handling of a report",
}
_PROMISES = {
    PromiseKind.CALL_BACK: "a call back that was promised",
    PromiseKind.ANSWER: "an answer that was promised",
    PromiseKind.VISIT: "a visit that was promised",
    PromiseKind.DELIVERY: "a delivery that was promised",
    PromiseKind.PAYMENT: "a payment that was promised",
}


def owed(clock: Clock) -> str:
    """What the clock waits for, in words."""
    kind = clock.watches.promise_kind
    return _PROMISES[kind] if kind is not None else _NAMES.get(clock.kind, "what was promised")
