"""References: eight characters a customer can read out, the last a check on the others.

Crockford's base 32, which has no I, L, O and U. The check is the value of the first seven at x = 2 in GF(32), so one
misheard character and two swapped ones are always noticed.
"""

import re

from gehoor.events.terms import Reference

BITS = 35
"""How much randomness a reference takes."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{8}$")
_HEARD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_REDUCE = 0b100101
"""x^5 + x^2 + 1, by which GF(32) is reduced."""


def reference(drawn: int) -> Reference:
    """The reference of a number below 2**35 that was drawn at random."""
    values = [(drawn >> shift) & 31 for shift in range(BITS - 5, -1, -5)]
    characters = "".join(_ALPHABET[value] for value in [*values, _check(values)])
    return f"{characters[:4]}-{characters[4:]}"


def heard(said: str) -> Reference | None:
    """The reference that was typed or heard: blanks, case and the confusable letters don't matter.

    None where it is none, or its check character says that something was misheard.
    """
    plain = said.strip().upper().translate(_HEARD)
    if not _SHAPE.match(plain):
        return None
    values = [_ALPHABET.index(character) for character in plain]
    return f"{plain[:4]}-{plain[4:]}" if _check(values[:-1]) == values[-1] else None


def _check(values: list[int]) -> int:
    total = 0
    for value in values:
        total = _doubled(total) ^ value
    return _doubled(total)


def _doubled(value: int) -> int:
    shifted = value << 1
    return shifted ^ _REDUCE if shifted & 32 else shifted
