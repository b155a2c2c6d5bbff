"""Where a replay stopped: what of a file has been sent, so that the next run goes on from there.

One file for each file that is replayed, known by the digest of its content and its mapping's, beside the
installation. It is gone once the replay is complete: running that again sends all of it again, and adds nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from gehoor.cli.replaying.complaints import Rejected

FOLDER = "replays"


@dataclass(frozen=True, slots=True)
class Sent:
    """A row that intake took."""

    id: str
    """The row's own."""
    complaint: UUID
    answered: bool = False
    """Whether the file told when it was answered, and that was recorded too."""


Ends = Mapping[int, int]
"""The end of each partition of the journal."""


class Memory:
    """What of one file has been sent."""

    def __init__(self, folder: Path, file: Path, mapping: Path) -> None:
        """`folder`: the installation's."""
        digest = sha256(sha256(file.read_bytes()).digest() + sha256(mapping.read_bytes()).digest())
        self._file = folder / FOLDER / f"{file.stem}-{digest.hexdigest()[:16]}.jsonl"
        self.rejected_file = self._file.with_name(f"{file.stem}.rejected.jsonl")

    def begin(self, ends: Ends) -> Ends:
        """Where the journal ended when this replay began: now, unless an interrupted run began it.

        What the journal tells of after that is new.
        """
        for kept in self._kept():
            if "began_at" in kept:
                return {int(partition): end for partition, end in kept["began_at"].items()}
        self._append([{"began_at": {str(partition): end for partition, end in ends.items()}}])
        return ends

    def recall(self) -> Mapping[str, Sent]:
        """What an earlier run that was interrupted has sent, by the rows' own ids."""
        return {
            kept["id"]: Sent(kept["id"], UUID(kept["complaint"]), kept["answered"])
            for kept in self._kept()
            if "id" in kept and "complaint" in kept
        }

    def note(self, sent: Iterable[Sent]) -> None:
        """Remember that these were sent."""
        self._append({"id": one.id, "complaint": str(one.complaint), "answered": one.answered} for one in sent)

    def forget(self) -> None:
        """It is complete."""
        self._file.unlink(missing_ok=True)

    def write_rejected(self, rejected: Iterable[Rejected]) -> Path | None:
        """The rejected rows with their reasons, to be mended and replayed; None where there are none.

        Each keeps its columns, so the file can be replayed with the same mapping.
        """
        lines = [
            json.dumps(
                {**one.columns, "rejected": {"line": one.line, "column": one.column, "reason": one.reason}},
                ensure_ascii=True,
            )
            for one in sorted(rejected, key=lambda one: one.line)
        ]
        self.rejected_file.unlink(missing_ok=True)
        if not lines:
            return None
        _open_to_owner(self.rejected_file)
        self.rejected_file.write_text("\n".join(lines) + "\n", encoding="ascii")
        return self.rejected_file

    def _kept(self) -> Iterator[Mapping[str, Any]]:
        """What was written down; a line half written does not count."""
        if self._file.exists():
            for written in self._file.read_text("utf-8").splitlines():
                try:
                    yield json.loads(written)
                except ValueError:
                    continue

    def _append(self, lines: Iterable[Mapping[str, Any]]) -> None:
        _open_to_owner(self._file)
        with self._file.open("a", encoding="utf-8") as kept:
            kept.writelines(json.dumps(line) + "\n" for line in lines)


def _open_to_owner(file: Path) -> None:
    """Rows are personal: nobody else reads them."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
