"""A service as small as can be, run as a process: `python -m tests.integration.running.notes ROLE`."""

import asyncio

from gehoor.runtime.ports import Ports
from gehoor.runtime.running import Assembled, run
from gehoor.runtime.settings import Settings
from tests.integration.http.serving import NOTES, routes


class NotesSettings(Settings):
    """Nothing of its own."""


def assemble(_settings: NotesSettings, _ports: Ports) -> Assembled:
    """The notes, on whatever they are given."""
    return Assembled(NOTES, [routes({}, asyncio.Event())], creates_keys=True)


if __name__ == "__main__":
    run("notes", NotesSettings, assemble)
