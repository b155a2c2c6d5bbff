"""Looking for words in all that a house has stored: Kafka's log files, the databases, the services' logs."""

import json
import subprocess
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from tests.e2e.house import House

_AT_ONCE = 4 * 1024 * 1024


def found(house: House, words: Collection[str]) -> Mapping[str, Collection[str]]:
    """The places where one of the words stands in clear, and which."""
    forms = {form: word for word in words for form in _forms(word)}
    places: dict[str, set[str]] = {}
    for place, chunk in _stored(house):
        for form, word in forms.items():
            if form in chunk:
                places.setdefault(place, set()).add(word)
    return places


def _forms(word: str) -> set[bytes]:
    """How a word may stand: as it is, escaped in JSON, in an address."""
    return {word.encode(), json.dumps(word)[1:-1].encode(), quote(word).encode()}


def _stored(house: House) -> Iterator[tuple[str, bytes]]:
    """All that is stored, but for what other systems sent in clear: that topic is purged, not sealed."""
    for file in sorted((house.folder / "kafka").rglob("*.log")):
        if not file.parent.name.startswith(f"{house.installation.inbound}-"):
            yield from _read("kafka", file)
    for file in sorted(house.folder.glob("*.log")):
        yield from _read("logs", file)
    place = Path(house.stack.database.record.extra["place"])
    house.stack.database.run("checkpoint")
    for folder in ("base", "pg_wal"):
        for file in sorted((place / "data" / folder).rglob("*")):
            if file.is_file():
                yield from _read("database", file)
    yield "dump", _dump(house)


def _read(place: str, file: Path) -> Iterator[tuple[str, bytes]]:
    """A file piece by piece, each with the end of the one before."""
    try:
        with file.open("rb") as opened:
            before = b""
            while chunk := opened.read(_AT_ONCE):
                yield place, before + chunk
                before = chunk[-1000:]
    except FileNotFoundError:
        return


def _dump(house: House) -> bytes:
    """All rows of all schemas as text."""
    database = house.stack.database
    dump = Path(database.record.extra["programs"], "pg_dump")
    return subprocess.run(
        [dump, "--data-only", "--inserts", "--no-sync", "-d", database.dsn()], capture_output=True, check=True
    ).stdout
