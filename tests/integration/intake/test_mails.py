"""Mail from anybody: read within bounds, joined on proof, set aside with a reason, and never lost or doubled."""

from datetime import timedelta
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import pytest

from gehoor.runtime.ports import Attempted, Result
from tests.integration.intake.house import House, letter

SET_ASIDE = "intake.message-set-aside.v1"


async def words_of(intake: House, raw: EmailMessage | bytes) -> str:
    """What we read as the text of a new complaint."""
    came = await intake.mail(raw)
    assert came["became"] == "complaint"
    return str((await intake.show(came["id"]))["story"][0]["text"])


async def reason_of(intake: House, raw: EmailMessage | bytes) -> str:
    """Why it was set aside."""
    came = await intake.mail(raw)
    assert came["became"] == "set-aside"
    row = await intake.store.get("messages", came["id"])
    assert row is not None
    return str(row.body["reason"])


async def test_the_same_mail_twice_is_one_complaint(intake: House) -> None:
    mail = letter("Mijn pakje is er niet.")
    assert await intake.mail(mail) == await intake.mail(mail)
    assert (await intake.stored()).count("intake.complaint-received.v1") == 1
    assert len(intake.mailer.sent) == 1


async def test_the_same_mail_without_an_id_twice_is_one_complaint(intake: House) -> None:
    mail = letter("Mijn pakje is er niet.")
    del mail["Message-ID"]
    assert await intake.mail(mail) == await intake.mail(mail)


async def test_two_mails_of_one_customer_outside_a_thread_are_two_complaints(intake: House) -> None:
    one, other = await intake.mail(letter("Eerste.")), await intake.mail(letter("Tweede."))
    assert one["id"] != other["id"]


async def test_a_customer_who_answers_their_own_mail_joins_it(intake: House) -> None:
    first = await intake.mail(letter("Eerste.", Message_ID="<a1@mail.example.org>"))
    more = await intake.mail(letter("En nog iets.", References="<x@y> <a1@mail.example.org>"))
    assert (more["became"], more["id"]) == ("contact", first["id"])


async def test_a_thread_nobody_knows_is_a_new_complaint(intake: House) -> None:
    came = await intake.mail(letter("Hallo?", In_Reply_To="<nobody@knows.example>"))
    assert came["became"] == "complaint"


async def test_a_mail_in_the_thread_of_a_merged_complaint_goes_to_where_it_goes_on(intake: House) -> None:
    one = await intake.mail(letter("Eerste.", Message_ID="<a1@mail.example.org>"))
    other = await intake.mail(letter("Zelfde."))
    await intake.post(f"/complaints/{one['id']}/merge", 200, into=other["reference"])
    more = await intake.mail(letter("En?", In_Reply_To="<a1@mail.example.org>"))
    assert (more["became"], more["id"]) == ("contact", other["id"])


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto-reply"),
        ({"X_Autoreply": "yes"}, "auto-reply"),
        ({"Precedence": "auto_reply"}, "auto-reply"),
        ({"Precedence": "bulk"}, "list-mail"),
        ({"List_Id": "<news.example.org>"}, "list-mail"),
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"From": "MAILER-DAEMON@example.org"}, "bounce"),
        ({"X_Gehoor_Reference": "ABCD-EFGH"}, "loop"),
    ],
)
async def test_nobody_waits_for_an_answer_to_what_a_machine_sent(
    intake: House, headers: dict[str, str], reason: str
) -> None:
    assert await reason_of(intake, letter("Ik ben afwezig.", **headers)) == reason
    assert not intake.mailer.sent


async def test_a_mail_that_says_a_person_sent_it_is_a_complaint(intake: House) -> None:
    assert await words_of(intake, letter("Klacht.", Auto_Submitted="no")) == "Klacht."


async def test_a_bounce_is_kept_with_the_complaint_whose_mail_it_returns(intake: House) -> None:
    received = await intake.mail(letter("Klacht."))
    report = MIMEMultipart("report")
    report.set_param("report-type", "delivery-status")
    report["From"], report["Message-ID"] = "mailer-daemon@example.org", "<b1@example.org>"
    inner = letter("We hebben uw klacht", Message_ID=f"<{intake.mailer.sent[0].key}@example.org>")
    report.attach(MIMEText("returned"))
    report.attach(MIMEMessage(inner))
    came = await intake.mail(report.as_bytes())
    row = await intake.store.get("messages", came["id"])
    assert row is not None
    assert f"about={received['id']}" in row.tags


async def test_a_machine_that_complains_is_not_acknowledged(intake: House) -> None:
    assert await words_of(intake, letter("Klacht.", From="noreply@example.org")) == "Klacht."
    assert not intake.mailer.sent


