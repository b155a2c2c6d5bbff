"""The process behind the mail drop: `python -m gehoor.devstack.smtp PORT MAILBOX`."""

import asyncio
import json
import signal
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from gehoor.devstack.mail import LIST, Mail

SIZE_MAX = 32 * 1024 * 1024


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
