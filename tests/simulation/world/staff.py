"""Staff: they promise, keep and forget, hand over warm and cold, write, close, and go home at five."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gehoor.events.terms import (
    Channel,
    CloseBasis,
    ComplaintId,
    Direction,
    Evidence,
    Judgement,
    MatterKind,
    Outcome,
    PromiseId,
    PromiseKind,
    RemarkKind,
    ResponseKind,
    Solved,
    Step,
    Warmth,
)
from gehoor.intake.api import acting, ending
from gehoor.intake.channels.contact import ContactForm, PromiseForm
from gehoor.partner_escalation.api import shapes as tickets
from gehoor.routing.api.shapes import Acceptance, NewTransfer
from gehoor.routing.api.shapes import Refused as Declined
from tests.simulation.chance import source
from tests.simulation.line import give_way
from tests.simulation.policy import DESKS, PARTNERS
from tests.simulation.world import words
from tests.simulation.world.client import Refused
from tests.simulation.world.people import Matter, People

Dossier = dict[str, Any]
Doing = Callable[[Dossier, dict[str, Any]], Awaitable[Any]]
PEOPLE = tuple(f"st_{desk.replace('-', '')}{n}" for desk in DESKS for n in (1, 2))


class Colleague:
    """Whoever deals with one matter, at whichever desk it is."""

    def __init__(self, people: People, matter: Matter) -> None:
        self._people = people
        self._matter = matter
        self._chance = source(people.house.seed, "colleague", matter.id)
        self._client = people.client("staff")

    async def deal(self) -> None:
        """Look at it now and then, and do something about it or not, until the days are over."""
        mean = timedelta(hours=self._chance.choice((0.3, 1, 2, 6)))
        while True:
            await self._people.times.work(self._chance, mean)
            if self._chance.random() < 0.25:
                continue  # forgotten
            dossier = await self._client.read("intake", "show", id=str(self._matter.id))
            owner = await self._client.read("routing", "show_owner", id=self._matter.id)
            if isinstance(dossier, Refused) or isinstance(owner, Refused) or dossier["status"] == "merged":
                return
            dossier["owed"] = [one["id"] for one in dossier["promises"] if one["standing"] == "owed"]
            told = {one["type"] for one in dossier["story"]}
            dossier["responded"] = "intake.final-response-sent.v1" in told
            dossier["heard"] = "intake.customer-responded.v1" in told
            shown = owner.model_dump(mode="json")
            at_once = self._chance.choice((1, 1, 1, 2, 3))  # colleagues of one desk, who don't know of each other
            await asyncio.gather(*(self._act(dossier, shown) for _ in range(at_once)))

    async def _act(self, dossier: Dossier, owner: dict[str, Any]) -> None:
        if dossier["kind"] == "report":
            doing: dict[Doing, float] = {self._handle: 4, self._offer: 1, self._reclassify: 0.3}
        elif dossier["kind"] == "remark":
            doing = {self._reclassify: 2, self._reach: 1, self._offer: 0.5}
        elif dossier["status"] == "open":
            responded = 3.0 if dossier["responded"] else 0.2
            doing = {
                self._reach: 6,
                self._write: 2,
                self._promise: 2,
                self._reschedule: 1 if dossier["owed"] else 0,
                self._release: 0.7 if dossier["owed"] else 0,
                self._show: 1 if dossier["owed"] else 0,
                self._offer: 2,
                self._respond: 2,
                self._hear: responded,
                self._close: 5.0 if dossier["heard"] else responded,
                self._withdraw: 0.1,
                self._merge: 0.3,
                self._reclassify: 0.15,
                self._cause: 0.5,
                self._open_ticket: 1.5,
                self._tickets: 2,
            }
        else:
            doing = {self._reach: 1, self._reopen: 1, self._tickets: 1, self._close: 0.3}
        (chosen,) = self._chance.choices(list(doing), list(doing.values()))
        await chosen(dossier, owner)

    # --- reaching the customer ---------------------------------------------------------------------------------------

    async def _reach(self, dossier: Dossier, _owner: dict[str, Any]) -> None:
        outcome = self._chance.choice((Outcome.REACHED, Outcome.REACHED, Outcome.VOICEMAIL, Outcome.NO_ANSWER))
        reached = outcome is Outcome.REACHED
        owed = [PromiseId(UUID(one)) for one in dossier["owed"]]
        number = next(self._people.numbers)
        form = ContactForm(
            direction=Direction.OUT,
            channel=Channel.PHONE,
            outcome=outcome,
            steps=self._chance.choice(([], [Step.APOLOGISED, Step.EXPLAINED], [Step.ACKNOWLEDGED])),
            keeps=self._chance.sample(owed, self._chance.randint(0, len(owed))),
            gives_answer=reached and self._half(),
            evidence=Evidence.CUSTOMER_CONFIRMED if reached and self._half() else None,
            note=words.note("Gebeld.", number),
            promises=[self._promised()] if reached and dossier["status"] == "open" and self._half() else [],
            channel_id=f"out-{number}",
            occurred_at=self._earlier(),
            by=self._somebody(),
        )
        await self._wish("intake", "record_contact", form)

    async def _write(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        form = ContactForm(
            direction=Direction.OUT,
            channel=Channel.EMAIL,
            message=words.note("U krijgt morgen bericht.", next(self._people.numbers)),
            send=self._half(),
            outcome=Outcome.SENT,
            gives_answer=self._half(),
            by=self._somebody(),
        )
        await self._wish("intake", "record_contact", form)

    async def _promise(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        promised = self._promised().model_dump()
        await self._wish("intake", "make_promise", acting.NewPromise(**promised, by=self._somebody()))

    async def _reschedule(self, dossier: Dossier, _owner: dict[str, Any]) -> None:
        body = acting.Reschedule(until=self._later(), agreed=self._half(), by=self._somebody())
        await self._wish("intake", "reschedule", body, promise=self._one(dossier))

    async def _release(self, dossier: Dossier, _owner: dict[str, Any]) -> None:
        body = acting.Release(agreed=self._half(), by=self._somebody(), occurred_at=self._earlier())
        await self._wish("intake", "release", body, promise=self._one(dossier))

    async def _show(self, dossier: Dossier, _owner: dict[str, Any]) -> None:
        body = acting.Shown(evidence=Evidence.SIGNED_RECEIPT, by=self._somebody(), occurred_at=self._earlier())
        await self._wish("intake", "show_evidence", body, promise=self._one(dossier))

    # --- whose it is -------------------------------------------------------------------------------------------------

    async def _offer(self, _dossier: Dossier, owner: dict[str, Any]) -> None:
        warm, to_desk = self._half(), self._chance.choice(DESKS)
        body = NewTransfer(
            desk=owner["desk"],
            by=self._somebody(),
            to_desk=to_desk,
            warmth=Warmth.WARM if warm else Warmth.COLD,
            context=words.note("Het hele verhaal.", next(self._people.numbers)) if warm else None,
        )
        answer = await self._wish("routing", "offer_transfer", body)
        if not isinstance(answer, Refused):
            self._people.begin(self._receive(to_desk, owner))

    async def _receive(self, desk: str, owner: dict[str, Any]) -> None:
        """What the receiving desk does: take it, decline it, or nothing; while the other perhaps ends it."""
        await self._people.times.work(self._chance, timedelta(hours=3))
        drawn = self._chance.random()
        if drawn < 0.6:
            accept = self._wish("routing", "accept_transfer", Acceptance(desk=desk, by=self._somebody()))
            await asyncio.gather(accept, self._end(owner) if self._half() else give_way())
        elif drawn < 0.8:
            why = words.note("Niet voor ons.", next(self._people.numbers))
            await self._wish("routing", "decline_transfer", Declined(desk=desk, by=self._somebody(), why=why))

    # --- how it ends -------------------------------------------------------------------------------------------------

    async def _respond(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        holding = self._chance.random() < 0.2
        body = ending.FinalResponse(
            kind=ResponseKind.HOLDING if holding else ResponseKind.FINAL,
            judgement=self._chance.choice(list(Judgement)),
            solved=self._chance.choice(list(Solved)),
            explanation=words.note("Zo zit het.", next(self._people.numbers)),
            send=self._half(),
            by=self._somebody(),
            occurred_at=self._earlier(),
        )
        await self._wish("intake", "respond", body)

    async def _hear(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        body = ending.CustomerResponse(accepted=self._chance.random() < 0.7, by=self._somebody())
        await self._wish("intake", "hear", body)

    async def _close(self, _dossier: Dossier, owner: dict[str, Any]) -> None:
        """Sometimes by another desk than the owner's, sometimes without saying which hand-off was known."""
        desk = owner["desk"] if self._chance.random() < 0.8 else self._chance.choice(DESKS)
        hand_off = owner["hand_off"] if self._half() else None
        likely = (CloseBasis.ACCEPTED, CloseBasis.OBJECTION_PERIOD_OVER)
        basis = self._chance.choice((*likely, *likely, *CloseBasis))
        await self._wish(
            "intake", "close", ending.Closure(basis=basis, desk=desk, hand_off=hand_off, by=self._somebody())
        )

    async def _end(self, owner: dict[str, Any]) -> None:
        """The customer is on the phone and content: all at once; perhaps before intake hears who owns it by now."""
        house = self._people.house
        if self._half():
            house.hear_late("intake", range(house.journal.partitions), timedelta(minutes=20))
        await self._people.times.sleep(timedelta(minutes=2) * self._chance.random())
        told = words.note("Opgelost.", next(self._people.numbers))
        by = self._somebody()
        response = ending.FinalResponse(judgement=Judgement.FOUNDED, solved=Solved.FULLY, explanation=told, by=by)
        await self._wish("intake", "respond", response)
        await self._wish("intake", "hear", ending.CustomerResponse(accepted=True, by=by))
        closure = ending.Closure(basis=CloseBasis.ACCEPTED, desk=owner["desk"], by=by)
        await self._wish("intake", "close", closure)

    async def _reopen(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        await self._wish("intake", "reopen", ending.Reopening(by=self._somebody()))

    async def _withdraw(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        await self._wish("intake", "withdraw", ending.Withdrawal(by=self._somebody(), occurred_at=self._earlier()))

    async def _cause(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        await self._wish("intake", "find_cause", ending.Cause(cause="onderbezetting", by=self._somebody()))

    async def _merge(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        others = [one.id for one in self._people.matters.values() if one.kind is MatterKind.COMPLAINT]
        others = [other for other in others if other != self._matter.id]
        if others:
            into = str(self._chance.choice(others))
            await self._wish("intake", "merge", acting.Merging(into=into, by=self._somebody()))

    async def _reclassify(self, dossier: Dossier, _owner: dict[str, Any]) -> None:
        kind = self._chance.choice([kind for kind in MatterKind if kind != dossier["kind"]])
        body = acting.Reclassification(
            kind=kind,
            remark=RemarkKind.WISH if kind is MatterKind.REMARK else None,
            why=words.note("Bij nader inzien.", next(self._people.numbers)),
            by=self._somebody(),
        )
        await self._wish("intake", "reclassify", body)

    async def _handle(self, _dossier: Dossier, _owner: dict[str, Any]) -> None:
        body = acting.HandledReport(fixed=self._half(), by=self._somebody())
        await self._wish("intake", "handle_report", body)

    # --- third parties -----------------------------------------------------------------------------------------------

    async def _open_ticket(self, _dossier: Dossier, owner: dict[str, Any]) -> None:
        body = tickets.NewTicket(
            desk=owner["desk"],
            by=self._somebody(),
            partner=self._chance.choice(sorted(PARTNERS)),
            asked=words.note("Waar blijft het?", next(self._people.numbers)),
            wanted_by=self._later() if self._half() else None,
        )
        await self._wish("partner-escalation", "open_ticket", body)

    async def _tickets(self, _dossier: Dossier, owner: dict[str, Any]) -> None:
        sought = tickets.Sought(complaint=ComplaintId(self._matter.id))
        found = await self._client.read("partner-escalation", "list_tickets", sought=sought)
        if isinstance(found, Refused) or not found.tickets:
            return
        ticket = self._chance.choice(found.tickets)
        by: dict[str, Any] = {"desk": owner["desk"], "by": self._somebody()}
        said = words.note("Nee.", next(self._people.numbers))
        name, body = self._chance.choice(
            (
                ("accept", tickets.Accepted(**by)),
                ("dispute", tickets.Disputed(**by, why=said)),
                ("answer", tickets.Answered(**by, answer=said)),
                ("keep_open", tickets.Kept(**by)),
                ("redeliver", tickets.Redelivered(**by)),
                ("withdraw", tickets.Withdrawn(**by)),
            )
        )
        await self._client.wish("partner-escalation", name, id=ticket.ticket_id, body=body)

    # --- what all of it needs ----------------------------------------------------------------------------------------

    async def _wish(self, service: str, endpoint: str, body: Any, **more: Any) -> Any:
        id_: Any = str(self._matter.id) if service == "intake" else self._matter.id
        return await self._client.wish(service, endpoint, id=id_, body=body, **more)

    def _promised(self) -> PromiseForm:
        what = words.note("Wij bellen u.", next(self._people.numbers))
        kinds = (PromiseKind.CALL_BACK, PromiseKind.CALL_BACK, PromiseKind.ANSWER, *PromiseKind)
        return PromiseForm(kind=self._chance.choice(kinds), what=what, until=self._later())

    def _one(self, dossier: Dossier) -> PromiseId:
        return PromiseId(UUID(self._chance.choice(dossier["owed"])))

    def _later(self) -> datetime:
        """In an hour, or by a round hour of one of the next days: all promise for the same moments."""
        now = self._people.times.now()
        if self._half():
            return now + timedelta(hours=1 + 30 * self._chance.random())
        day = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=self._chance.randint(1, 3))
        return day.replace(hour=self._chance.choice((9, 11, 16)))

    def _earlier(self) -> datetime | None:
        """It was done a while ago, and is typed now."""
        if self._chance.random() < 0.5:
            return None
        return self._people.times.now() - timedelta(minutes=90) * self._chance.random()

    def _somebody(self) -> str:
        return self._chance.choice(PEOPLE)

    def _half(self) -> bool:
        return self._chance.random() < 0.5
