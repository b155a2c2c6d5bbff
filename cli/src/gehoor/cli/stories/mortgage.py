"""The call that never came: three promises to call back, three misses, and then somebody who listens."""

from email.message import EmailMessage
from uuid import UUID

from gehoor.cli.stories.stage import Stage
from gehoor.events.intake import Closed, ContactRecorded, PromiseMade
from gehoor.events.routing import OwnerAccepted, OwnerAssigned
from gehoor.events.sla import DeadlineMissed, EscalationEnded, EscalationRaised
from gehoor.events.terms import ClockKind, Joined

NAME = "Karel Verschaeve-Ødegård"
ADDRESS = "karel.verschaeve@klant.example"
PHONE = "+32 9 225 25 25"
TEXT = "In mijn portaal staat opeens een oude hypotheek die ik allang heb afbetaald. Wie haalt dat eruit?"
AGAIN = "Ik bel nu voor de tweede keer. Er zou gebeld worden."
MAIL = "Nog altijd niemand gebeld. Graag hoor ik wanneer het wel gebeurt.\n\nKarel Verschaeve-Ødegård\n"
CONTEXT = "Vierde contact, drie keer niet teruggebeld. De oude hypotheek hangt nog aan zijn klantnummer; hij is boos."


async def play(stage: Stage) -> UUID:
    """Play it to its end, and give the complaint."""
    watch = stage.watch
    complaint = await stage.complain(
        "front-line",
        "mortgage",
        channel="phone",
        text=TEXT,
        name=NAME,
        contact_points=[{"kind": "phone", "address": PHONE}, {"kind": "email", "address": ADDRESS}],
        language="nl",
        label="wrong account shown",
        product="mortgage",
        by="st_anouk",
        contact={"steps": ["let-speak", "acknowledged"]},
    )
    await _promise(stage, complaint, "We bellen u morgen voor vijf uur terug.", days=0.9)
    await watch.fact(complaint, OwnerAssigned)
    await stage.armed(complaint, ClockKind.RESOLUTION, ClockKind.PROMISE)
    await stage.met(complaint, ClockKind.ACKNOWLEDGEMENT, ClockKind.FIRST_ANSWER)

    await stage.contact(
        "front-line",
        complaint,
        direction="out",
        channel="phone",
        outcome="voicemail",
        keeps=[str(await _promised(stage, complaint, 1))],
        by="st_bram",
    )
    await _escalated(stage, complaint, miss=1, level=1)

    await stage.contact(
        "front-line",
        complaint,
        direction="in",
        channel="phone",
        note=AGAIN,
        by="st_chloe",
        promises=[{"kind": "call-back", "what": "U wordt teruggebeld.", "until": stage.later(0.8)}],
    )
    await _escalated(stage, complaint, miss=1, level=2)
    await _escalated(stage, complaint, miss=2, level=2)

    await _mail_in_the_thread(stage, complaint)
    await watch.fact(complaint, ContactRecorded, lambda contact: contact.joined is Joined.THREAD)
    await _promise(stage, complaint, "Een collega belt u maandag.", days=0.6)
    await _escalated(stage, complaint, miss=3, level=3)

    await _listened_to(stage, complaint)
    return complaint


async def _promise(stage: Stage, complaint: UUID, what: str, *, days: float) -> None:
    promise = {"kind": "call-back", "what": what, "until": stage.later(days), "by": "st_anouk"}
    await stage.desks["front-line"].post("intake", f"/complaints/{complaint}/promises", promise)


async def _promised(stage: Stage, complaint: UUID, number: int) -> UUID:
    await stage.watch.fact(complaint, PromiseMade)
    made = [event.fact.promise_id for event in stage.watch.of(complaint) if isinstance(event.fact, PromiseMade)]
    return made[number - 1]


async def _escalated(stage: Stage, complaint: UUID, *, miss: int, level: int) -> None:
    """Wait until that promise was missed, and somebody of that level was asked for an answer."""

    def is_it(fact: DeadlineMissed) -> bool:
        return fact.kind is ClockKind.PROMISE and fact.miss == miss

    missed = await stage.watch.fact(complaint, DeadlineMissed, is_it)
    await stage.watch.fact(
        complaint, EscalationRaised, lambda raised: raised.clock_id == missed.clock_id and raised.level == level
    )


async def _mail_in_the_thread(stage: Stage, complaint: UUID) -> None:
    """A reply to the confirmation of what was said on the phone."""
    dossier = await stage.desks["front-line"].get("intake", f"/complaints/{complaint}")
    confirmation = await stage.mail_to(ADDRESS, about=dossier["reference"])
    mail = EmailMessage()
    mail["From"] = f"{NAME} <{ADDRESS}>"
    mail["To"] = confirmation["From"]
    mail["Subject"] = f"Re: {confirmation['Subject']}"
    mail["Message-ID"] = f"<{complaint.hex}.again@klant.example>"
    mail["In-Reply-To"] = confirmation["Message-ID"]
    mail.set_content(MAIL)
    await stage.desks["website"].send("intake", "/mails", mail.as_bytes(), "message/rfc822")


async def _listened_to(stage: Stage, complaint: UUID) -> None:
    await stage.contact(
        "front-line",
        complaint,
        direction="in",
        channel="phone",
        steps=["let-speak", "acknowledged", "sympathised", "took-responsibility"],
        by="st_dirk",
    )
    transfer = {"desk": "front-line", "to_desk": "back-office", "warmth": "warm", "context": CONTEXT, "by": "st_dirk"}
    await stage.desks["front-line"].post("routing", f"/complaints/{complaint}/transfer", transfer)
    accept = {"desk": "back-office", "by": "st_esra"}
    await stage.desks["back-office"].post("routing", f"/complaints/{complaint}/transfer/accept", accept)
    await stage.watch.fact(complaint, OwnerAccepted)
    await stage.contact(
        "back-office",
        complaint,
        direction="out",
        channel="phone",
        steps=["apologised", "explained", "fixed"],
        by="st_esra",
    )
    await stage.end(
        "back-office",
        complaint,
        [
            (
                "final-response",
                {
                    "kind": "final",
                    "admissible": True,
                    "judgement": "founded",
                    "solved": "fully",
                    "remedy": "De oude hypotheek is uit het portaal gehaald.",
                    "explanation": "Afbetaalde contracten bleven aan het klantnummer hangen. Onze excuses.",
                    "by": "st_esra",
                },
            ),
            ("customer-response", {"accepted": True, "by": "st_esra"}),
            ("closure", {"basis": "accepted", "hand_off": 1, "by": "st_esra"}),
            ("cause", {"cause": "old contracts are not unlinked", "by": "st_esra"}),
        ],
    )
    await stage.watch.fact(complaint, Closed)
    await stage.watch.fact(complaint, EscalationEnded)
