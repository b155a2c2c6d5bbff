"""What is personal: a value that exists in the clear only in memory, and never in a log, a row or a record.

A private field has four shapes as JSON, each an object with one key, so a reader of any language can tell them apart:

| shape                 | where                                  | meaning                                     |
|-----------------------|----------------------------------------|---------------------------------------------|
| `{"private": value}`  | in memory only                         | in the clear                                |
| `{"sealed": token}`   | event rows, outbox, journal, view rows | encrypted with the key of the fact's subject |
| `{"erased": instant}` | after unsealing                        | the person was erased at that instant       |

There is no shape for "unknown": a key that can't be read now is an error to try again, never a blank.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")
Json = Any
"""What `json.loads` gives: a mapping, list, string, number, bool or None."""

CLEAR, SEALED, ERASED = "private", "sealed", "erased"


class NotInClearError(Exception):
    """The value was asked for while it is sealed, or after the person was erased."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The token of an encrypted value; `gehoor.runtime.sealing` makes and opens it."""

    token: str


@dataclass(frozen=True, slots=True)
class Erased:
    """The key was destroyed: nobody can read the value any more."""

    at: datetime


class Private(Generic[T]):
    """A personal value: `Private("Els Vermeulen")`. Shows itself as `•••`, whatever prints it."""

    __slots__ = ("_held",)

    def __init__(self, held: "T | Sealed | Erased") -> None:
        self._held = held

    @property
    def in_clear(self) -> bool:
        """Whether `reveal` will answer."""
        return not isinstance(self._held, Sealed | Erased)

    @property
    def erased(self) -> datetime | None:
        """When the person was erased, None where that is not so."""
        return self._held.at if isinstance(self._held, Erased) else None

    def reveal(self) -> T:
        """The value itself.

        Raises:
            NotInClearError: it is sealed or erased.
        """
        if isinstance(self._held, Sealed | Erased):
            raise NotInClearError(type(self._held).__name__.lower())
        return self._held

    def reveal_or(self, otherwise: T) -> T:
        """The value, or `otherwise` where the person was erased; still an error when it is merely sealed."""
        return otherwise if isinstance(self._held, Erased) else self.reveal()

    def __repr__(self) -> str:
        return "Private(•••)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Private) and self._held == cast("Private[T]", other)._held

    def __hash__(self) -> int:
        return hash((Private, self._held))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (inner,) = get_args(source) or (Any,)
        value = handler.generate_schema(inner)

        def field(name: str, schema: CoreSchema) -> CoreSchema:
            fields = {name: core_schema.typed_dict_field(schema, required=True)}
            return core_schema.typed_dict_schema(fields, extra_behavior="forbid")

        from_json = core_schema.union_schema(
            [
                core_schema.no_info_after_validator_function(lambda d: cls(d[CLEAR]), field(CLEAR, value)),
                core_schema.no_info_after_validator_function(
                    lambda d: cls(Sealed(d[SEALED])), field(SEALED, core_schema.str_schema())
                ),
                core_schema.no_info_after_validator_function(
                    lambda d: cls(Erased(d[ERASED])), field(ERASED, core_schema.datetime_schema())
                ),
            ],
            mode="left_to_right",
        )
        to_json = core_schema.plain_serializer_function_ser_schema(_shape, info_arg=False)
        return core_schema.union_schema(
            [core_schema.is_instance_schema(cls), from_json], mode="left_to_right", serialization=to_json
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        arms = cast("Any", schema)["choices"][1]["choices"]
        inner = cast("Any", arms[0])["schema"]["fields"][CLEAR]["schema"]
        return {
            "type": "object",
            "properties": {SEALED: {"type": "string"}, ERASED: {"type": "string", "format": "date-time"}},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "x-private": handler(inner),
        }


def _shape(private: Private[Any]) -> dict[str, Any]:
    held = private._held  # noqa: SLF001 - the one place beside the class that may look inside
    if isinstance(held, Sealed):
        return {SEALED: held.token}
    if isinstance(held, Erased):
        return {ERASED: held.at.isoformat()}
    return {CLEAR: held}


Path = str
"""Where a private field stands in its fact, as dotted names and indexes: `contact_points.0.address`."""


def rewrite(json: Json, shape: str, change: Callable[[Path, Json], Mapping[str, Json]], at: Path = "") -> Json:
    """A copy of a fact's JSON in which every private field of one shape is what `change` makes of it."""
    if isinstance(json, dict):
        if len(json) == 1 and shape in json:
            return change(at, json[shape])
        return {name: rewrite(value, shape, change, f"{at}.{name}" if at else name) for name, value in json.items()}
    if isinstance(json, list):
        return [rewrite(value, shape, change, f"{at}.{index}") for index, value in enumerate(json)]
    return json
