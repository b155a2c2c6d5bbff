"""What an attempt to send mail comes to, with a real server at the other end."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from socket import socket
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from gehoor.runtime.deliveries.mail import SmtpMailer
from gehoor.runtime.ports import Attempted, Mail, Result

MAIL = Mail(UUID(int=1), "els@example.net", "Uw klacht", "Wij bellen u.\n.\nMorgen.\n", reference="ABCD-EFGH")
SENDER = "klachten@example.org"


class Drop:
    """A mail server that keeps what it takes and answers what it is told."""

    def __init__(self, at_rcpt: str = "250 OK", at_data: str = "250 OK", hang: threading.Event | None = None) -> None:
        self.taken: list[Envelope] = []
        self.at_rcpt = at_rcpt
        self.at_data = at_data
        self.hang = hang

    async def handle_RCPT(  # noqa: N802 - the library's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        self.taken.append(envelope)
        if self.hang is not None:
            await asyncio.to_thread(self.hang.wait, 10)
        return self.at_data


@contextmanager
def dropping(drop: Drop) -> Iterator[str]:
    controller = Controller(drop, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def _free_port() -> int:
    with closing(socket()) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def test_mail_that_was_taken_is_there_as_it_was_written() -> None:
    drop = Drop()
    with dropping(drop) as server:
        assert await SmtpMailer(server, SENDER).send(MAIL) == Attempted(Result.TAKEN, "smtp-250", 250)
    (envelope,) = drop.taken
    assert envelope.rcpt_tos == ["els@example.net"]
    content = envelope.content
    assert isinstance(content, bytes)
    read = message_from_bytes(content, policy=policy.default)
    assert read["Subject"] == "Uw klacht [ABCD-EFGH]"
    assert read["From"] == SENDER
    assert read.get_content().replace("\r\n", "\n") == MAIL.text


@pytest.mark.parametrize(
    ("drop", "result", "status"),
    [
        (Drop(at_rcpt="550 no such user"), Result.REFUSED, 550),
        (Drop(at_rcpt="451 later"), Result.FAILED, 451),
        (Drop(at_data="554 spam"), Result.REFUSED, 554),
        (Drop(at_data="452 full"), Result.FAILED, 452),
    ],
)
async def test_what_the_server_says_decides(drop: Drop, result: Result, status: int) -> None:
    with dropping(drop) as server:
        assert await SmtpMailer(server, SENDER).send(MAIL) == Attempted(result, f"smtp-{status}", status)


async def test_nobody_there_is_a_failure() -> None:
    attempted = await SmtpMailer(f"127.0.0.1:{_free_port()}", SENDER).send(MAIL)
    assert attempted == Attempted(Result.FAILED, "unreachable")


async def test_silence_after_the_text_is_unknown_for_it_may_have_arrived() -> None:
    seen = threading.Event()
    drop = Drop(hang=seen)
    with dropping(drop) as server:
        attempted = await SmtpMailer(server, SENDER, within=timedelta(milliseconds=500)).send(MAIL)
        seen.set()
    assert attempted == Attempted(Result.UNKNOWN, "no-answer")
    assert len(drop.taken) == 1


async def test_silence_before_the_text_is_a_failure() -> None:
    gone = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    attempted = await SmtpMailer(f"127.0.0.1:{port}", SENDER, within=timedelta(milliseconds=300)).send(MAIL)
    await gone.wait()
    server.close()
    assert attempted == Attempted(Result.FAILED, "unreachable")


async def test_what_can_not_be_written_is_refused_and_reaches_no_server() -> None:
    bad = Mail(UUID(int=2), "els@example.net", "a\r\nBcc: everybody@example.net", "x")
    assert await SmtpMailer(f"127.0.0.1:{_free_port()}", SENDER).send(bad) == Attempted(Result.REFUSED, "unwritable")