HTML = "<html><body><p>Mijn <b>pakje</b> is weg.</p><script>alert(1)</script></body></html>"
RAW = {
    "html": (f"From: a@example.org\nContent-Type: text/html\n\n{HTML}".encode(), "Mijn pakje is weg."),
    "utf-8 that says it is latin-1": (
        "From: a@example.org\nContent-Type: text/plain; charset=iso-8859-1\n\nCafé België".encode(),
        "Café België",
    ),
    "latin-1 that says it is utf-8": (
        "From: a@example.org\nContent-Type: text/plain; charset=utf-8\n\nCafé België".encode("latin-1"),
        "Café België",
    ),
    "a charset that does not exist": (
        "From: a@example.org\nContent-Type: text/plain; charset=martian\n\nCafé".encode(),
        "Café",
    ),
    "a charset that is no charset": (
        b"From: a@example.org\nContent-Type: text/plain; charset=base64\n\nabc",
        "abc",
    ),
    "no header at all": (b"\nhallo", "hallo"),
    "a NUL": (b"From: a@example.org\n\nhal\x00lo", "hallo"),
    "a header that lies": (b"From: =?utf-8?b?!!!?= <a@example.org>\nSubject: =?x?q?\xff?=\n\nhallo", "hallo"),
    "only a subject": (b"From: a@example.org\nSubject: Waar blijft mijn pakje?\n\n", "Waar blijft mijn pakje?"),
    "nothing": (b"From: a@example.org\n\n", "-"),
    "an attachment only": (
        b"From: a@example.org\nContent-Type: application/pdf\nContent-Disposition: attachment\n\n%PDF",
        "-",
    ),
    "a multipart without parts": (
        b"From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\nloose words",
        "-",
    ),
}


@pytest.mark.parametrize("case", RAW)
async def test_what_people_write_is_read_whatever_its_labels_say(intake: House, case: str) -> None:
    raw, text = RAW[case]
    assert await words_of(intake, raw) == text


def nested(depth: int) -> bytes:
    """A mail in a mail in a mail."""
    inner: Any = MIMEText("deep")
    for _ in range(depth):
        outer = MIMEMultipart()
        outer.attach(inner)
        inner = outer
    inner["From"] = "a@example.org"
    return bytes(inner.as_bytes())


UNREADABLE = {
    "empty": b"\r\n",
    "too many parts": b"From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhi\n" * 200,
    "too deep": nested(25),
    "very deep": nested(90),
    "too many headers": b"".join(b"X-%d: y\n" % number for number in range(1000)) + b"\nhi",
    "a header that never ends": b"Subject: " + b"a" * 100_000 + b"\n\nhi",
    "a folded header that never ends": b"Subject: a" + b"\n b" * 50_000 + b"\n\nhi",
}


@pytest.mark.parametrize("case", UNREADABLE)
async def test_what_can_not_be_read_is_kept_whole_and_the_next_goes_on(intake: House, case: str) -> None:
    came = await intake.mail(UNREADABLE[case])
    assert came["became"] == "set-aside"
    assert await reason_of(intake, UNREADABLE[case]) == "unreadable"
    assert await words_of(intake, letter("De volgende.")) == "De volgende."


async def test_a_mail_of_ten_megabytes_is_too_large(intake: House) -> None:
    await intake.mail(b"From: a@example.org\n\n" + b"a" * (10 * 1024 * 1024), 413)
    assert await intake.stored() == []


async def test_a_mail_can_not_put_a_line_into_ours(intake: House) -> None:
    raw = b"From: =?utf-8?q?a=0D=0ABcc=3A_b=40example=2Eorg?= <a@example.org>\nSubject: =?utf-8?q?a=0Ab?=\n\nhallo"
    came = await intake.mail(raw)
    story = (await intake.show(came["id"]))["story"][0]
    assert "\n" not in story["name"] + story["subject"]
    assert len(intake.mailer.sent) == 1


async def test_an_encoded_name_can_not_pose_as_an_address(intake: House) -> None:
    raw = b"From: =?utf-8?q?victim=40example=2Eorg=2C?= <a@example.org>\n\nhallo"
    came = await intake.mail(raw)
    assert [mail.to for mail in intake.mailer.sent] == ["a@example.org"]
    assert (await intake.show(came["id"]))["story"][0]["name"] == "victim@example.org,"


async def test_the_whole_mail_is_kept_and_can_be_fetched(intake: House) -> None:
    mail = letter("Mijn pakje is er niet.")
    came = await intake.mail(mail)
    (attachment,) = (await intake.show(came["id"]))["story"][0]["attachments"]
    fetched = await intake.http.get(f"/complaints/{came['id']}/attachments/{attachment['digest']}")
    assert fetched.content == mail.as_bytes()
    assert fetched.headers["content-type"] == "application/octet-stream"


async def test_our_mail_is_tried_again_until_a_server_takes_it(intake: House) -> None:
    intake.mailer.answer = lambda _mail: Attempted(Result.FAILED, "smtp-451", 451)
    came = await intake.mail(letter("Klacht."))
    (waiting,) = (await intake.show(came["id"]))["deliveries"]
    assert (waiting["attempts"], waiting["next_at"] is None) == (1, False)
    intake.mailer.answer = lambda _mail: Attempted(Result.TAKEN, "smtp-250", 250)
    intake.clock.jump(timedelta(hours=1))
    await intake.settle()
    assert await intake.facts(came["id"]) == ["complaint-received", "acknowledged", "message-delivered"]
    assert len({mail.key for mail in intake.mailer.sent}) == 1


async def test_an_address_that_is_refused_is_given_up_at_once(intake: House) -> None:
    intake.mailer.answer = lambda _mail: Attempted(Result.REFUSED, "smtp-550", 550)
    came = await intake.mail(letter("Klacht."))
    last = (await intake.show(came["id"]))["story"][-1]
    assert (last["reached"], last["attempts"], last["detail"]) == ("failed", 1, "smtp-550")
