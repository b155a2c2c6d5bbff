"""One seed, and of it a source of chance for each who draws: what one draws does not change what another draws."""

from random import Random
from uuid import UUID

from gehoor.runtime.ports import Chance

_BITS = 128


def source(seed: int, *names: object) -> Random:
    """The source of that name: the same whenever seed and name are."""
    return Random("/".join(map(str, (seed, *names))))  # noqa: S311 - it must be the same again


def drawn_id(chance: Random) -> UUID:
    """A random id."""
    return UUID(int=chance.getrandbits(_BITS), version=4)


def port(chance: Random) -> Chance:
    """What a process draws from."""
    return Chance(
        new_id=lambda: drawn_id(chance), bits=chance.getrandbits, fraction=chance.random, nonce=chance.randbytes
    )
