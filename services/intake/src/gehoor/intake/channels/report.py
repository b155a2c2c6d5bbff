"""The report button: one click and a short message about a spot on a page."""

from typing import Annotated

from pydantic import Field

from gehoor.events.envelope import Stream
from gehoor.events.private import Private
from gehoor.events.terms import Channel, ComplaintId, Digest, Instant, Language
from gehoor.intake.channels.arriving import Arrival, Fresh, language_of
from gehoor.intake.channels.form import PointForm, contact_points
from gehoor.intake.domain.receiving import ReceiveReport, Sender
from gehoor.intake.policy import Policy
from gehoor.intake.views import MATTER, spot_digest
from gehoor.runtime.http.bodies import Body, HeaderSafe
from gehoor.runtime.http.bodies import text as words


class ReportForm(Body):
    """A report, perhaps without a name."""

    page: Annotated[str, words(2000)] = Field(description="The page's address.")
    selection: Annotated[str, words(2000)] | None = Field(None, description="The words that were selected on it.")
    text: Annotated[str, words(5000)]
    name: HeaderSafe | None = None
    contact_points: list[PointForm] = Field(default_factory=list, max_length=3)
    language: Language | None = None
    occurred_at: Instant | None = None

    @property
    def spot(self) -> Digest:
        """What it points at; equal for readers who point at the same."""
        return spot_digest(self.page, self.selection)


def report(form: ReportForm, policy: Policy, fresh: Fresh, same_as: ComplaintId | None) -> Arrival:
    """A report. `same_as` is the report of the same spot that is being handled."""
    desk = policy.intake.reports
    points = contact_points(form.contact_points, policy)
    known = points or form.name
    command = ReceiveReport(
        at=policy.happened(form.occurred_at, fresh.now, Channel.WEB),
        reference=fresh.reference,
        desk=desk,
        sender=Sender(fresh.customer_id, Private(form.name) if form.name else None, points) if known else None,
        page=Private(form.page),
        spot=form.spot,
        text=Private(form.text),
        language=form.language or language_of([form.selection or "", form.text], policy, desk),
        selection=Private(form.selection) if form.selection else None,
        same_as=same_as,
    )
    return Arrival(Stream(MATTER, fresh.id), command, reference=fresh.reference, became="report")
