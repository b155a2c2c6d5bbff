"""Reading a mail that anybody may have written: bounded in size, parts, depth and headers, whatever its labels say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses

import nh3
from inscriptis import get_text  # type: ignore[import-untyped]

from gehoor.intake.channels.form import TEXT_MAX
from gehoor.intake.points import mail_address

BYTES_MAX = 10 * 1024 * 1024
PARTS_MAX = 100
DEPTH_MAX = 20
HEADERS_MAX = 300
HEADER_LINE_MAX = 20_000
"""Bytes of one header, folded lines included."""
REFERENCES_MAX = 50
HTML_MAX = 1024 * 1024
"""Characters of HTML that are read; what is longer stands in the mail that is kept whole."""
_ID = re.compile(r"<[^<>\s]{1,250}>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NAIVE = frozenset({"", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252"})
"""Labels that programs write without looking: UTF-8 under such a label is UTF-8."""


class UnreadableMailError(Exception):
    """It can't be read; `code` says why, without a word of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Mail:
    """What was understood of a mail."""

    message: Message
    sender: str | None
    """The address in From, normalised; None where there is none."""
    name: str | None
    subject: str | None
    text: str
    """What a person wrote, as plain text; empty where there is none."""
    message_id: str | None
    answers: tuple[str, ...]
    """The messages it says it answers, the nearest first."""


def read(raw: bytes) -> Mail:
    """The mail.

    Raises:
        UnreadableMailError: it is empty, too large, too deep, has too many parts or headers, or breaks the parser.
    """
    if len(raw) > BYTES_MAX:
        raise UnreadableMailError("too-large")
    if not raw.strip():
        raise UnreadableMailError("empty")
    if raw.lower().count(b"boundary") > PARTS_MAX:
        raise UnreadableMailError("too-many-parts")
    _bounded_headers(raw)
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        _bounded_parts(message)
        return _understood(message)
    except (MessageError, ValueError, LookupError, RecursionError, AssertionError, TypeError, AttributeError):
        raise UnreadableMailError("malformed") from None


def header(message: Message, name: str) -> str | None:
    """A header as one line of text, whatever it is encoded in; None where there is none or it is blank."""
    written = message.get(name)
    return None if written is None else _line(str(written))


def _line(written: str) -> str | None:
    try:
        said = str(make_header(decode_header(written)))
    except (HeaderParseError, LookupError, ValueError, AssertionError):
        said = written
    return " ".join(_CONTROL.sub("", said).split())[:500] or None


def _understood(message: Message) -> Mail:
    sender, name = _sender(message)
    own = _ID.findall(str(message.get("Message-ID", "")))
    nearest = _ID.findall(str(message.get("In-Reply-To", ""))[:HEADER_LINE_MAX])
    others = _ID.findall(str(message.get("References", ""))[:HEADER_LINE_MAX])
    answers = tuple(dict.fromkeys([*nearest, *reversed(others)]))[:REFERENCES_MAX]
    subject = header(message, "Subject")
    return Mail(message, sender, name, subject, _text(message), own[0] if own else None, answers)


def _sender(message: Message) -> tuple[str | None, str | None]:
    """Who wrote it. Encoded words are read after the addresses were told apart: they are names, whatever they say."""
    for name, address in getaddresses([" ".join(str(message.get("From", "")).split())]):
        try:
            return mail_address(address), _line(name)
        except ValueError:
            continue
    return None, None


def _text(message: Message) -> str:
    plain, html = [], []
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_decoded(part))
        elif part.get_content_type() == "text/html":
            html.append(_decoded(part))
    written = "\n".join(plain).strip() or _plain("\n".join(html)[:HTML_MAX])
    return _CONTROL.sub("", written.replace("\r\n", "\n").replace("\r", "\n")).strip()[:TEXT_MAX]


def _decoded(part: Message) -> str:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return ""
    label = (part.get_content_charset() or "").strip().lower()
    tried = ("utf-8", label, "cp1252") if label in _NAIVE else (label, "utf-8", "cp1252")
    for charset in filter(None, tried):
        try:
            return body.decode("cp1252" if charset in _NAIVE else charset)
        except (UnicodeError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def _plain(html: str) -> str:
    if not html.strip():
        return ""
    try:
        return str(get_text(html))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return nh3.clean(html, tags=set())


def _bounded_headers(raw: bytes) -> None:
    head = raw[: HEADERS_MAX * HEADER_LINE_MAX].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = re.split(rb"\n(?![ \t])", head)
    if len(lines) > HEADERS_MAX:
        raise UnreadableMailError("too-many-headers")
    if any(len(line) > HEADER_LINE_MAX for line in lines):
        raise UnreadableMailError("header-too-long")


def _bounded_parts(message: Message) -> None:
    parts = 0
    level: list[Message] = [message]
    for depth in range(DEPTH_MAX + 1):
        parts += len(level)
        if parts > PARTS_MAX:
            raise UnreadableMailError("too-many-parts")
        level = [child for part in level for child in _children(part)]
        if not level:
            return
        if depth == DEPTH_MAX:
            raise UnreadableMailError("too-deep")


def _children(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (child for child in payload if isinstance(child, Message))
