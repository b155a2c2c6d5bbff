"""8. No personal data in clear on the journal, in event rows, views or logs; after erasure nowhere."""

import json
from collections.abc import Collection, Iterator
from uuid import UUID

from gehoor.events.envelope import to_json
from gehoor.events.intake import PersonErased, PointKind
from gehoor.events.private import CLEAR, Erased
from gehoor.intake.points import digester
from gehoor.runtime.sealing import holds
from tests.simulation.house import installation_key
from tests.simulation.process import JOURNAL
from tests.simulation.run import Run
from tests.simulation.world.words import MARK, address

NAME = "sealed"


async def check(run: Run) -> None:
    """Look for every word and number of every person wherever something is kept."""
    secrets = (MARK, *sorted(run.people.phones))
    for where, kept in _kept(run):
        for secret in secrets:
            if secret in kept:
                run.breaks(NAME, f"{where} holds {secret}: {kept[:300]}")
    await _erased(run)


def _kept(run: Run) -> Iterator[tuple[str, str]]:
    for record in run.house.journal.records(JOURNAL):
        yield "the journal", f"{record.headers!r} {(record.value or b'').decode()}"
    for name, kept in run.house.kept.items():
        for written in kept.store.written:
            yield f"an event of {name}", written.body.decode()
        for view, rows in kept.store._views.items():
            for row in rows.values():
                yield f"{view} of {name}", f"{row.key} {json.dumps(row.body)} {row.tags} {row.rank}"
        for remembered in kept.store._remembered.values():
            yield f"an answer of {name}", json.dumps(remembered.body)
        for parked in kept.parking._parked.values():
            yield f"what {name} parked", f"{parked.reason} {parked.body!r}"
    for line in run.log:
        yield "the log", line


async def _erased(run: Run) -> None:
    """Nothing that an erased person said can be read by anybody, and nobody is found by their address."""
    gone = {
        subject for event in run.of("intake") if isinstance(event.fact, PersonErased) for subject in event.fact.subjects
    }
    keys = await run.house.keyring.keys(gone)
    for subject in gone:
        if not isinstance(keys.get(subject), Erased):
            run.breaks(NAME, "the person was erased and the key is there", subject)
        if any(kept == subject for kept, _ in run.house.blobs._held):
            run.breaks(NAME, "the person was erased and a body is kept", subject)
    for name, kept in run.house.kept.items():
        process = run.house.processes[name][0]
        for stream in {written.event.stream for written in kept.store.written if written.event.subject in gone}:
            _, events = await process.handling.read(stream)
            if any(holds(to_json(event.fact), CLEAR) for event in events):
                run.breaks(NAME, f"{name} still reads what an erased person said", stream.id)
    _unfindable(run, gone)


def _unfindable(run: Run, gone: Collection[UUID]) -> None:
    digest = digester(installation_key())
    points = {digest(PointKind.EMAIL, address(number + 1)) for number in range(run.customers)}
    for rows in run.house.kept["intake"].store._views.values():
        for row in rows.values():
            tags = {tag.partition("=")[2] for tag in row.tags if tag.startswith("point=")}
            if row.key in map(str, gone) and tags & points:
                run.breaks(NAME, "an erased person is found by their address", UUID(row.key))
