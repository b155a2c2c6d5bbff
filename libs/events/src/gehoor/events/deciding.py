"""How a subject behaves: what a command makes of it, and what it refuses."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from gehoor.events.fact import Fact

S = TypeVar("S")
C = TypeVar("C")


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The wish contradicts what has happened. It is the caller's to mend, and nothing was stored."""

    def __init__(self, code: str, detail: str, possible: Iterable[str] = (), *, field: str | None = None) -> None:
        """Say what is refused, and what would not be.

        Args:
            code: A slug that a program can act on; one of what is `invalid…` in itself names its field.
            detail: A sentence.
            possible: What could be asked instead.
            field: Where in the body it stands, as a JSON pointer: `#/due/until`.
        """
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.possible = tuple(possible)
        self.field = field


@dataclass(frozen=True)
class Decider(Generic[S, C]):
    """State, what happened, and what follows from a command: all of a subject's behaviour, without any input or output.

    `decide` gives the facts that follow, none when the command changes nothing, so the same command may come twice.
    """

    initial: S
    evolve: Callable[[S, Fact], S]
    decide: Callable[[S, C], Sequence[Fact]]

    def fold(self, facts: Iterable[Fact], state: S | None = None) -> S:
        """The state after those facts, from `state` or from nothing."""
        folded = self.initial if state is None else state
        for fact in facts:
            folded = self.evolve(folded, fact)
        return folded
