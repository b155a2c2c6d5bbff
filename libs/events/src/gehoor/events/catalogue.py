"""What exists: every fact type, and how an older version of one is read as a newer.

A fact's schema only grows. A change that is no growth is a new version, with an upcaster from the old one here; the
old bytes stay as they were written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from gehoor.events import intake, partner, routing, sla
from gehoor.events.fact import Fact, known_facts
from gehoor.events.private import Json

Upcaster = Callable[[Json], Json]
"""The JSON of one version as that of the next."""

MODULES = (intake, routing, sla, partner)


class UnknownTypeError(ValueError):
    """No fact of that type is known here: another house's, or of a newer release."""


@dataclass(frozen=True)
class Catalogue:
    """The facts one can read, by type name, and the upcasters by the type they start from."""

    facts: Mapping[str, type[Fact]]
    upcasters: Mapping[str, tuple[str, Upcaster]] = field(default_factory=dict)

    def read(self, type_name: str, json: Json) -> Fact:
        """The fact of that type and body, upcast to the newest version known.

        Raises:
            UnknownTypeError: no such type is known.
            ValueError: the body does not fit the type; says which fields, never what they held.
        """
        while type_name in self.upcasters:
            type_name, upcast = self.upcasters[type_name]
            json = upcast(json)
        fact = self.facts.get(type_name) or known_facts().get(type_name)
        if fact is None:
            message = f"unknown type {type_name}"
            raise UnknownTypeError(message)
        try:
            return fact.model_validate(json)
        except ValidationError as wrong:
            fields = ", ".join(".".join(map(str, error["loc"])) for error in wrong.errors(include_input=False))
            message = f"{type_name} does not fit in {fields}"
            raise ValueError(message) from None


CATALOGUE = Catalogue(
    facts={
        member.type: member
        for module in MODULES
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Fact) and member is not Fact
    }
)


def family(type_name: str) -> str:
    """The type without its version: `intake.promise-made` of `intake.promise-made.v2`."""
    return type_name.rpartition(".")[0]
