"""What a partner is told of the customer: what policy lets it see, and what is known of that."""

from collections.abc import Mapping, Sequence

from gehoor.events.intake import ContactPoint, PointKind, Proof
from gehoor.events.terms import Slug
from gehoor.partner_escalation.domain.tickets import Known

_POINTS = {
    "email": PointKind.EMAIL,
    "phone": PointKind.PHONE,
    "address": PointKind.POST,
    "handle": PointKind.HANDLE,
}
_SURENESS = (Proof.VERIFIED, Proof.REPLIED, Proof.CLAIMED)
OF_COMPLAINT = frozenset({"name", "reference", "product", "label", *_POINTS})
"""The fields that a complaint may have of itself."""


def shared_with(known: Known | None, fields: Sequence[Slug], details: Mapping[Slug, str]) -> dict[str, str]:
    """The values of those fields, in their order: as who opens the ticket says, else as the complaint has them."""
    values = {**_of_complaint(known), **details}
    return {field: values[field] for field in fields if field in values}


def _of_complaint(known: Known | None) -> Mapping[str, str]:
    if known is None:
        return {}
    values = {
        "name": None if known.name is None else known.name.reveal_or(""),
        "reference": known.reference,
        "product": known.product,
        "label": known.label,
        **{field: _surest(known.contact_points, kind) for field, kind in _POINTS.items()},
    }
    return {field: value for field, value in values.items() if value}


def _surest(points: Sequence[ContactPoint], kind: PointKind) -> str | None:
    of_kind = sorted((point for point in points if point.kind is kind), key=lambda point: _SURENESS.index(point.proof))
    return of_kind[0].address.reveal_or("") if of_kind else None
