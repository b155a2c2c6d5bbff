"""Partner-escalation over HTTP: what our staff wishes of partners, and what a partner sees of its own tickets."""

from fastapi import APIRouter

from gehoor.partner_escalation.api import partner, staff
from gehoor.partner_escalation.policy import Policy


def routes(policy: Policy) -> APIRouter:
    """All endpoints."""
    router = APIRouter()
    router.include_router(staff.routes(policy))
    router.include_router(partner.routes())
    return router
