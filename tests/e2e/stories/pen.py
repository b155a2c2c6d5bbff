"""S6 · The pen: attention before action; a vague promise is caught before it goes out; a clear no is an answer."""

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from uuid import UUID

from gehoor.cli.asking import AnswerError
from gehoor.cli.stories.stage import Stage
from gehoor.events.intake import Closed, PromiseKept, PromiseMade
from gehoor.events.routing import OwnerAssigned
from gehoor.events.terms import ClockKind

NAME = "Odette Vandersnickt"
ADDRESS = "odette.vandersnickt@bezoeker.example"
SUBJECT = "Geen pen in de leeszaal"
TEXT = "In uw leeszaal mocht ik mijn vulpen niet gebruiken. Men was onbeleefd en legde niets uit.\n"
VAGUE = "Ik zal kijken of ik iets voor u kan regelen."
PROMISE = "Morgen hoort u of een uitzondering kan."
NO = "Nee, een uitzondering kan niet: inkt op een akte gaat er nooit meer uit. Een potlood ligt voor u klaar."
SORRY = "Het spijt ons dat niemand u uitlegde waarom."


@dataclass(frozen=True)
class Pen:
    """What came of it."""

    complaint: UUID
    caught: AnswerError
    """What whoever wrote the vague promise was told."""


async def play(stage: Stage) -> Pen:
    """Play it to its end: it comes by mail."""
    mail = EmailMessage()
    mail["From"] = f"{NAME} <{ADDRESS}>"
    mail["To"] = "complaints@example.org"
    mail["Subject"] = SUBJECT
    mail["Message-ID"] = make_msgid(domain="bezoeker.example")
    mail.set_content(TEXT)
    answer = await stage.desks["website"].send("intake", "/mails", mail.as_bytes(), "message/rfc822")
    complaint = UUID(answer["id"])
    await stage.watch.fact(complaint, OwnerAssigned)
    await stage.armed(complaint, ClockKind.RESOLUTION)

    caught = await _write_vaguely(stage, complaint)
    await _act_at_once(stage, complaint)
    await _listen(stage, complaint)
    await _say_no(stage, complaint)
    return Pen(complaint, caught)


async def _write_vaguely(stage: Stage, complaint: UUID) -> AnswerError:
    try:
        await stage.contact(
            "front-line", complaint, direction="out", channel="email", outcome="sent", message=VAGUE, by="st_ivo"
        )
    except AnswerError as caught:
        return caught
    raise AssertionError("the vague promise went out")


async def _act_at_once(stage: Stage, complaint: UUID) -> None:
    """Somebody explains before having listened."""
    await stage.contact(
        "front-line", complaint, direction="out", channel="phone", steps=["explained", "offered-options"], by="st_ivo"
    )


async def _listen(stage: Stage, complaint: UUID) -> None:
    """Somebody else listens first, says sorry, and promises an answer by a moment."""
    await stage.contact(
        "front-line",
        complaint,
        direction="out",
        channel="phone",
        steps=["let-speak", "acknowledged", "sympathised", "apologised", "summarised", "noted-prevention"],
        note=SORRY,
        promises=[{"kind": "answer", "what": PROMISE, "until": stage.later(timedelta(minutes=2) / stage.day)}],
        by="st_jana",
    )
    await stage.armed(complaint, ClockKind.PROMISE)


async def _say_no(stage: Stage, complaint: UUID) -> None:
    promised = await stage.watch.fact(complaint, PromiseMade)
    await stage.contact(
        "front-line",
        complaint,
        direction="out",
        channel="email",
        outcome="sent",
        steps=["explained", "said-no"],
        message=NO,
        gives_answer=True,
        keeps=[str(promised.promise_id)],
        by="st_jana",
    )
    await stage.watch.fact(complaint, PromiseKept)
    await stage.met(complaint, ClockKind.PROMISE)
    response = {
        "judgement": "unfounded",
        "solved": "partly",
        "explanation": "De regel blijft. Voortaan leggen wij haar uit aan de deur van de leeszaal.",
        "by": "st_jana",
    }
    closing: list[tuple[str, dict[str, Any]]] = [
        ("final-response", response),
        ("customer-response", {"accepted": True, "by": "st_jana"}),
        ("closure", {"basis": "accepted", "by": "st_jana"}),
    ]
    await stage.end("front-line", complaint, closing)
    await stage.watch.fact(complaint, Closed)
    await stage.met(complaint, ClockKind.RESOLUTION)
