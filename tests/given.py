"""Given facts, when a command, then exactly these facts, or a refusal. Every decider's tests read like this.

(given(INTAKE, complaint_received(), promise_made(CALL_BACK))
    .when(record_contact(outcome=Outcome.VOICEMAIL))
    .then(contact_recorded(outcome=Outcome.VOICEMAIL), promise_attempted(CALL_BACK)))
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gehoor.events.deciding import Decider, Refusal
from gehoor.events.fact import Fact


@dataclass(frozen=True)
class Given:
    """What happened before."""

    decider: Decider[Any, Any]
    facts: Sequence[Fact]

    @property
    def state(self) -> Any:
        """The state after what happened."""
        return self.decider.fold(self.facts)

    def when(self, command: Any) -> "Decided":
        """Decide on a command."""
        try:
            facts = tuple(self.decider.decide(self.state, command))
        except Refusal as refusal:
            return Decided(self, command, (), refusal)
        return Decided(self, command, facts, None)


@dataclass(frozen=True)
class Decided:
    """What followed."""

    given: Given
    command: Any
    facts: Sequence[Fact]
    refusal: Refusal | None

    def then(self, *expected: Fact) -> Given:
        """Exactly these facts, whole and in this order; deciding the same once more adds none."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert list(self.facts) == list(expected)
        return self.so()

    def so(self) -> Given:
        """Go on from here, whatever followed."""
        assert self.refusal is None, f"refused: {self.refusal}"
        return Given(self.given.decider, [*self.given.facts, *self.facts])

    def nothing(self) -> None:
        """It changes nothing, and is no refusal."""
        self.then()

    def refused(self, code: str) -> None:
        """Refused, for that reason, and with what would be possible said."""
        assert self.refusal is not None, f"not refused: {self.facts}"
        assert self.refusal.code == code, self.refusal.detail


def given(decider: Decider[Any, Any], *facts: Fact) -> Given:
    """A subject to which these facts have happened."""
    return Given(decider, facts)
