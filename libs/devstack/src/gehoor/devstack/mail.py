"""A mail drop: an SMTP server on 127.0.0.1 that delivers nothing and keeps everything, to be looked at.

Each mail is a file in the mailbox folder, and a line of `mails.jsonl` in it: file, sender, recipients, subject and
when it came. The server itself is smtp.py, a process of its own.
"""

import json
import smtplib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from gehoor.devstack.process import Process, free_port, is_free
from gehoor.devstack.server import Record, Say, Server

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
        command: list[str | Path] = [sys.executable, "-m", "gehoor.devstack.smtp", str(port), self.mailbox]
        return Record(port, Process.start(command, log=self.log))

    def answers(self, record: Record) -> bool:
        """Whether it says hello."""
        try:
            with smtplib.SMTP("127.0.0.1", record.port, timeout=1) as client:
                return client.noop()[0] == 250  # noqa: PLR2004 (RFC 5321: done)
        except OSError:
            return False
