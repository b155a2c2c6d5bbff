"""Sealing: private fields encrypted before anything is stored, with a key of their subject.

AES-256-GCM, a fresh nonce a field; the associated data is the event's id and the field's path, so a token moved to
another fact or field does not open. Unsealing has three outcomes: the value; erased, with the moment; or unknown,
which is an error to try again and never a blank.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gehoor.events.private import CLEAR, ERASED, SEALED, Erased, Json, Path, rewrite
from gehoor.runtime.ports import DefectError, Key, UnknownKeyError

_NONCE_BYTES = 12
_VERSION = "1."


def seal(clear: Json, key: Key | Erased | None, event: UUID, nonce: Callable[[int], bytes] = os.urandom) -> Json:
    """A fact's JSON with every clear private field sealed; erased where the subject's key is.

    `nonce` draws that many bytes, never the same again.

    Raises:
        UnknownKeyError: there is a private field and no key for it.
        DefectError: a field is sealed already: it was copied from another fact.
    """
    cipher = AESGCM(key) if isinstance(key, bytes) else None

    def close(path: Path, value: Json) -> Mapping[str, Json]:
        if isinstance(key, Erased):
            return {ERASED: key.at.isoformat()}
        if cipher is None:
            raise UnknownKeyError(f"no key for {path}")
        written = json.dumps(value, ensure_ascii=False).encode()
        return {SEALED: _encrypt(cipher, written, _bound_to(event, path), nonce(_NONCE_BYTES))}

    def refuse(path: Path, _token: Json) -> Mapping[str, Json]:
        raise DefectError(f"{path} is sealed for another fact: reveal it before it is decided on")

    return rewrite(rewrite(clear, SEALED, refuse), CLEAR, close)


def unseal(sealed: Json, key: Key | Erased | None, event: UUID) -> Json:
    """The same JSON with its private fields in clear, or erased.

    Raises:
        UnknownKeyError: the subject's key can't be read now.
        DefectError: a token does not belong to this fact and field.
    """

    def opened(path: Path, token: Json) -> Mapping[str, Json]:
        if isinstance(key, Erased):
            return {ERASED: key.at.isoformat()}
        if key is None:
            raise UnknownKeyError(f"no key for {path}")
        return {CLEAR: json.loads(_decrypt(AESGCM(key), token, _bound_to(event, path)))}

    return rewrite(sealed, SEALED, opened)


def holds(json_: Json, shape: str) -> bool:
    """Whether a fact's JSON has a private field of that shape."""
    if isinstance(json_, dict):
        return (len(json_) == 1 and shape in json_) or any(holds(value, shape) for value in json_.values())
    return isinstance(json_, list) and any(holds(value, shape) for value in json_)


def seal_body(body: bytes, key: Key, bound_to: str) -> bytes:
    """A whole body (an attachment, a raw mail) sealed, for the blob store."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, body, bound_to.encode())


def unseal_body(sealed: bytes, key: Key, bound_to: str) -> bytes:
    """The body again.

    Raises:
        DefectError: it was sealed with another key, or for something else.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise DefectError("a sealed body does not open with its key") from None


def _bound_to(event: UUID, path: Path) -> bytes:
    return f"{event}/{path}".encode()


def _encrypt(cipher: AESGCM, clear: bytes, bound_to: bytes, nonce: bytes) -> str:
    return _VERSION + urlsafe_b64encode(nonce + cipher.encrypt(nonce, clear, bound_to)).decode()


def _decrypt(cipher: AESGCM, token: Any, bound_to: bytes) -> bytes:
    if not isinstance(token, str) or not token.startswith(_VERSION):
        raise DefectError("a sealed token of an unknown version")
    try:
        raw = urlsafe_b64decode(token.removeprefix(_VERSION))
        return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):  # another's, or no token at all
        raise DefectError("a sealed token does not belong to this fact and field") from None
