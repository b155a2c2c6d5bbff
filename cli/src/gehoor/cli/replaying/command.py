"""`gehoor replay`: a file of real complaints through intake, and what became of them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gehoor.cli.installation import Installation, file_of, find_installation
from gehoor.cli.plainly import FAILED, AsJson, Where, run
from gehoor.cli.replaying.complaints import Complaint, Rejected, as_complaint, check_constants
from gehoor.cli.replaying.following import follow
from gehoor.cli.replaying.mapping import Columns, check_columns, named, read_mapping
from gehoor.cli.replaying.remembering import Ends, Memory, Sent
from gehoor.cli.replaying.rows import Unreadable, columns_of, read_rows
from gehoor.cli.replaying.sending import Intake, send_all
from gehoor.cli.replaying.summary import Summary
from gehoor.runtime.kafka.ends import Ends as JournalEnds

PATIENCE = timedelta(seconds=60)
"""How long to wait for routing and sla while neither says anything new."""


@dataclass
class _Rows:
    """A file's rows on their way: counted, the hopeless ones told, the rest given to be sent."""

    file: Path
    mapping: Columns
    done: Mapping[str, Sent]
    """By the row's own id: what an earlier run has sent."""
    rows: int = 0
    left_out: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def to_send(self) -> Iterator[Complaint]:
        """The complaints that are still to be sent."""
        now = datetime.now(UTC)
        first: dict[str, int] = {}
        for row in read_rows(self.file, delimiter=self.mapping.delimiter):
            self.rows += 1
            if isinstance(row, Unreadable):
                self.rejected.append(Rejected.of(row))
                continue
            if not self.mapping.wants(row.columns):
                self.left_out += 1
                continue
            made = as_complaint(row, self.mapping, now)
            if isinstance(made, Rejected):
                self.rejected.append(made)
            elif made.id in first:
                reason = f"its id is that of line {first[made.id]}"
                self.rejected.append(Rejected(row.line, named(self.mapping.id.from_), reason, row.columns))
            else:
                first[made.id] = row.line
                if made.id not in self.done:
                    yield made


def replay(
    file: Annotated[Path, typer.Argument(help="CSV with a header, a JSON array of objects, or JSON lines.")],
    *,
    mapping: Annotated[Path, typer.Option(help="YAML: what its columns mean. Examples are in deploy/replay.")],
    holder: Annotated[str, typer.Option("--as", help="Whose key of the installation to use.")] = "operator",
    check: Annotated[bool, typer.Option("--check", help="Only see whether mapping and rows will do.")] = False,
    patience: Annotated[
        int, typer.Option(min=0, help="Seconds to wait for routing and sla while neither says anything new.")
    ] = int(PATIENCE.total_seconds()),
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """Send each row of a file to intake as a complaint, and tell what became of all of them.

    Safe to stop and to run again: an interrupted run goes on where it stopped, a complete one adds nothing. Rows
    that will not do are named, kept in a file of their own, and the rest goes on.

    [dim]gehoor replay complaints.csv --mapping deploy/replay/telecom.yaml[/dim]
    [dim]gehoor replay complaints.csv --mapping mine.yaml --check[/dim]
    """
    columns = read_mapping(mapping)
    check_constants(columns)
    check_columns(columns, columns_of(file, delimiter=columns.delimiter), file)
    if check:
        summary = _checked(file, columns)
    else:
        there = find_installation(installation)
        memory = Memory(file_of(installation).parent, file, mapping)
        quiet = as_json or not Console(stderr=True).is_terminal
        rows = _Rows(file, columns, memory.recall())
        summary = run(_replayed(there, memory, rows, holder, timedelta(seconds=patience), quiet=quiet))
    if as_json:
        typer.echo(json.dumps(summary.as_json()))
    else:
        summary.show(Console(highlight=False, soft_wrap=True))
    if not summary.sound:
        raise typer.Exit(FAILED)


def _checked(file: Path, mapping: Columns) -> Summary:
    rows = _Rows(file, mapping, {})
    will_do = sum(1 for _ in rows.to_send())
    typer.echo(f"{will_do} of {rows.rows} rows will do; nothing was sent.", err=True)
    return Summary(file.name, datetime.now(UTC), rows.rows, rows.left_out, [], rows.rejected)


async def _replayed(
    installation: Installation, memory: Memory, rows: _Rows, holder: str, patience: timedelta, *, quiet: bool
) -> Summary:
    done = dict(rows.done)
    total = sum(1 for _ in read_rows(rows.file, delimiter=rows.mapping.delimiter))
    began_at = memory.begin(await _ends(installation))
    intake = Intake(installation, holder)
    try:
        with _bar(quiet=quiet) as bar:
            sending = bar.add_task("sent", total=total, completed=len(done))
            async for answered in send_all(intake, rows.to_send()):
                sent = [one for one in answered if isinstance(one, Sent)]
                memory.note(sent)
                done.update({one.id: one for one in sent})
                rows.rejected += [one for one in answered if isinstance(one, Rejected)]
                bar.update(sending, completed=len(done) + len(rows.rejected) + rows.left_out)
            following = bar.add_task("answered for", total=len(done))
            stories = await follow(
                installation.kafka,
                installation.journal,
                {one.complaint: one.answered for one in done.values()},
                patience=patience,
                noticed=lambda settled: bar.update(following, completed=settled),
            )
    finally:
        await intake.close()
    memory.forget()
    rejected_file = memory.write_rejected(rows.rejected)
    return Summary(
        file=rows.file.name,
        now=datetime.now(UTC),
        rows=rows.rows,
        left_out=rows.left_out,
        sent=list(done.values()),
        rejected=sorted(rows.rejected, key=lambda one: one.line),
        rejected_file=str(rejected_file) if rejected_file else None,
        stories=stories,
        began_at=began_at,
    )


async def _ends(installation: Installation) -> Ends:
    ends = JournalEnds(installation.kafka, [installation.journal])
    try:
        return {partition: end for (_, partition), end in (await ends()).items()}
    finally:
        await ends.stop()


def _bar(*, quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description:>12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    )
