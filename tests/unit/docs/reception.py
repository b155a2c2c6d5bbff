"""What intake makes of a form, for recipes that end in one: with the default policy, and everything drawn known."""

from datetime import UTC, datetime
from uuid import UUID

from gehoor.events.fact import Fact
from gehoor.events.terms import ContactId, CustomerId
from gehoor.intake.channels.arriving import Fresh
from gehoor.intake.channels.form import ComplaintForm, complaint
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.policy import Policy, read
from tests.given import given
from tests.unit.docs.pages import HOUSE

FRESH = Fresh(
    now=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    id=UUID(int=1),
    reference="7QK2-4M9X",
    customer_id=CustomerId(UUID(int=2)),
    contact_id=ContactId(UUID(int=3)),
    delivery_id=ContactId(UUID(int=4)),
)


def policy() -> Policy:
    """The policy that comes with the house."""
    return read((HOUSE / "deploy/policy/default.yaml").read_text("utf-8"), "default.yaml")


def received(form: ComplaintForm) -> Fact:
    """The first fact that the form comes to."""
    return given(MATTER).when(complaint(form, policy(), FRESH, None).command).facts[0]
