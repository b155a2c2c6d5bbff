"""What request bodies are made of: bounded text, aware instants, nothing unknown.

class NewPromise(Body):
    kind: PromiseKind
    what: Annotated[str, text(2000)]
    until: Instant
    subject: HeaderSafe
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

_PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Tabs and line ends are text; other control characters, NUL above all, are not."""
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
HEADER_MAX = 500
"""Characters of what may become a header."""


class Body(BaseModel):
    """A request's body: an unknown field is a mistake, and said to be one. Moments are `Instant`: never naive."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def text(max_length: int, min_length: int = 1) -> StringConstraints:
    """The bounds, in characters, of what a person says; stands in an `Annotated[str, …]`."""
    return StringConstraints(min_length=min_length, max_length=max_length, pattern=_PRINTABLE)


def header_safe(line: str) -> str:
    """The line, if it can stand in a header.

    Raises:
        ValueError: it holds a line end or another control character, or is too long.
    """
    if len(line) > HEADER_MAX:
        raise ValueError(f"at most {HEADER_MAX} characters go into a header")
    if _CONTROL.search(line):
        raise ValueError("a header holds no line end and no control character")
    return line


HeaderSafe = Annotated[str, StringConstraints(min_length=1), AfterValidator(header_safe)]
"""A line that may become part of a header: a mail's subject, a name in an address."""
