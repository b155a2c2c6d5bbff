"""6. The journal holds every published fact of every store, per subject in causal order, and all have heard it."""

from gehoor.events.envelope import UnreadableError, from_record
from gehoor.events.intake import PersonErased
from gehoor.runtime.auditing import Audit
from gehoor.runtime.parking import Place
from tests.simulation.process import JOURNAL
from tests.simulation.run import Run

NAME = "journal"


async def check(run: Run) -> None:
    """The operator's own audit finds nothing; the relay has said all; one sequence was never handled twice."""
    seen = Audit()
    progress = {name: await kept.store.progress() for name, kept in run.house.kept.items()}
    for name, kept in run.house.kept.items():
        seen.store([written.event for written in kept.store.written])
        seen.wait_for(name, list(kept.store.outbox))
    garbled = set(run.trouble.garbled)
    for record in run.house.journal.records(JOURNAL):
        if Place.of(record) in garbled:
            continue
        try:
            seen.read(record.partition, record.offset, from_record(record.headers, record.value))
        except UnreadableError as wrong:
            seen.fail_to_read(record.partition, record.offset, str(wrong))
    for name, kept in run.house.kept.items():
        ours = {number: offset for (topic, number), offset in progress[name].items() if topic == JOURNAL}
        types = {*run.house.processes[name][0].assembled.service.listens_to, PersonErased.type}
        held = {one.subject for one in await kept.parking.listed()}
        seen.hear(name, types, await kept.store.handled(seen.sources), ours, held)
    for finding in seen.findings():
        run.breaks(NAME, str(finding))
    for service, counts in seen.counts().items():
        if counts["waiting"] or counts["still_to_hear"]:
            run.breaks(NAME, f"{service} has {counts} left")
