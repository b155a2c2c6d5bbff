"""Mail over SMTP: one attempt, one outcome.

| the server says                          | result  | why                                            |
|------------------------------------------|---------|------------------------------------------------|
| 2xx after the text                       | taken   | it is theirs now                               |
| 4xx, or no connection                    | failed  | try again                                      |
| 5xx                                      | refused | the same again would be refused again          |
| nothing, after the text was handed over  | unknown | it may be theirs: the next try has the same id |
"""

import asyncio
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError, MessageDefect
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ssl import SSLError

import aiosmtplib

from gehoor.runtime.http.bodies import header_safe
from gehoor.runtime.ports import Attempted, Mail, Result

_SEVEN_BITS = SMTP.clone(cte_type="7bit")
"""Not every server on the way takes eight."""
TRY_WITHIN = timedelta(seconds=20)
"""One attempt, from connecting to the server's last word."""


class SmtpMailer:
    """Hands mail to one server."""

    def __init__(self, server: str, sender: str, *, within: timedelta = TRY_WITHIN) -> None:
        """`server`: host:port; `sender`: an address, whose domain makes the message ids."""
        host, _, port = server.rpartition(":")
        self._host, self._port = host.strip("[]") or "127.0.0.1", int(port)
        self._sender = sender
        self._within = within

    async def send(self, mail: Mail) -> Attempted:
        """Try once, within a bound; never raises for what the other side does."""
        try:
            written = write(mail, self._sender, datetime.now(UTC))
        except (ValueError, HeaderParseError, MessageDefect):
            return Attempted(Result.REFUSED, "unwritable")
        handed_over = False
        client = aiosmtplib.SMTP(hostname=self._host, port=self._port, timeout=self._within.total_seconds())
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                await client.connect()
                await client.mail(parseaddr(self._sender)[1])
                await client.rcpt(mail.to)
                handed_over = True
                answer = await client.data(written.as_bytes())
                return Attempted(Result.TAKEN, f"smtp-{answer.code}", answer.code)
        except (
            aiosmtplib.SMTPTimeoutError,
            aiosmtplib.SMTPServerDisconnected,
            TimeoutError,
            OSError,
            SSLError,
        ) as gone:
            if isinstance(gone, aiosmtplib.SMTPConnectError) or not handed_over:
                return Attempted(Result.FAILED, "unreachable")
            return Attempted(Result.UNKNOWN, "no-answer")
        except aiosmtplib.SMTPResponseException as said:
            return Attempted(Result.REFUSED if said.code >= 500 else Result.FAILED, f"smtp-{said.code}", said.code)  # noqa: PLR2004 - RFC 5321: permanent
        except aiosmtplib.SMTPException:
            return Attempted(Result.FAILED, "smtp")
        finally:
            client.close()


def write(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    """The message: plain text, and headers that tell machines what it is.

    Raises:
        ValueError: something that becomes a header holds a line end, or an address is none.
    """
    address = parseaddr(sender)[1]
    message = EmailMessage(_SEVEN_BITS)
    message["From"] = header_safe(sender)
    message["To"] = _address(mail.to)
    message["Subject"] = header_safe(f"{mail.subject} [{mail.reference}]" if mail.reference else mail.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail, address)
    message["Content-Language"] = header_safe(mail.language)
    if mail.in_reply_to is not None:
        message["In-Reply-To"] = message["References"] = header_safe(mail.in_reply_to)
    if mail.automatic:
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine should answer it
    if mail.reference is not None:
        message["X-Gehoor-Reference"] = header_safe(mail.reference)
    message.set_content(mail.text.replace("\x00", ""))
    return message


def message_id(mail: Mail, sender: str) -> str:
    """The same over all attempts, so that a receiver can tell one mail that came twice from two."""
    return f"<{mail.key}@{sender.rpartition('@')[2]}>"


def _address(to: str) -> str:
    name, address = parseaddr(header_safe(to))
    if (
        name
        or address != to
        or "@" not in address
        or not to.isascii()
        or any(character in ' ,;<>"' for character in address)
    ):
        raise ValueError("one bare ASCII address is wanted")
    return address
