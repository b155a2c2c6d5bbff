"""What is new in an answer, without the messages it quotes. Linear in the length of the text, whoever wrote it."""

import re
from collections.abc import Sequence

_LINE_MAX = 300
"""Characters of a line in which an attribution is looked for."""
_ATTRIBUTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(Op|Le|On|Am|Il|El) .*(schreef|a écrit|wrote|schrieb).*:$",
        r".* (schreef|a écrit|wrote|schrieb)( op .*| on .*| am .*)? ?:$",
        r"-{4,} ?(Original Message|Oorspronkelijk bericht|Message d'origine|Ursprüngliche Nachricht) ?-{4,}$",
    )
)
"""The line that says who wrote what is quoted below it."""
_FIELD = re.compile(
    r"\*?(From|Sent|To|Subject|Date|Cc|Van|Verzonden|Aan|Onderwerp|Datum|De|Envoyé|À|Objet|Von|Gesendet|An|Betreff) ?:"
)
_FIELDS_MIN = 3
"""So many header lines in a row are a quoted header."""


def reply_of(text: str) -> str:
    """What is new; the whole, where nothing would be left."""
    lines = text.split("\n")
    cut = next((place for place in range(len(lines)) if _quoted_from(lines, place)), len(lines))
    own = lines[:cut]
    while own and (not own[-1].strip() or own[-1].startswith(">")):
        own.pop()
    return "\n".join(own).strip() or text


def _quoted_from(lines: Sequence[str], place: int) -> bool:
    line = lines[place].strip()
    if not line or len(line) > _LINE_MAX:
        return False
    if any(attribution.match(line) for attribution in _ATTRIBUTIONS):
        return True
    # Long attributions are wrapped by some programs.
    if place + 1 < len(lines) and line.startswith(("Op ", "Le ", "On ", "Am ")):
        wrapped = f"{line} {lines[place + 1].strip()}"
        if len(wrapped) <= _LINE_MAX and _ATTRIBUTIONS[0].match(wrapped):
            return True
    header = [other for other in lines[place : place + _FIELDS_MIN] if _FIELD.match(other.strip())]
    return len(header) == _FIELDS_MIN
