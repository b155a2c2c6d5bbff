"""A fact: something that happened, in the past tense, immutable.

    class PromiseKept(Fact, type="intake.promise-kept.v1"):
        ...

Naming the type is all it takes to exist: the catalogue knows every fact whose module was imported.
"""

import re
from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from gehoor.events.terms import Instant, Value

_TYPE = re.compile(r"^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*$")
_KNOWN: dict[str, type["Fact"]] = {}


class Fact(Value):
    """The base of all facts: what happened, and when it did.

    `occurred_at` is when it happened; when it was recorded stands in the envelope, set by the store. Judgements use
    the first. Facts that a service keeps to itself end their first name in `-notes` (`sla-notes.promise-heard.v1`).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str] = ""
    occurred_at: Instant = Field(description="When it happened, which may be before it was recorded.")

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(cls, type: str = "", **options: Any) -> None:  # noqa: A002 - the field's own name
        super().__pydantic_init_subclass__(**options)
        if not _TYPE.match(type):
            message = f"{cls.__name__}: {type!r} is not <service>.<fact>.v<N>"
            raise TypeError(message)
        known = _KNOWN.setdefault(type, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            message = f"{type} is both {known.__qualname__} and {cls.__qualname__}"
            raise TypeError(message)
        cls.type = type

    @classmethod
    def service(cls) -> str:
        """The service that may state it: `intake` of `intake.promise-kept.v1`."""
        return cls.type.partition(".")[0]


def known_facts() -> dict[str, type[Fact]]:
    """Every fact type whose module has been imported, by its type name."""
    return dict(_KNOWN)


def is_published(type_name: str) -> bool:
    """Whether facts of this type go on the journal; `-notes` stay in their own store."""
    return not type_name.partition(".")[0].endswith("-notes")
