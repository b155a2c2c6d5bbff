"""API keys: who calls, and what they may do.

A token is `gk_<id>_<secret>`. The secret has 256 bits, so its SHA-256 is all that is kept, and enough.
Scopes are `<service>:<what>`: `intake:write`, `sla:read`, `partner-escalation:partner`.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gehoor.events.terms import DeskId, PartnerId, StaffId
from gehoor.runtime.caching import Cache
from gehoor.runtime.http.errors import ForbiddenError, UnauthorisedError

_PREFIX = "gk"
_ID = re.compile(r"^[0-9a-f]{12}$")
_SECRET_BYTES = 32
CACHED_FOR = timedelta(seconds=2)
"""How long a key that was looked up is believed: a revoked one works no longer than this."""
CACHED_MAX = 10_000
"""Looked-up keys that are kept at most."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a system or a person, of ours or a partner's."""

    id: str
    """Of the key. What idempotency keys and rates are scoped to."""
    name: str
    scopes: frozenset[str]
    staff: StaffId | None = None
    """Of ours: the person this key belongs to; None for a system, which names who acts."""
    desks: frozenset[DeskId] | None = None
    """The desks it speaks for; None: every desk."""
    partner: PartnerId | None = None
    """The partner whose tickets it sees, and nothing else."""

    def acting(self, named: StaffId | None = None) -> StaffId:
        """Who of ours acts: the key's own person, else the one that the request names, else the system.

        Raises:
            ForbiddenError: the key belongs to somebody else than the one named.
        """
        if self.staff is not None and named not in {None, self.staff}:
            raise ForbiddenError("this key acts for somebody else")
        return self.staff or named or "st_system"

    def speaks_for(self, desk: DeskId) -> bool:
        """Whether it may act as that desk."""
        return self.desks is None or desk in self.desks


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: never its secret."""

    caller: Caller
    digest: bytes
    """SHA-256 of the secret."""
    created_at: datetime
    revoked_at: datetime | None = None


class Keys(Protocol):
    """Where keys are kept."""

    async def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        ...

    async def list(self) -> Sequence[ApiKey]:
        """All keys, the revoked ones too, oldest first."""
        ...

    async def find(self, id: str) -> ApiKey | None:  # noqa: A002 - what it is
        """The key of that id."""
        ...

    async def revoke(self, id: str, at: datetime) -> bool:  # noqa: A002 - what it is
        """End it from that moment on; False where there is no such key. One revoked before stays as it was."""
        ...


def issue(
    name: str,
    scopes: Collection[str],
    now: datetime,
    *,
    staff: StaffId | None = None,
    desks: Collection[DeskId] | None = None,
    partner: PartnerId | None = None,
) -> tuple[ApiKey, str]:
    """A new key to keep, and its token, which is shown once and can't be had again."""
    id_, secret = secrets.token_hex(6), secrets.token_urlsafe(_SECRET_BYTES)
    desks_ = frozenset(desks) if desks is not None else None
    caller = Caller(id_, name, frozenset(scopes), staff=staff, desks=desks_, partner=partner)
    return ApiKey(caller, _digest(secret), now), f"{_PREFIX}_{id_}_{secret}"


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


class Gate:
    """Tells who calls by their token, asking `Keys` no more than every `CACHED_FOR` for the same one."""

    def __init__(self, keys: Keys, passed: Callable[[], float] = monotonic) -> None:
        """`passed`: seconds, for the cache."""
        self._keys = keys
        self._looked_up: Cache[str, ApiKey] = Cache(CACHED_MAX, CACHED_FOR, passed)

    async def caller(self, token: str) -> Caller:
        """Who that token belongs to.

        Raises:
            UnauthorisedError: the token is wrong or revoked.
        """
        prefix, id_, secret = (*token.split("_", 2), "", "")[:3]
        key = await self._look_up(id_) if prefix == _PREFIX and _ID.match(id_) else None
        right = hmac.compare_digest(key.digest if key is not None else bytes(32), _digest(secret))
        if key is None or not right or key.revoked_at is not None:
            raise UnauthorisedError
        return key.caller

    async def _look_up(self, id_: str) -> ApiKey | None:
        known = self._looked_up.get_all([id_]).get(id_)
        if known is None:
            known = await self._keys.find(id_)
            if known is not None:
                self._looked_up.put_all({id_: known})
        return known


_bearer = HTTPBearer(auto_error=False, description="An API key: `gk_…`, made with `gehoor keys create`.")


def caller(scope: str) -> Callable[..., Caller]:
    """A dependency that gives the caller, who must have that scope.

    async def read(id: UUID, caller: Annotated[Caller, Depends(caller("routing:read"))]) -> ...:

    Raises (the dependency):
        UnauthorisedError: no key.
        ForbiddenError: the key lacks the scope.
    """

    def known(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
        who: Caller | None = getattr(request.state, "caller", None)
        if who is None:
            raise UnauthorisedError
        if scope not in who.scopes:
            raise ForbiddenError(f"the key lacks the scope {scope}")
        return who

    return known
