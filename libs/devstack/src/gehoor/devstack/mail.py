"""A mail drop: an SMTP server on 127.0.0.1 that delivers nothing and keeps everything, to be looked at.

Each mail is a file in the mailbox folder, and a line of `mails.jsonl` in it: file, sender, recipients, subject and
when it came. Runs as a process of its own: `python -m gehoor.devstack.mail PORT MAILBOX`.
"""

import asyncio
import json
import signal
import smtplib
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from gehoor.devstack.process import Process, free_port, is_free
from gehoor.devstack.server import Record, Say, Server

SIZE_MAX = 32 * 1024 * 1024
LIST = "mails.jsonl"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as the drop received it.

    Attributes:
        file: Its name in the mailbox folder; the mail whole, as it came.
        sender: The envelope's, not the header's; empty for a bounce.
        recipients: The envelope's.
        subject: The header's, decoded.
        received_at: When it came, ISO 8601 in UTC.
    """

    file: str
    sender: str
    recipients: Sequence[str]
    subject: str
    received_at: str


class MailDrop(Server):
    """The mail drop. Its mails are kept in `mailbox` inside the folder."""

    name = "mail"

    @property
    def address(self) -> str:
        """`host:port` to send to."""
        return f"127.0.0.1:{self.record.port}"

    @property
    def mailbox(self) -> Path:
        """The folder with the mails."""
        return self.folder / "mailbox"

    def mails(self) -> list[Mail]:
        """All that came, oldest first."""
        listed = self.mailbox / LIST
        if not listed.exists():
            return []
        return [Mail(**json.loads(line)) for line in listed.read_text(encoding="utf-8").splitlines()]

    def message(self, mail: Mail) -> EmailMessage:
        """The mail itself, parsed."""
        return message_from_bytes((self.mailbox / mail.file).read_bytes(), policy=default)

    def launch(self, known: Record | None, say: Say) -> Record:  # noqa: ARG002 (nothing here takes long)
        """Start the drop on the port it had, or a free one."""
        port = known.port if known and is_free(known.port) else free_port()
        self.mailbox.mkdir(mode=0o700, exist_ok=True)
        command: list[str | Path] = [sys.executable, "-m", "gehoor.devstack.mail", str(port), self.mailbox]
        return Record(port, Process.start(command, log=self.log))

    def answers(self, record: Record) -> bool:
        """Whether it says hello."""
        try:
            with smtplib.SMTP("127.0.0.1", record.port, timeout=1) as client:
                return client.noop()[0] == 250  # noqa: PLR2004 (RFC 5321: done)
        except OSError:
            return False


class _Keeping:
    """What aiosmtpd calls for each mail."""

    def __init__(self, mailbox: Path) -> None:
        self.mailbox = mailbox
        self.count = len(list(mailbox.glob("*.eml")))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail and list it, then say so."""
        content = cast("bytes", envelope.original_content)
        self.count += 1
        file = f"{self.count:06}.eml"
        (self.mailbox / file).write_bytes(content)
        subject = str(message_from_bytes(content, policy=default)["subject"] or "")
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        mail = Mail(file, envelope.mail_from or "", list(envelope.rcpt_tos), subject, now)
        with (self.mailbox / LIST).open("a", encoding="utf-8") as listed:
            listed.write(json.dumps(asdict(mail)) + "\n")
        return "250 kept"


async def _serve(port: int, mailbox: Path) -> None:
    keeping = _Keeping(mailbox)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeping, data_size_limit=SIZE_MAX, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
