"""What can be wrong with a request, by type. Which status each becomes is written in `problems.py` and nowhere else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a request: where, and what. Never what stood there."""

    place: str
    """`body`, `query`, `path` or `header`."""
    pointer: str
    """A JSON pointer as a fragment: `#/due/until`."""
    code: str
    detail: str


class MalformedError(Exception):
    """What was sent is no JSON, or no text, at all."""


class InvalidError(Exception):
    """A field of the request does not fit; says which and why."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__(", ".join(flaw.pointer for flaw in flaws))
        self.flaws: Sequence[Flaw] = flaws

    @classmethod
    def of(cls, pointer: str, detail: str, code: str = "invalid", place: str = "body") -> "InvalidError":
        """One field: `InvalidError.of("#/due/until", "the promise lies in the past")`."""
        return cls(Flaw(place, pointer, code, detail))


class UnauthorisedError(Exception):
    """No key, a wrong one, or a revoked one: the caller is not told which."""


class ForbiddenError(Exception):
    """The key is good, but not for this."""


class AbsentError(Exception):
    """There is no such thing, or none that this caller may know of: the two look the same."""

    def __init__(self, what: str = "nothing stands here") -> None:
        super().__init__(what)


class NotYetHeardError(Exception):
    """The journal has not told this service of it yet, and may at any moment."""

    def __init__(self, what: str = "this has not been heard of yet") -> None:
        super().__init__(what)


class KeyReusedError(Exception):
    """The idempotency key was used for another request."""


class TooLargeError(Exception):
    """The body is larger than this path accepts."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(f"at most {bytes_max} bytes are accepted here")


class UnsupportedError(Exception):
    """The body is of a media type that this path does not read."""

    def __init__(self, accepted: Collection[str]) -> None:
        super().__init__(f"accepted here: {', '.join(sorted(accepted))}")
        self.accepted = tuple(sorted(accepted))


class TooManyError(Exception):
    """More requests than the caller may make in a while."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many requests")
        self.wait = wait


class SlowError(Exception):
    """The body did not come in time."""


class LateError(Exception):
    """The answer was not there in time; what became of the request is unknown."""


class BusyError(Exception):
    """As many requests are under way as can be answered."""
