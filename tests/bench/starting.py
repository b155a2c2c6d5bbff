"""P6: from `make run` to the first owner, beside broker and database started alone."""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from gehoor.cli.up import take_down
from gehoor.devstack import Stack
from tests.bench.figures import Figure, Measured

SECONDS_MAX = 15
WITHIN = 180.0
SAYS = b"first owner assigned"
"""What `gehoor demo` prints when it is."""


async def measure() -> Measured:
    """In a folder of its own: the very first start, then one of what was stopped, then only what is below."""
    folder = Path(tempfile.mkdtemp(prefix="gehoor-bench-"))
    try:
        first = await _first_owner(folder)
        second = await _first_owner(folder)
        began = time.perf_counter()
        await asyncio.to_thread(Stack.start, folder, say=lambda _: None)
        below = time.perf_counter() - began
    finally:
        await take_down(folder)
        await asyncio.to_thread(Stack(folder).erase)
        shutil.rmtree(folder, ignore_errors=True)
    floor = f"{below:.1f} s: broker, database and mail drop alone"
    return Measured([_figure("second", second, below, floor), _figure("first", first, below, floor)])


def _figure(which: str, seconds: float, below: float, floor: str) -> Figure:
    return Figure(
        row="P6",
        what=f"{which} `make run` → first owner assigned",
        wanted=f"≤ {SECONDS_MAX} s" if which == "second" else "told",
        found=f"{seconds:.1f} s",
        floor=floor,
        ratio=seconds / below,
        met=seconds <= SECONDS_MAX if which == "second" else None,
    )


async def _first_owner(folder: Path) -> float:
    """Seconds until the demonstration has told of it; then everything is stopped."""
    began = time.perf_counter()
    demo = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from gehoor.cli.main import app; app()",
        "demo",
        "--folder",
        folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert demo.stdout is not None
    told = []
    try:
        async with asyncio.timeout(WITHIN):
            async for line in demo.stdout:
                told.append(line)
                if SAYS in line:
                    return time.perf_counter() - began
        raise RuntimeError("the demonstration ended without an owner:\n" + b"".join(told[-20:]).decode())
    finally:
        if demo.returncode is None:
            demo.terminate()
        await demo.wait()
        await take_down(folder)
