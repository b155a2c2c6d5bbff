"""Opening private fields of what the journal told, with the installation's key: erased ones stay erased."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace

from gehoor.cli.installation import Installation, InstallationError
from gehoor.cli.showing import is_sealed
from gehoor.cli.stores import KEYRING_OWNER, pool_of
from gehoor.events.catalogue import CATALOGUE
from gehoor.events.envelope import Recorded, to_json
from gehoor.runtime.postgres.keyring import PostgresKeyring
from gehoor.runtime.sealing import unseal


async def in_clear(installation: Installation, events: Sequence[Recorded]) -> Sequence[Recorded]:
    """The same facts with their private fields in clear, or erased.

    Raises:
        InstallationError: its key is no key.
        TemporaryError: the keyring is away, or lacks a key.
    """
    subjects = {event.subject for event in events if is_sealed(event)}
    if not subjects:
        return events
    async with pool_of(installation, [KEYRING_OWNER]) as pools:
        keys = await PostgresKeyring(pools[KEYRING_OWNER], wrapping_key(installation)).keys(subjects)
    return [
        replace(event, fact=CATALOGUE.read(event.fact.type, unseal(to_json(event.fact), keys[event.subject], event.id)))
        if is_sealed(event) and event.subject in keys
        else event
        for event in events
    ]


def wrapping_key(installation: Installation) -> bytes:
    """The key that wraps all others: 32 bytes.

    Raises:
        InstallationError: it is not.
    """
    try:
        key = b64decode(installation.installation_key, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:  # noqa: PLR2004 - AES-256
        raise InstallationError("the installation's key is not 32 bytes in base64")
    return key
