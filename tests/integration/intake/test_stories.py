"""The stories as intake's part of the journal tells them, asked over HTTP."""

from datetime import timedelta
from uuid import UUID

from gehoor.events.routing import AssignReason, OwnerAccepted, OwnerAssigned, ReportForwarded
from gehoor.events.sla import DeadlineMissed, MissReason, Watched
from gehoor.events.terms import ClockId, ClockKind, PromiseId
from tests.integration.intake.house import HEARD, House, letter


def assigned(house: House, desk: str) -> OwnerAssigned:
    return OwnerAssigned(occurred_at=house.clock.now(), desk=desk, why=AssignReason.CLASSIFIED, hand_off=0)


def missed(house: House, promise: str, miss: int) -> DeadlineMissed:
    return DeadlineMissed(
        occurred_at=house.clock.now(),
        clock_id=ClockId(UUID(promise)),
        kind=ClockKind.PROMISE,
        desk="front-line",
        due=house.clock.now(),
        reason=MissReason.DUE_PASSED,
        miss=miss,
        fired_late_seconds=0,
        watches=Watched(promise_id=PromiseId(UUID(promise))),
    )


def until(house: House, **later: float) -> str:
    return (house.clock.now() + timedelta(**later)).isoformat()


async def test_the_call_that_never_came(intake: House) -> None:
    """S9."""
    received = await intake.post(
        "/complaints",
        channel="phone",
        text="Er staat een oude hypotheek in mijn portaal.",
        name="Els Vermeulen",
        contact_points=[{"kind": "email", "address": "els@example.org"}, {"kind": "phone", "address": "0470 12 34 56"}],
        label="wrong account shown",
        contact={"steps": HEARD},
    )
    id_ = received["id"]
    path = f"/complaints/{id_}"
    first = await intake.post(
        f"{path}/promises", kind="call-back", what="Morgen voor vijf.", until=until(intake, days=1)
    )
    await intake.hear("routing", UUID(id_), assigned(intake, "front-line"))
    told = await intake.facts(id_)
    assert told == ["complaint-received", "contact-recorded", "acknowledged", "message-delivered", "promise-made"]

    one = first["promise_ids"][0]
    intake.clock.jump(timedelta(hours=7))
    called = await intake.post(f"{path}/contacts", direction="out", channel="phone", outcome="voicemail", keeps=[one])
    assert called["followed"] == ["intake.contact-recorded.v1", "intake.promise-attempted.v1"]
    intake.clock.jump(timedelta(days=1))
    await intake.hear("sla", UUID(id_), missed(intake, one, 1))
    again = await intake.post(
        f"{path}/contacts",
        direction="in",
        channel="phone",
        promises=[{"kind": "call-back", "what": "Donderdag.", "until": until(intake, days=1)}],
    )
    assert again["followed"] == ["intake.contact-recorded.v1", "intake.promise-made.v1"]
    intake.clock.jump(timedelta(days=1))
    await intake.hear("sla", UUID(id_), missed(intake, again["promise_ids"][0], 2))
    ours = f"<{intake.mailer.sent[0].key}@example.org>"
    joined = await intake.mail(letter("Er belt nog altijd niemand.", In_Reply_To=ours))
    assert joined["id"] == id_
    await intake.post(
        f"{path}/contacts", direction="in", channel="phone", steps=[*HEARD, "sympathised", "took-responsibility"]
    )
    accepted = OwnerAccepted(occurred_at=intake.clock.now(), desk="back-office", person="st_bert", hand_off=1, offer=1)
    await intake.hear("routing", UUID(id_), accepted)
    mended = await intake.post(
        f"{path}/contacts", direction="out", channel="phone", steps=["apologised", "explained", "fixed"]
    )
    await intake.post(
        f"{path}/final-response",
        judgement="founded",
        solved="fully",
        explanation="Oude contracten werden niet losgekoppeld.",
        contact_id=mended["contact_id"],
    )
    await intake.post(f"{path}/customer-response", accepted=True)
    front, back = [
        await intake.key("intake:write", desks=[desk], staff="st_bert") for desk in ("front-line", "back-office")
    ]
    refused = await intake.http.post(f"{path}/closure", json={"basis": "accepted"}, headers=front)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-the-owner")
    closed = await intake.http.post(f"{path}/closure", json={"basis": "accepted", "hand_off": 1}, headers=back)
    assert (await intake.told(closed, 200))["followed"][0] == "intake.closed.v1"
    await intake.post(f"{path}/cause", cause="old contracts are not unlinked")

    dossier = await intake.show(received["reference"])
    assert dossier["status"] == "closed"
    assert dossier["owner"] == {"desk": "back-office", "person": "st_bert", "hand_off": 1}
    assert [(one["standing"], one["missed"]) for one in dossier["promises"]] == [("released", True)] * 2
    came = [one for one in dossier["story"] if one.get("direction") == "in"]
    assert [(one["channel"], one["joined"]) for one in came] == [
        ("phone", "first"),
        ("phone", "staff"),
        ("email", "thread"),
        ("phone", "staff"),
    ]
    assert not dossier["story"][-2].get("out_of_order", False)
    second = await intake.http.post(f"{path}/closure", json={"basis": "accepted"}, headers=back)
    assert second.json()["code"] == "already-closed"


