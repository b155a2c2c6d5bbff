"""What of a service outlives its processes: its store with what hangs on it, on twins that say what was written."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gehoor.events.envelope import Recorded
from gehoor.runtime.memory.due import MemoryDue
from gehoor.runtime.memory.journal import MemoryJournal
from gehoor.runtime.memory.locking import MemorySole
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.memory.parking import MemoryParking
from gehoor.runtime.memory.store import MemoryStore
from gehoor.runtime.ports import Commit, Due, Partition

Witness = Callable[[str, Commit, Sequence[Recorded]], None]
"""Told of every commit, at its moment: whose, what, and the events as they were placed."""


class SeenStore(MemoryStore):
    """A store whose commits are seen."""

    def __init__(self, service: str, witness: Witness) -> None:
        super().__init__(service)
        self._witness = witness
        self.committed: list[Callable[[Commit], None]] = []
        """Told afterwards; so a database wakes who waits for it."""

    def _write(self, commit: Commit) -> Sequence[Recorded]:
        recorded = super()._write(commit)
        self._witness(self.service, commit, recorded)
        for wake in self.committed:
            asyncio.get_running_loop().call_soon(wake, commit)
        return recorded


class LateJournal(MemoryJournal):
    """A journal of which some partitions are late for some groups, and some is read again."""

    def __init__(self, partitions: int) -> None:
        super().__init__(partitions)
        self.late: set[tuple[str, int]] = set()
        """Group and partition."""

    def read(self, group: str, topics: Sequence[str]) -> dict[Partition, int]:
        """The next offset of each partition that a group has to read, and may now."""
        return {at: offset for at, offset in super().read(group, topics).items() if (group, at[1]) not in self.late}

    def read_again(self, group: str, at: Partition, records: int) -> None:
        """Its offsets were lost: the last ones come again."""
        if (group, at) not in self._in_hand:
            self._read[group, at] = max(self._read.get((group, at), 0) - records, 0)
            self.notify()

    @property
    def groups(self) -> Sequence[tuple[str, Partition]]:
        """Who has read of what."""
        return sorted(self._read)


@dataclass
class Kept:
    """One service's."""

    name: str
    store: SeenStore
    parking: MemoryParking = field(default_factory=MemoryParking)
    sole: MemorySole = field(default_factory=MemorySole)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(self.store)
        self.due = MemoryDue(self.store, self.parking)

    def standing(self) -> list[Due]:
        """All that is armed."""
        return [armed.due for armed in self.store.due.values()]
