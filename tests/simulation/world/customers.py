"""Customers: they complain by several channels, answer, hang up, come again, and once in a while take it back."""

import json
from datetime import timedelta

from starlette.requests import Request

from gehoor.events.intake import PointKind
from gehoor.events.terms import Channel, Direction, RemarkKind, Step, Warmth, Whither
from gehoor.intake.api.acting import Referral
from gehoor.intake.api.ending import Feedback, Withdrawal
from gehoor.intake.channels.contact import ContactForm
from gehoor.intake.channels.form import ComplaintForm, ContactPart, PointForm, RemarkForm
from gehoor.intake.channels.report import ReportForm
from gehoor.intake.views import message_digest
from tests.simulation.chance import source
from tests.simulation.process import INBOUND
from tests.simulation.world import words
from tests.simulation.world.client import Refused
from tests.simulation.world.people import Input, People

FORMS = (Channel.WEB, Channel.PHONE, Channel.DESK, Channel.CHAT, Channel.LETTER)
PAGES = ("https://site.example/news/1", "https://site.example/news/2#top", "https://site.example/watch/3")


class Customer:
    """One of them."""

    def __init__(self, people: People, number: int) -> None:
        self.number = number
        self.address = words.address(number)
        self._people = people
        self._chance = source(people.house.seed, "customer", number)
        self._client = people.client("customer")

    async def live(self) -> None:
        """Come at some moment, and again while it lasts."""
        left = self._people.times.ends - self._people.times.now()
        await self._people.times.sleep(left * 0.4 * self._chance.random())
        ways = (self._by_form, self._by_form, self._by_mail, self._by_event, self._report, self._remark)
        while True:
            channel_id = await self._chance.choices(ways, (4, 2, 3, 2, 1, 1))[0]()
            if channel_id is not None:
                await self._go_on(channel_id)
            if self._chance.random() < 0.6:
                return
            await self._people.times.sleep(timedelta(hours=30) * self._chance.random())

    # --- what comes in -----------------------------------------------------------------------------------------------

    async def _by_form(self) -> str | None:
        number = next(self._people.numbers)
        channel, staff = self._chance.choice(FORMS), "st_frontlead"
        text, language = words.said(self._chance, number)
        taken = channel is not Channel.WEB
        form = ComplaintForm(
            channel=channel,
            text=text,
            language=language,
            subject=f"Klacht {words.MARK}{number}",
            name=f"Els {words.MARK}{number}",
            contact_points=self._points(number),
            label=self._chance.choice(words.LABELS),
            channel_id=f"form-{number}",
            by=staff if taken else None,
            contact=ContactPart(steps=[Step.LET_SPEAK, Step.ACKNOWLEDGED]) if taken and self._half() else None,
        )
        answer = await self._client.wish("intake", "receive_complaint", body=form, patient=True)
        return self._came(f"form-{number}", "form", accepted=not isinstance(answer, Refused))

    async def _remark(self) -> str | None:
        number = next(self._people.numbers)
        text, language = words.said(self._chance, number)
        form = RemarkForm(
            channel=Channel.WEB,
            text=text,
            language=language,
            kind=self._chance.choice(list(RemarkKind)),
            contact_points=self._points(number),
            channel_id=f"remark-{number}",
        )
        answer = await self._client.wish("intake", "receive_remark", body=form, patient=True)
        self._came(f"remark-{number}", "remark", accepted=not isinstance(answer, Refused))
        return None

    async def _report(self) -> str | None:
        number = next(self._people.numbers)
        text, language = words.said(self._chance, number)
        known = [PointForm(kind=PointKind.EMAIL, address=self.address)] if self._half() else []
        form = ReportForm(page=self._chance.choice(PAGES), text=text, language=language, contact_points=known)
        answer = await self._client.wish("intake", "receive_report", body=form, patient=True)
        if not isinstance(answer, Refused):
            self._came(answer["id"], "report", accepted=True)
        return None

    async def _by_event(self) -> str | None:
        """By the topic of other systems; sometimes twice, sometimes as nonsense."""
        number = next(self._people.numbers)
        text, language = words.said(self._chance, number)
        data = {
            "text": text,
            "language": language,
            "channel_id": f"event-{number}",
            "name": f"Jan {words.MARK}{number}",
        }
        headers = (
            ("ce_specversion", b"1.0"),
            ("ce_id", str(number).encode()),
            ("ce_source", b"/crm"),
            ("ce_type", b"gehoor.complaint.v1"),
            ("content-type", b"application/json"),
        )
        if self._chance.random() < 0.1:
            self._people.house.journal.append(INBOUND, None, text.encode(), headers)
            self._people.unreadable += 1
            return None
        for _ in range(self._chance.choice((1, 1, 1, 2))):
            self._people.house.journal.append(INBOUND, str(number).encode(), json.dumps(data).encode(), headers)
        return self._came(f"event-{number}", "event", accepted=True)

    async def _by_mail(self) -> str | None:
        return await self._mail(f"<{next(self._people.numbers)}@mail.example>")

    async def _mail(self, message_id: str, answers: str | None = None, *more: str) -> str | None:
        text, _ = words.said(self._chance, next(self._people.numbers))
        lines = [f"From: Els {words.MARK} <{self.address}>", "To: klachten@example.org", f"Message-ID: {message_id}"]
        lines += [f"In-Reply-To: {answers}"] if answers is not None else []
        raw = "\r\n".join([*lines, *more, f"Subject: Klacht {words.MARK}", "", text, ""]).encode()
        digest = message_digest(message_id)
        answer = await self._client.wish("intake", "receive_mail", request=_carrying(raw), patient=True)
        if self._chance.random() < 0.3:
            await self._client.wish("intake", "receive_mail", request=_carrying(raw), patient=True)
        return self._came(digest, "mail", accepted=not isinstance(answer, Refused))

    def _came(self, said: str, how: str, *, accepted: bool) -> str | None:
        self._people.inputs.append(Input(said, how, accepted))
        return said if accepted else None

    # --- and goes on -------------------------------------------------------------------------------------------------

    async def _go_on(self, channel_id: str) -> None:
        id_ = str(await self._people.found(channel_id))
        ways = (self._call, self._reply, self._look_back, self._take_back, self._machine, self._sent_away)
        while self._chance.random() < 0.6:
            await self._people.times.sleep(timedelta(hours=20) * self._chance.expovariate(1.0))
            await self._chance.choices(ways, (4, 4, 1, 0.5, 1, 1))[0](id_)

    async def _call(self, id_: str) -> None:
        number = next(self._people.numbers)
        form = ContactForm(
            direction=Direction.IN,
            channel=self._chance.choice((Channel.PHONE, Channel.DESK)),
            steps=[Step.LET_SPEAK, Step.ACKNOWLEDGED] if self._half() else [],
            note=words.note("Belt opnieuw.", number),
            channel_id=f"call-{number}",
            by="st_frontdeputy" if self._half() else None,
        )
        answer = await self._client.wish("intake", "record_contact", id=id_, body=form, patient=True)
        self._came(f"call-{number}", "contact", accepted=not isinstance(answer, Refused))

    async def _reply(self, _id: str) -> None:
        if inbox := self._people.inboxes.get(self.address):
            message_id = f"<re-{next(self._people.numbers)}@mail.example>"
            await self._mail(message_id, f"<{self._chance.choice(inbox).key}@example.org>")

    async def _machine(self, _id: str) -> None:
        message_id = f"<auto-{next(self._people.numbers)}@mail.example>"
        await self._mail(message_id, None, "Auto-Submitted: auto-replied")

    async def _look_back(self, id_: str) -> None:
        body = Feedback(rating=self._chance.randint(1, 5), words=words.note("Hm.", next(self._people.numbers)))
        await self._client.wish("intake", "look_back", id=id_, body=body)

    async def _take_back(self, id_: str) -> None:
        body = Withdrawal(why=words.note("Laat maar.", next(self._people.numbers)))
        await self._client.wish("intake", "withdraw", id=id_, body=body)

    async def _sent_away(self, id_: str) -> None:
        body = Referral(whither=self._chance.choice(list(Whither)), warmth=Warmth.COLD, by="st_frontlead")
        await self._client.wish("intake", "refer", id=id_, body=body)

    def _points(self, number: int) -> list[PointForm]:
        points = [PointForm(kind=PointKind.EMAIL, address=self.address)] if self._chance.random() < 0.7 else []
        if self._half():
            self._people.phones.add(words.dialled(number))
            points.append(PointForm(kind=PointKind.PHONE, address=words.phone(number)))
        return points

    def _half(self) -> bool:
        return self._chance.random() < 0.5


def _carrying(raw: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": raw, "more_body": False}

    return Request({"type": "http", "method": "POST", "path": "/mails", "headers": []}, receive)


def crowd(people: People, size: int) -> None:
    """Let that many customers live."""
    for number in range(size):
        people.begin(Customer(people, number + 1).live())
