"""Where a service's time goes, by library and by function: `--profile SERVICE`."""

import pstats
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from gehoor.cli.servers import ServiceServer
from tests.bench.figures import Breakdown

_SHOWN = 25
_WAITING = "poll"
"""What an event loop does when it has nothing to do."""
Entry = tuple[str, int, str]


class ProfiledServer(ServiceServer):
    """A service under cProfile; what it noted is in `profile` once it has stopped."""

    @property
    def python(self) -> Sequence[str | Path]:
        """Python with its profiler."""
        return [sys.executable, "-m", "cProfile", "-o", self.profile]

    @property
    def profile(self) -> Path:
        """The file with its figures."""
        return self.folder / f"{self.name}.profile"


def breakdowns(profile: Path, complaints: int) -> Sequence[Breakdown]:
    """Milliseconds for one complaint: in each library, and in and below our own functions. Starting is in it."""
    # pstats keeps what it read in an attribute that its types do not name.
    stats: dict[Entry, tuple[int, int, float, float, object]] = pstats.Stats(str(profile)).stats  # type: ignore[attr-defined]
    inside: dict[str, float] = defaultdict(float)
    below: dict[str, float] = {}
    for (file, _, function), (_, calls, own, whole, _) in stats.items():
        if _WAITING in function and file == "~":
            continue
        inside[_part(file, function)] += own
        if "/gehoor/" in file:
            below[f"{file.rpartition('/gehoor/')[2]}: {function} ({calls / complaints:.1f} calls)"] = whole
    total = sum(inside.values())
    return [
        Breakdown("In each part itself", ("part", "ms", "share"), _lines(inside, complaints, total)),
        Breakdown("In and below our functions", ("function", "ms", "share"), _lines(below, complaints, total)),
    ]


def _lines(spent: dict[str, float], complaints: int, total: float) -> list[Sequence[str]]:
    most = sorted(spent.items(), key=lambda one: -one[1])[:_SHOWN]
    return [(name, f"{seconds / complaints * 1000:.3f}", f"{seconds / total:.1%}") for name, seconds in most]


def _part(file: str, function: str) -> str:
    if "/site-packages/" in file:
        return file.rpartition("/site-packages/")[2].split("/")[0].removesuffix(".py")
    if "/gehoor/" in file:
        return "gehoor/" + "/".join(file.rpartition("/gehoor/")[2].split("/")[:2])
    if file == "~":
        return f"built in: {function.strip('<>')}"
    if "importlib" in file:
        return "python: importing"
    return "python: " + Path(file).parent.name
