"""The keys of subjects, in memory."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gehoor.events.private import Erased
from gehoor.runtime.ports import Key

_KEY_BITS = 256


def _drawn(_subject: UUID) -> Key:
    return AESGCM.generate_key(_KEY_BITS)


def derived_from(seed: int) -> Callable[[UUID], Key]:
    """Keys that are the same whenever the seed is: for simulations, and for nothing else."""
    return lambda subject: sha256(f"{seed}/{subject}".encode()).digest()


class MemoryKeyring:
    """`Keyring`; several services of a simulation share one."""

    def __init__(self, make: Callable[[UUID], Key] = _drawn) -> None:
        self._make = make
        self._held: dict[UUID, Key | Erased] = {}

    async def keys(self, subjects: Collection[UUID], *, create: bool = False) -> Mapping[UUID, Key | Erased]:
        """The key of each, or when it was erased. A subject that is left out of the answer is unknown (not erased)."""
        await asyncio.sleep(0)
        if create:
            for subject in subjects:
                if subject not in self._held:
                    self._held[subject] = self._make(subject)
        return {subject: self._held[subject] for subject in subjects if subject in self._held}

    async def erase(self, subjects: Collection[UUID], at: datetime) -> None:
        """Destroy the keys for ever, also of subjects that never had one; the first tombstone stays."""
        await asyncio.sleep(0)
        for subject in subjects:
            if not isinstance(self._held.get(subject), Erased):
                self._held[subject] = Erased(at)

    def forget(self, subjects: Collection[UUID]) -> None:
        """Nothing is cached."""
