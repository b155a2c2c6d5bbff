"""What a replay came to, for people and for machines."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from gehoor.cli.replaying.complaints import Rejected
from gehoor.cli.replaying.following import Told
from gehoor.cli.replaying.remembering import Ends, Sent
from gehoor.events.terms import ClockKind

SHOWN_MAX = 20
"""Rejected rows that are shown; all are in the file."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How long after their due missed clocks were answered, or are unanswered now, in wall time.

    What a complaint's final answer ends is its resolution; no file tells of receipts and first answers.
    """

    clocks: int = 0
    missed: int = 0
    median: timedelta | None = None
    worst: timedelta | None = None

    @classmethod
    def of(cls, stories: Iterable[Told], now: datetime, kind: ClockKind | None = None) -> "Lateness":
        """Over all clocks of those complaints, or those of one kind."""
        clocks, late = 0, list[float]()
        for story in stories:
            for clock in story.clocks.values():
                if kind is None or clock.kind is kind:
                    clocks += 1
                    if clock.missed:
                        ended = story.answered_at if clock.kind is ClockKind.RESOLUTION else None
                        late.append(((ended or now) - clock.due).total_seconds())
        if not late:
            return cls(clocks)
        return cls(clocks, len(late), timedelta(seconds=median(late)), timedelta(seconds=max(late)))

    def as_json(self) -> Mapping[str, Any]:
        """With durations in whole seconds."""
        return {
            "clocks": self.clocks,
            "missed": self.missed,
            "median_late_seconds": _seconds(self.median),
            "worst_late_seconds": _seconds(self.worst),
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """All of it."""

    file: str
    now: datetime
    rows: int
    left_out: int
    """Rows that the mapping's `only` does not want."""
    sent: Sequence[Sent]
    rejected: Sequence[Rejected]
    rejected_file: str | None = None
    stories: Mapping[UUID, Told] = field(default_factory=dict)
    began_at: Ends = field(default_factory=dict)
    """Where the journal ended when it began."""

    @property
    def new(self) -> int:
        """Complaints that were not there before: the journal tells of them after the replay began, or not yet."""
        return sum(self._is_new(story) for story in self.stories.values())

    @property
    def unsettled(self) -> Sequence[UUID]:
        """Complaints that routing or sla has not answered for."""
        return [id_ for id_, story in self.stories.items() if not story.settled(self.now)]

    @property
    def twice(self) -> Sequence[UUID]:
        """Complaints that were received more than once, or that several rows became: there should be none."""
        rows = Counter(one.complaint for one in self.sent)
        return sorted(id_ for id_ in rows if rows[id_] > 1 or (id_ in self.stories and self.stories[id_].received > 1))

    @property
    def sound(self) -> bool:
        """Whether each row became exactly one complaint that all have answered for."""
        return not (self.rejected or self.unsettled or self.twice)

    def as_json(self) -> Mapping[str, Any]:
        """For a machine: counts, and lateness per desk and per kind of clock in seconds."""
        stories = self.stories.values()
        kinds = sorted({clock.kind for story in stories for clock in story.clocks.values()})
        return {
            "file": self.file,
            "rows": self.rows,
            "left_out": self.left_out,
            "new": self.new,
            "already_there": len(self.stories) - self.new,
            "rejected": len(self.rejected),
            "rejected_file": self.rejected_file,
            "unsettled": [str(id_) for id_ in self.unsettled],
            "received_twice": [str(id_) for id_ in self.twice],
            "desks": {desk: self._of_desk(theirs) for desk, theirs in self._by_desk().items()},
            "clocks": {str(kind): Lateness.of(stories, self.now, kind).as_json() for kind in kinds},
            "all": self._of_desk(list(stories)),
        }

    def show(self, out: Console) -> None:
        """For people."""
        left_out = f", {self.left_out} left out as the mapping says" if self.left_out else ""
        out.print(
            f"{self.file}: {self.rows} rows: {self.new} new complaints, {len(self.stories) - self.new} already there, "
            f"{len(self.rejected)} rejected{left_out}."
        )
        if not self.new and self.stories:
            out.print("Nothing was added: all of it was there.")
        for one in self.rejected[:SHOWN_MAX]:
            out.print(f"  line {one.line}, {one.column or 'the row'}: {one.reason}", style="red", markup=False)
        if len(self.rejected) > SHOWN_MAX:
            out.print(f"  … and {len(self.rejected) - SHOWN_MAX} more")
        if self.rejected_file:
            out.print(f"Rejected rows, to mend and replay: {self.rejected_file}", markup=False)
        if self.stories:
            out.print(self._table())
        for id_ in self.twice:
            out.print(f"Received twice: {id_}", style="bold red")
        if self.unsettled:
            out.print(
                f"{len(self.unsettled)} complaints are not answered for yet by routing or sla: "
                "see `gehoor audit` and `gehoor parked list`.",
                style="bold red",
                markup=False,
            )

    def _is_new(self, story: Told) -> bool:
        if story.place is None:
            return True
        partition, offset = story.place
        return offset >= self.began_at.get(partition, 0)

    def _of_desk(self, theirs: Sequence[Told]) -> Mapping[str, Any]:
        """Counts of a desk's complaints and clocks, and how late the complaints themselves were answered."""
        every = Lateness.of(theirs, self.now)
        resolved = Lateness.of(theirs, self.now, ClockKind.RESOLUTION)
        counts = {"complaints": len(theirs), "clocks": every.clocks, "missed": every.missed}
        late = {"late": resolved.missed, "median_late_seconds": _seconds(resolved.median)}
        return {**counts, **late, "worst_late_seconds": _seconds(resolved.worst)}

    def _by_desk(self) -> Mapping[str, Sequence[Told]]:
        desks: dict[str, list[Told]] = {}
        for story in self.stories.values():
            desks.setdefault(story.owner or "nobody", []).append(story)
        return dict(sorted(desks.items(), key=lambda of: (-len(of[1]), of[0])))

    def _table(self) -> Table:
        table = Table("desk", box=None, header_style="bold")
        for title in ("complaints", "clocks", "missed", "answered late", "median", "worst"):
            table.add_column(title, justify="right")
        for desk, theirs in [*self._by_desk().items(), ("all", list(self.stories.values()))]:
            *counts, middle, worst = self._of_desk(theirs).values()
            table.add_row(desk, *map(str, counts), in_words(middle), in_words(worst))
        return table


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds())


def in_words(seconds: float | None) -> str:
    """A duration as people say it, in its largest unit: `12 days`, `3 h`, `40 s`."""
    if seconds is None:
        return "-"
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
