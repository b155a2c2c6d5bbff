"""The prize that never came: the sponsor is asked, reminded, late, says "sent" too early; the owner stays ours."""

from uuid import UUID, uuid4

from gehoor.cli.stories.stage import Stage
from gehoor.events.intake import Closed, PromiseMade
from gehoor.events.partner import PartnerReminded, ResolutionDisputed, TicketDelivered, TicketOpened, TicketResolved
from gehoor.events.routing import OwnerAssigned
from gehoor.events.sla import (
    DeadlineApproaching,
    DeadlineMissed,
    EscalationAnswered,
    EscalationDelivered,
    EscalationRaised,
)
from gehoor.events.terms import ClockKind

NAME = "Annelies 't Hooft-Çelik"
ADDRESS = "annelies.thooft@winnaar.example"
HOME = "Zwaluwenlaan 14, 9000 Gent"
TEXT = "In augustus won ik de hoofdprijs van uw wedstrijd, een fiets. Ik heb nog steeds niets ontvangen."
ASKED = "Please deliver the bicycle to the winner of the August contest, and tell us when she has it."
PRIZE = "bicycle"
FIRST_WORD = "Sent last week."
SECOND_WORD = "Delivered this morning, signature attached to our own file."


async def play(stage: Stage) -> UUID:
    """Play it to its end, and give the complaint."""
    watch = stage.watch
    complaint = await stage.complain(
        "website",
        "prize",
        channel="web",
        text=TEXT,
        name=NAME,
        contact_points=[{"kind": "email", "address": ADDRESS}, {"kind": "post", "address": HOME}],
        language="nl",
        label="prijs",
    )
    await watch.fact(complaint, OwnerAssigned)
    await stage.armed(complaint, ClockKind.ACKNOWLEDGEMENT, ClockKind.FIRST_ANSWER, ClockKind.RESOLUTION)
    ticket = await _ask_the_sponsor(stage, complaint)

    await watch.fact(complaint, DeadlineApproaching, lambda near: near.kind is ClockKind.PARTNER_ANSWER)
    await watch.fact(complaint, PartnerReminded, lambda reminded: reminded.reminder == 1)
    missed = await watch.fact(complaint, DeadlineMissed, lambda late: late.kind is ClockKind.PARTNER_ANSWER)
    await watch.fact(complaint, PartnerReminded, lambda reminded: reminded.reminder > 1)
    raised = await watch.fact(complaint, EscalationRaised, lambda asked: asked.clock_id == missed.clock_id)
    await watch.fact(complaint, EscalationDelivered, lambda told: told.escalation_id == raised.escalation_id)
    answer = {
        "by": "st_farid",
        "next_step": "I have rung the sponsor: they look into it today.",
        "next_step_by": stage.later(4),
    }
    await stage.desks["audience"].post("sla", f"/escalations/{raised.escalation_id}/answer", answer)
    await watch.fact(complaint, EscalationAnswered)
    await stage.armed(complaint, ClockKind.NEXT_STEP)

    await _believed_too_early(stage, complaint, ticket)
    await _in_the_end(stage, complaint, ticket)
    return complaint


async def _ask_the_sponsor(stage: Stage, complaint: UUID) -> UUID:
    ask = {
        "desk": "audience",
        "by": "st_farid",
        "partner": "sponsor",
        "asked": ASKED,
        "details": {"prize": PRIZE},
    }
    await stage.desks["audience"].post("partner-escalation", f"/complaints/{complaint}/tickets", ask)
    opened = await stage.watch.fact(complaint, TicketOpened)
    await stage.watch.fact(complaint, TicketDelivered)
    await stage.armed(complaint, ClockKind.PARTNER_ANSWER)
    await stage.contact(
        "audience",
        complaint,
        direction="out",
        channel="email",
        outcome="sent",
        message="Wij hebben de sponsor gevraagd de fiets te leveren. Binnen zeven werkdagen hoort u hoe het staat.",
        promises=[{"kind": "answer", "what": "Binnen zeven werkdagen hoort u hoe het staat.", "until": stage.later(7)}],
        by="st_farid",
    )
    return opened.ticket_id


async def _believed_too_early(stage: Stage, complaint: UUID, ticket: UUID) -> None:
    await _says(stage, ticket, "acknowledged", partner_reference="SP-2209")
    await _says(stage, ticket, "resolved", words=FIRST_WORD)
    await stage.watch.fact(complaint, TicketResolved)
    await stage.met(complaint, ClockKind.PARTNER_ANSWER)
    promised = await stage.watch.fact(complaint, PromiseMade)
    await stage.contact(
        "audience",
        complaint,
        direction="out",
        channel="phone",
        keeps=[str(promised.promise_id)],
        gives_answer=True,
        note="Er is niets aangekomen. Wij gaan terug naar de sponsor.",
        by="st_farid",
    )
    dispute = {"desk": "audience", "by": "st_farid", "why": "The winner has received nothing."}
    await stage.desks["audience"].post("partner-escalation", f"/tickets/{ticket}/dispute", dispute)
    await stage.watch.fact(complaint, ResolutionDisputed)
    await stage.armed(complaint, ClockKind.PARTNER_ANSWER, nth=3)


async def _in_the_end(stage: Stage, complaint: UUID, ticket: UUID) -> None:
    await _says(stage, ticket, "resolved", words=SECOND_WORD)
    await stage.watch.fact(complaint, TicketResolved, nth=2)
    await stage.contact(
        "audience",
        complaint,
        direction="out",
        channel="phone",
        steps=["let-speak", "acknowledged", "apologised"],
        note="De fiets is er.",
        by="st_farid",
    )
    accept = {"desk": "audience", "by": "st_farid"}
    await stage.desks["audience"].post("partner-escalation", f"/tickets/{ticket}/accept", accept)
    await stage.end(
        "audience",
        complaint,
        [
            (
                "final-response",
                {
                    "kind": "final",
                    "admissible": True,
                    "judgement": "founded",
                    "solved": "fully",
                    "remedy": "De fiets is geleverd.",
                    "explanation": "De sponsor leverde te laat; de opvolging was aan ons. Onze excuses.",
                    "by": "st_farid",
                },
            ),
            ("customer-response", {"accepted": True, "by": "st_farid"}),
            ("closure", {"basis": "accepted", "by": "st_farid"}),
        ],
    )
    await stage.watch.fact(complaint, Closed)


async def _says(stage: Stage, ticket: UUID, kind: str, **said: str) -> None:
    update = {"update_id": str(uuid4()), "kind": kind, **said}
    await stage.desks["sponsor"].post("partner-escalation", f"/partner/tickets/{ticket}/updates", update)
