"""What the columns of a file mean: a YAML file that says which column, or which constant, each part of a complaint is.

    source: https://example.org/complaints     # whose rows; with `id` it makes a row the same row for ever
    id: "{Ticket #}"
    occurred_at: {from: "{Date} {Time}", formats: ["%d-%m-%Y %I:%M:%S %p"], zone: America/New_York}
    channel: {from: "{Received Via}", as: {Customer Care Call: phone, Internet: web}}
    desk: front-line
    language: en
    text: "{Customer Complaint}"

A value is a template over columns (see `templates`), or one that is then looked up under `as`, with `otherwise` for
all else.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gehoor.cli.replaying.templates import Template

ISO = "iso"
_MODEL = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)


class MappingError(Exception):
    """The mapping can't be followed; a line for each field that is wrong."""


class RowError(Exception):
    """A row doesn't fit the mapping: the column at fault, and why, without repeating what it holds."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}") from None
    return name


def _format(written: str) -> str:
    if written != ISO:
        try:
            datetime.strptime(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).strftime(written), written)  # noqa: DTZ007 - a trial
        except ValueError:
            raise ValueError(f"{written!r} is no date format, and not `iso`") from None
    return written


def _spread(written: Any) -> Any:
    """A template alone is short for one that is looked up nowhere."""
    return {"from": written} if isinstance(written, str) else written


class Valued(BaseModel):
    """A value of a complaint: a template, perhaps looked up."""

    model_config = _MODEL

    from_: Template = Field(alias="from")
    as_: Mapping[str, str] = Field({}, alias="as", description="What the filled template stands for.")
    otherwise: str | None = Field(None, description="For what `as` does not name.")

    def of(self, columns: Mapping[str, str]) -> str | None:
        """The value for a row; None where it is empty.

        Raises:
            RowError: `as` does not name it, and nothing is said for that.
        """
        filled = self.from_.fill(columns)
        if self.as_ and filled not in self.as_ and self.otherwise is None:
            raise RowError(named(self.from_), f"the mapping's `as` knows none but {', '.join(map(repr, self.as_))}")
        return (self.as_.get(filled, self.otherwise) if self.as_ else filled) or None


Value = Annotated[Valued, BeforeValidator(_spread)]


class Moment(BaseModel):
    """When it happened."""

    model_config = _MODEL

    from_: Template = Field(alias="from")
    formats: tuple[Annotated[str, AfterValidator(_format)], ...] = Field((ISO,), min_length=1)
    zone: Annotated[str, AfterValidator(_zone)] | None = Field(None, description="Of what names no offset itself.")

    def of(self, columns: Mapping[str, str]) -> datetime:
        """The moment for a row, in UTC. Of an hour that comes twice, the first; of a day without hours, its beginning.

        Raises:
            RowError: it fits none of the formats, or has neither offset nor zone.
        """
        filled = self.from_.fill(columns)
        for form in self.formats:
            try:
                at = datetime.fromisoformat(filled) if form == ISO else datetime.strptime(filled, form)  # noqa: DTZ007
            except ValueError:
                continue
            if at.tzinfo is None and self.zone is None:
                raise RowError(named(self.from_), "no offset, and the mapping's `occurred_at` names no zone")
            return (at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(self.zone or "UTC"))).astimezone(UTC)
        raise RowError(named(self.from_), f"no moment of the form {' or '.join(self.formats)}")


class Columns(BaseModel):
    """The whole mapping."""

    model_config = _MODEL

    source: str = Field(pattern=r"^[!-~]{1,200}$", description="CloudEvents source: a URI of whose rows these are.")
    id: Value = Field(description="What names a row for ever: the same id is the same complaint.")
    occurred_at: Annotated[Moment, BeforeValidator(_spread)]
    channel: Value
    text: Value
    desk: Value | None = Field(None, description="The receiving desk, the first owner; the channel's where none is.")
    language: Value | None = Field(None, description="Found from the text where it is not given.")
    subject: Value | None = None
    label: Value | None = Field(None, description="What the customer called it.")
    product: Value | None = None
    remedy: Value | None = None
    name: Value | None = None
    email: Value | None = None
    phone: Value | None = None
    address: Value | None = None
    handle: Value | None = None
    answered: Annotated[Moment, BeforeValidator(_spread)] | None = Field(
        None, description="When it was answered for good, where the file tells; empty: not yet."
    )
    only: Mapping[str, tuple[str, ...]] = Field({}, description="Columns, and the values a row must have to be sent.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Of a CSV.")

    def wants(self, columns: Mapping[str, str]) -> bool:
        """Whether the row is one of those to be sent."""
        return all(columns.get(name, "").strip() in values for name, values in self.only.items())

    def columns(self) -> Iterator[tuple[str, str]]:
        """Each field with each column it names."""
        for field in type(self).model_fields:
            said = getattr(self, field)
            if isinstance(said, Valued | Moment):
                yield from ((field, column) for column in sorted(said.from_.columns))
        yield from (("only", column) for column in self.only)


def named(template: Template) -> str:
    """The columns of a template, for a message."""
    return ", ".join(sorted(template.columns)) or template.written


def read_mapping(file: Path) -> Columns:
    """The mapping of a YAML file.

    Raises:
        MappingError: it can't be read or followed; says which fields and why.
    """
    try:
        return Columns.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except OSError as wrong:
        raise MappingError(f"{file} can't be read: {wrong.strerror}") from None
    except UnicodeDecodeError:
        raise MappingError(f"{file} is not UTF-8") from None
    except yaml.YAMLError as wrong:
        raise MappingError(f"{file}: {wrong}") from None
    except ValidationError as wrong:
        raise MappingError("\n".join(f"{file}: {_told(error)}" for error in wrong.errors())) from None


def check_columns(mapping: Columns, columns: frozenset[str], file: Path) -> None:
    """See to it that the file has the columns that the mapping names.

    Raises:
        MappingError: it lacks some.
    """
    there = ", ".join(sorted(columns))
    lacking = [
        f"{field}: {file.name} has no column {column!r}; it has {there}"
        for field, column in mapping.columns()
        if column not in columns
    ]
    if lacking:
        raise MappingError("\n".join(lacking))


def _told(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "the whole"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"
