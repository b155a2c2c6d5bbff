"""Rows of tables as what they mean."""

import json

import asyncpg

from gehoor.events.catalogue import Catalogue
from gehoor.events.envelope import Recorded, Stream
from gehoor.runtime.ports import Due, Row

EVENT_COLUMNS = "position, id, stream, version, type, sequence, recorded_at, causation, correlation, traceparent, data"


def to_event(row: asyncpg.Record, service: str, catalogue: Catalogue) -> Recorded:
    """An event row, its fact read as the newest version of its type, private fields sealed."""
    return Recorded(
        id=row["id"],
        service=service,
        stream=Stream.parse(row["stream"]),
        fact=catalogue.read(row["type"], json.loads(row["data"])),
        recorded_at=row["recorded_at"],
        causation=row["causation"],
        correlation=row["correlation"],
        sequence=row["sequence"],
        traceparent=row["traceparent"],
        version=row["version"],
        position=row["position"],
    )


def to_row(row: asyncpg.Record) -> Row:
    """A view row."""
    return Row(
        view=row["view"],
        key=row["key"],
        body=json.loads(row["body"]),
        tags=tuple(row["tags"]),
        rank=row["rank"],
        audience=row["audience"],
    )


def to_due(row: asyncpg.Record) -> Due:
    """A due row."""
    return Due(row["kind"], row["key"], Stream.parse(row["stream"]), row["at"], row["arming"])


def sayable(*texts: str) -> bool:
    """Whether the database can hold texts like these: none with NUL or half a surrogate pair is ever in it."""
    try:
        return all("\0" not in text and text.encode() is not None for text in texts)
    except UnicodeEncodeError:
        return False
