"""Contact points: written in one way, and looked up without being readable."""

import hmac
from collections.abc import Callable
from hashlib import sha256

import phonenumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from email_validator import EmailNotValidError, validate_email

from gehoor.events.intake import PointKind

Digester = Callable[[PointKind, str], str]
"""Makes of an address what it is looked up by."""
_KEY_BYTES = 32
_PURPOSE = b"gehoor/intake/contact-points/v1"


def normalised(kind: PointKind, written: str, region: str) -> str:
    """The address in one way of writing: E.164 for phones, lower case for mail and handles.

    Raises:
        ValueError: it is no such address; the message does not repeat it.
    """
    match kind:
        case PointKind.EMAIL:
            return mail_address(written)
        case PointKind.PHONE:
            return _phone(written, region)
        case PointKind.HANDLE:
            return written.strip().removeprefix("@").casefold()
        case PointKind.POST:
            return " ".join(written.split())


def mail_address(written: str) -> str:
    """A mail address, with its domain as it goes over the wire.

    Raises:
        ValueError: it is none.
    """
    try:
        checked = validate_email(written.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("no mail address") from None
    return (checked.ascii_email or checked.normalized).casefold()


def _phone(written: str, region: str) -> str:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise ValueError("no phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("no phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def digester(installation_key: bytes) -> Digester:
    """Keyed digests of addresses: equal for equal addresses, and of no use without the installation's key."""
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(installation_key)

    def digest(kind: PointKind, address: str) -> str:
        return hmac.new(key, f"{kind}:{address}".encode(), sha256).hexdigest()

    return digest
