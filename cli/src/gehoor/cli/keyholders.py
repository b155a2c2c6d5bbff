"""Who gets an API key of a local installation, and what each may do."""

from collections.abc import Mapping
from dataclasses import dataclass

STAFF = frozenset({
    "intake:read", "intake:write", "routing:read", "routing:write", "sla:read", "sla:write",
    "partner-escalation:read", "partner-escalation:write",
})  # fmt: skip
SYSTEM = frozenset({"intake:write"})
PARTNER = frozenset({"partner-escalation:partner"})
OPERATOR = STAFF | {"intake:erase"}


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who calls."""

    scopes: frozenset[str]
    staff: str | None = None
    desks: frozenset[str] | None = None
    partner: str | None = None


HOLDERS: Mapping[str, Holder] = {
    "website": Holder(SYSTEM),
    "front-line": Holder(STAFF, desks=frozenset({"front-line"})),
    "back-office": Holder(STAFF, desks=frozenset({"back-office"})),
    "audience": Holder(STAFF, desks=frozenset({"audience"})),
    "newsroom": Holder(STAFF, desks=frozenset({"newsroom"})),
    "operator": Holder(OPERATOR),
    "sponsor": Holder(PARTNER, partner="sponsor"),
}
"""By name, as `gehoor demo` uses them."""
