"""Who stands on the ladder, by which ways they are told, and how patiently it is tried."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from gehoor.events.sla import DeliveryChannel
from gehoor.events.terms import DeskId, Slug
from gehoor.sla.policy.calendars import Part

MailAddress = Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;:\x00-\x1f\x7f]+@[^\s@<>,;:\x00-\x1f\x7f]+$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f\x7f]+$", max_length=500)]


class Hook(Part):
    """Where a signed webhook goes; the secret itself is a setting, found under this name."""

    url: Url
    secret: Slug


class Address(Part):
    """By which ways somebody is told: a mailbox, a webhook, or both."""

    mail: MailAddress | None = None
    webhook: Hook | None = None

    @property
    def channels(self) -> tuple[DeliveryChannel, ...]:
        """The ways there are."""
        ways = ((DeliveryChannel.MAIL, self.mail), (DeliveryChannel.WEBHOOK, self.webhook))
        return tuple(channel for channel, way in ways if way is not None)


class Addressee(Address):
    """Somebody on the ladder, with another address where the desk has its own."""

    desks: Mapping[DeskId, Address] = Field(default_factory=dict)

    def of(self, desk: DeskId) -> Address:
        """Where that desk's is found."""
        return self.desks.get(desk, self)


class Deliveries(Part):
    """How often and how long it is tried: the wait doubles from the first to the longest, with full jitter."""

    attempts_max: int = Field(12, ge=1, le=100)
    first: timedelta = Field(timedelta(seconds=5), gt=timedelta(0))
    longest: timedelta = Field(timedelta(hours=1), gt=timedelta(0))
