"""The keys of subjects: wrapped in the database, in clear only in a small cache of this process."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gehoor.events.private import Erased
from gehoor.runtime.caching import Cache
from gehoor.runtime.ports import Key, UnknownKeyError
from gehoor.runtime.postgres.connecting import Connection, Pool, reached

KEY_BITS = 256
CACHED_MAX = 10_000
CACHED_FOR = timedelta(seconds=60)
"""How long another process may still read a person who was erased, should it miss the fact that says so."""
FORGOTTEN_FOR = timedelta(days=1)
"""How long a key that is to be destroyed is asked for anew each time: its keeper may be away."""

_NONCE_BYTES = 12

_FIND = "select subject, wrapped, erased_at from keyring where subject = any($1::uuid[])"

# What is found is as it was before: what is made here is not among it, and what another makes meanwhile is in neither.
_FIND_OR_MAKE = f"""
with made as (
    insert into keyring (subject, wrapped) select * from unnest($1::uuid[], $2::bytea[])
    on conflict (subject) do nothing
    returning subject, wrapped, erased_at
)
select * from made union all {_FIND}
"""  # noqa: S608 - a constant

_ERASE = """
insert into keyring as known (subject, erased_at) select subject, $2 from unnest($1::uuid[]) as gone (subject)
on conflict (subject) do update set wrapped = null, erased_at = coalesce(known.erased_at, excluded.erased_at)
"""


class PostgresKeyring:
    """`Keyring` in the schema of its owner, which the pool's search path must name.

    A wrapped key is bound to its subject, so one that is moved to another row does not open. What was erased may
    stay in a page of the table until it is vacuumed, and in backups for as long as they are kept: only wrapped.
    """

    def __init__(self, pool: Pool, installation: Key, *, passed: Callable[[], float] = monotonic) -> None:
        """`installation`: the key that wraps all others; `passed`: seconds, from any start, for the cache."""
        self._pool = pool
        self._wrapping = AESGCM(installation)
        self._cache: Cache[UUID, Key | Erased] = Cache(CACHED_MAX, CACHED_FOR, passed)
        self._forgotten: Cache[UUID, bool] = Cache(CACHED_MAX, FORGOTTEN_FOR, passed)

    async def keys(self, subjects: Collection[UUID], *, create: bool = False) -> Mapping[UUID, Key | Erased]:
        """The key of each, or when it was erased. A subject that is left out of the answer is unknown (not erased).

        Raises:
            UnknownKeyError: a key was wrapped by another installation's.
        """
        known = self._cache.get_all(subjects)
        missing = set(subjects) - known.keys()
        if missing:
            async with reached(self._pool) as connection:
                found = await self._find_or_make(connection, sorted(missing)) if create else {}
                if unfound := missing - found.keys():
                    found |= self._unwrapped(await connection.fetch(_FIND, list(unfound)))
            passing = self._forgotten.get_all(found)
            self._cache.put_all(
                {one: key for one, key in found.items() if one not in passing or isinstance(key, Erased)}
            )
            known |= found
        return known

    async def erase(self, subjects: Collection[UUID], at: datetime) -> None:
        """Destroy the keys for ever, also of subjects that never had one; the first tombstone stays."""
        async with reached(self._pool) as connection:
            await connection.execute(_ERASE, sorted(subjects), at)
        self.forget(subjects)

    def forget(self, subjects: Collection[UUID]) -> None:
        """Drop what is cached of them, and cache no key of theirs again: it may not be destroyed yet."""
        self._forgotten.put_all(dict.fromkeys(subjects, True))
        self._cache.drop(subjects)

    async def _find_or_make(self, connection: Connection, subjects: Sequence[UUID]) -> dict[UUID, Key | Erased]:
        wrapped = [self._wrap(subject, AESGCM.generate_key(KEY_BITS)) for subject in subjects]
        return self._unwrapped(await connection.fetch(_FIND_OR_MAKE, subjects, wrapped))

    def _unwrapped(self, found: Iterable[asyncpg.Record]) -> dict[UUID, Key | Erased]:
        return {
            row["subject"]: Erased(row["erased_at"])
            if row["wrapped"] is None
            else self._unwrap(row["subject"], row["wrapped"])
            for row in found
        }

    def _wrap(self, subject: UUID, key: Key) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, subject.bytes)

    def _unwrap(self, subject: UUID, wrapped: bytes) -> Key:
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], subject.bytes)
        except InvalidTag:
            raise UnknownKeyError("a key does not open with this installation's key") from None
