"""The reception: draws what something new needs, keeps its bodies, and finds what it belongs to.

Bodies are kept before the fact that names them, so no fact names a body that is not there. Where the fact is refused,
what was kept for a new subject is thrown away again.
"""

import secrets
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import uuid_utils.compat

from gehoor.events.deciding import Refusal
from gehoor.events.envelope import Stream
from gehoor.events.terms import ComplaintId, ContactId, CustomerId, StaffId
from gehoor.intake import references
from gehoor.intake.channels import arriving, cloudevents, contact, form, mail, report
from gehoor.intake.channels.arriving import Arrival, Fresh
from gehoor.intake.channels.cloudevents import ContactEvent, Event
from gehoor.intake.channels.form import ComplaintForm, RemarkForm
from gehoor.intake.channels.mail import arriving as mails
from gehoor.intake.channels.mail import aside, reading
from gehoor.intake.channels.report import ReportForm
from gehoor.intake.policy import Policy
from gehoor.intake.views import MATTER, MATTERS, REFERENCES, leader, thread
from gehoor.runtime.ports import Blobs, Clock, Keyring, Views
from gehoor.runtime.sealing import seal_body, unseal_body

__all__ = ["Reception", "arriving", "contact", "form", "mail", "report"]

DRAWS_MAX = 10
"""References that are drawn before it is given up; one in thirty thousand million is taken twice."""


Acting = Callable[[StaffId | None], StaffId | None]
"""Who of ours acts, given whom the message names; None where nobody does."""


@dataclass
class Keeping:
    """Whether the fact that names the bodies was stored, by us and not by another who brought the same."""

    stored: bool = False


@dataclass(frozen=True)
class Reception:
    """What every way in shares."""

    policy: Policy
    views: Views
    keyring: Keyring
    blobs: Blobs
    clock: Clock
    new_id: Callable[[], UUID] = uuid_utils.compat.uuid7
    drawn: Callable[[int], int] = secrets.randbits

    async def fresh(self) -> Fresh:
        """Ids, a reference that is free, and the moment."""
        for _ in range(DRAWS_MAX):
            reference = references.reference(self.drawn(references.BITS))
            if await self.views.get(REFERENCES, reference) is None:
                break
        else:
            raise LookupError("no reference is free")
        return Fresh(
            now=self.clock.now(),
            id=self.new_id(),
            reference=reference,
            customer_id=CustomerId(self.new_id()),
            contact_id=ContactId(self.new_id()),
            delivery_id=ContactId(self.new_id()),
        )

    async def complaint(self, said: ComplaintForm, staff: StaffId | None) -> Arrival:
        """A complaint form."""
        return form.complaint(said, self.policy, await self.fresh(), staff)

    async def remark(self, said: RemarkForm, staff: StaffId | None) -> Arrival:
        """A remark form."""
        return form.remark(said, self.policy, await self.fresh(), staff)

    async def report(self, said: ReportForm) -> Arrival:
        """A report, joined to the one of the same spot that is being handled."""
        return report.report(said, self.policy, await self.fresh(), await leader(self.views, said.spot))

    async def event(self, event: Event, acting: Acting) -> Arrival:
        """What an event of another system is. `acting` says who of ours wrote it down.

        Raises:
            Refusal: it is nothing we read, or of a complaint we don't know.
        """
        match said := cloudevents.form_of(event):
            case ComplaintForm():
                return await self.complaint(said, acting(said.by))
            case RemarkForm():
                return await self.remark(said, acting(said.by))
            case ReportForm():
                return await self.report(said)
            case ContactEvent():
                return await self._contact(said, acting(said.by))

    async def mail(self, raw: bytes) -> tuple[str, Arrival]:
        """What the mail is known by, and what it is."""
        parsed = await to_thread(mails.parse, raw)
        joins = None
        if isinstance(parsed, reading.Mail):
            returned = aside.returned_ids(parsed)
            joins = await thread(self.views, *mails.thread_keys((*parsed.answers, *returned)))
        return mails.own_key(raw, parsed), mails.mail(raw, parsed, joins, self.policy, await self.fresh())

    async def _contact(self, said: ContactEvent, staff: StaffId | None) -> Arrival:
        found = await self.views.get(REFERENCES, said.reference)
        if found is None:
            raise Refusal("unknown-reference", "No complaint has that reference.", ["send the complaint first"])
        stream = Stream(MATTER, UUID(found.body["id"]))
        row = await self.views.get(MATTERS, str(stream.id))
        language = row.body["language"] if row is not None else self.policy.intake.language
        by = staff or "st_system"
        return Arrival(stream, contact.contact(said, self.policy, language, by, await self.fresh(), self.new_id))

    @asynccontextmanager
    async def keeping(self, arrival: Arrival) -> AsyncIterator["Keeping"]:
        """Keep the bodies while something is done within; for good where it says that it was `stored`."""
        await self._keep(arrival)
        keeping = Keeping()
        try:
            yield keeping
        finally:
            if arrival.bodies and arrival.begins and not keeping.stored:
                await self.blobs.drop([arrival.stream.id])

    async def _keep(self, arrival: Arrival) -> None:
        if not arrival.bodies:
            return
        subject = arrival.stream.id
        key = (await self.keyring.keys([subject], create=True)).get(subject)
        if not isinstance(key, bytes):
            return  # erased: nothing of this person is kept any more
        for one in arrival.bodies:
            await self.blobs.put(subject, one.digest, seal_body(one.body, key, one.digest))

    async def body(self, subject: ComplaintId, digest: str) -> bytes | None:
        """A kept body in clear; None where there is none, or the person is erased."""
        key = (await self.keyring.keys([subject])).get(subject)
        sealed = await self.blobs.get(subject, digest)
        if sealed is None or not isinstance(key, bytes):
            return None
        return unseal_body(sealed, key, digest)
