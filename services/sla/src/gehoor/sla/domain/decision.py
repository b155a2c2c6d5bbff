"""One decision under way: the facts so far, and the watch after them."""

from gehoor.events.fact import Fact
from gehoor.sla.domain.evolving import evolve
from gehoor.sla.domain.rules import Rules
from gehoor.sla.domain.watch import Watch


class Decision:
    """Each fact is seen by what is decided after it, so one cause can have a whole chain of consequences."""

    def __init__(self, watch: Watch, rules: Rules) -> None:
        self.watch = watch
        self.rules = rules
        self.facts: list[Fact] = []

    def state(self, fact: Fact) -> None:
        """That this happened."""
        self.facts.append(fact)
        self.watch = evolve(self.watch, fact)