async def test_the_prize_that_never_came_is_acknowledged_in_the_customers_language(intake: House) -> None:
    """S1, as far as it is intake's."""
    received = await intake.post(
        "/complaints",
        channel="web",
        text="J'ai gagné en août et je n'ai toujours rien reçu.",
        contact_points=[{"kind": "email", "address": "Jo@Example.org"}],
    )
    assert await intake.facts(received["id"]) == ["complaint-received", "acknowledged", "message-delivered"]
    (sent,) = intake.mailer.sent
    assert (sent.to, sent.subject, sent.language) == ("jo@example.org", "Votre plainte nous est parvenue", "fr")
    assert received["reference"] in sent.text
    assert "août" not in sent.text


async def test_twenty_readers_report_a_typo_and_one_report_is_handled(intake: House) -> None:
    """S3."""
    reported = [
        await intake.post(
            "/reports",
            page=f"https://example.org/news/1?reader={number}#top",
            selection="het gebeurd  elke dag",
            text="dt-fout",
            contact_points=[{"kind": "email", "address": f"lezer{number}@example.org"}],
        )
        for number in range(20)
    ]
    first = UUID(reported[0]["id"])
    forwarded = ReportForwarded(occurred_at=intake.clock.now(), desk="newsroom", rule="articles", policy="default-1")
    await intake.hear("routing", first, forwarded)
    assert not intake.mailer.sent
    await intake.post(f"/reports/{first}/handled", 200, fixed=True)
    for report in reported:
        assert await intake.facts(report["id"]) == [
            "report-received",
            "report-handled",
            "reporter-thanked",
            "message-delivered",
        ]
    assert len({mail.to for mail in intake.mailer.sent}) == 20
    assert {(await intake.show(report["id"]))["status"] for report in reported} == {"handled"}


async def test_a_report_that_comes_while_the_first_is_handled_is_handled_too(intake: House) -> None:
    spot = {"page": "https://example.org/news/2", "text": "typo"}
    first = await intake.post("/reports", **spot)
    late = (await intake.http.post("/reports", json=spot)).json()
    answer = await intake.http.post(f"/reports/{first['id']}/handled", json={"fixed": True})
    await intake.told(answer, 200)
    assert (await intake.show(late["id"]))["status"] == "handled"
    next_one = await intake.post("/reports", **spot)
    assert (await intake.show(next_one["id"]))["status"] == "open"


async def test_the_other_counter_ends_nothing(intake: House) -> None:
    """S8."""
    received = await intake.post("/complaints", channel="desk", text="De schoen van mijn zoon is weg.")
    sent_on = await intake.post(
        f"/complaints/{received['id']}/referral", whither="outside", warmth="cold", to="de opvang"
    )
    assert sent_on["followed"] == ["intake.referred-elsewhere.v1"]
    dossier = await intake.show(received["id"])
    assert (dossier["status"], dossier["owner"]["desk"]) == ("open", "front-line")


async def test_a_vague_word_is_caught_before_it_goes_out(intake: House) -> None:
    """S6."""
    received = await intake.post("/complaints", channel="desk", text="Ik mag geen pen gebruiken.", language="nl")
    path = f"/complaints/{received['id']}/contacts"
    words = {"direction": "out", "channel": "email", "outcome": "sent"}
    vague = "Ik zal  kijken of ik iets voor u kan regelen."
    refused = await intake.http.post(path, json={**words, "message": vague})
    assert refused.json()["code"] == "vague-promise"
    promise = {"kind": "answer", "what": "U hoort het vrijdag.", "until": until(intake, days=4)}
    await intake.post(path, **words, message=vague, promises=[promise])
    await intake.post(path, **words, message="Nee: pennen vlekken, en wat hier ligt is enig.", steps=["said-no"])


async def test_a_customer_who_answers_our_acknowledgement_joins_the_complaint(intake: House) -> None:
    received = await intake.mail(letter("Mijn pakje is er nog altijd niet."))
    assert received["became"] == "complaint"
    (acknowledgement,) = intake.mailer.sent
    ours = f"<{acknowledgement.key}@example.org>"
    answer = letter("Nog niets.\n\nOp ma 2 mrt 2026 schreef Klachten:\n> We hebben uw klacht", In_Reply_To=ours)
    joined = await intake.mail(answer)
    assert (joined["became"], joined["id"]) == ("contact", received["id"])
    dossier = await intake.show(received["id"])
    assert dossier["contact_points"][0]["proof"] == "replied"
    assert dossier["story"][-1]["message"] == "Nog niets."
    assert dossier["story"][-1]["joined"] == "thread"
    sent = await intake.post(
        f"/complaints/{received['id']}/contacts",
        direction="out",
        channel="email",
        message="Uw pakje ligt klaar bij de balie.",
        send=True,
        gives_answer=True,
    )
    assert sent["followed"] == ["intake.contact-recorded.v1"]
    assert intake.mailer.sent[-1].text == "Uw pakje ligt klaar bij de balie."
    assert not intake.mailer.sent[-1].automatic
