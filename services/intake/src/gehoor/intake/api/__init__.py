"""Intake over HTTP: what comes in, what is done about it, what is asked of it."""

from collections.abc import Sequence

from fastapi import APIRouter

from gehoor.intake.api import acting, asking, ending, erasing, receiving
from gehoor.intake.points import Digester
from gehoor.intake.reception import Reception


def routes(reception: Reception, digest: Digester) -> Sequence[APIRouter]:
    """Intake's endpoints."""
    return [
        receiving.routes(reception),
        acting.routes(reception),
        ending.routes(reception),
        asking.routes(reception, digest),
        erasing.routes(),
    ]
