"""How a command ends: 0 where all is well, 1 with a finding or a failure, 2 where it was asked wrongly.

Whatever goes wrong is told in one line (a mapping or a policy: a line for each field), never as a traceback, unless
`GEHOOR_DEBUG` is set.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx2
import typer
from aiokafka.errors import KafkaError
from typer.core import TyperGroup
from typer.exceptions import TyperException

from gehoor.cli.asking import AnswerError
from gehoor.cli.installation import InstallationError
from gehoor.cli.replaying.mapping import MappingError
from gehoor.cli.replaying.rows import FileError
from gehoor.cli.timeline import UnknownComplaintError
from gehoor.cli.watching import NeverCameError
from gehoor.devstack.process import StackError
from gehoor.runtime.ports import TemporaryError

T = TypeVar("T")

FINE, FAILED, MISUSED = 0, 1, 2


class FailedError(Exception):
    """What was asked can't be done; the message is what to print."""


class MisusedError(Exception):
    """What was asked makes no sense; the message is what to print."""


_MISUSED = (MisusedError, InstallationError, MappingError, FileError)
_FAILED = (FailedError, AnswerError, UnknownComplaintError, NeverCameError, TemporaryError, StackError)

Where = Annotated[
    Path | None,
    typer.Option(
        "--installation",
        "-i",
        envvar="GEHOOR_INSTALLATION",
        metavar="FILE",
        help="The installation's file; without it the one that `gehoor up` wrote in this folder.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For a machine to read.")]
Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@contextmanager
def plainly() -> Iterator[None]:
    """Tell in a line what goes wrong, and end with the code for it."""
    try:
        yield
    except _MISUSED as wrong:
        raise _ended(str(wrong), MISUSED) from _shown(wrong)
    except _FAILED as wrong:
        raise _ended(str(wrong), FAILED) from _shown(wrong)
    except httpx2.TransportError as wrong:
        raise _ended(f"{_asked(wrong)} does not answer ({type(wrong).__name__})", FAILED) from _shown(wrong)
    except KafkaError as wrong:
        raise _ended(f"the broker does not answer ({type(wrong).__name__})", FAILED) from _shown(wrong)
    except (typer.Exit, typer.Abort, TyperException):
        raise
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FINE) from None
    except Exception as defect:
        if os.environ.get("GEHOOR_DEBUG"):
            raise
        told = f"a defect of this command: {type(defect).__name__}: {defect} (GEHOOR_DEBUG=1 shows where)"
        raise _ended(told, FAILED) from None


class Plain(TyperGroup):
    """Commands that end plainly, whatever goes wrong in them."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        with plainly():
            return super().invoke(ctx)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it, and give what came of it."""
    return asyncio.run(work)


def sure(question: str, yes: bool) -> None:  # noqa: FBT001 - the option itself
    """Ask before what can't be undone.

    Raises:
        MisusedError: nobody is there to be asked, and `--yes` was not said.
        Abort: the answer was no.
    """
    if yes:
        return
    if not typer.get_text_stream("stdin").isatty():
        raise MisusedError(f"{question} Say --yes where nobody can be asked.")
    typer.confirm(question, abort=True)


def _ended(told: str, code: int) -> typer.Exit:
    for line in told.splitlines() or [told]:
        typer.echo(f"gehoor: {line}", err=True)
    return typer.Exit(code)


def _shown(wrong: Exception) -> Exception | None:
    return wrong if os.environ.get("GEHOOR_DEBUG") else None


def _asked(wrong: httpx2.TransportError) -> str:
    try:
        return f"{wrong.request.url.scheme}://{wrong.request.url.netloc.decode()}"
    except RuntimeError:
        return "the service"
