"""What is drawn by chance: handed in like time, so that a simulation draws the same again."""

import os
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import uuid_utils.compat


@dataclass(frozen=True)
class Chance:
    """Where ids, references, nonces and jitter come from."""

    new_id: Callable[[], UUID] = uuid_utils.compat.uuid7
    """An id for something new."""
    bits: Callable[[int], int] = secrets.randbits
    """A number of that many bits, which nobody can guess."""
    fraction: Callable[[], float] = random.random
    """From 0 to 1; for spreading, never for secrets."""
    nonce: Callable[[int], bytes] = os.urandom
    """That many bytes, never the same again under one key."""
