"""The four services as processes of this machine: started, known again, stopped, like the servers below them."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from gehoor.devstack.process import Process, free_port, is_free
from gehoor.devstack.server import Record, Say, Server

_ASK_SECONDS = 2


class PartnerServer(Server):
    """The demonstration's partner: takes webhooks and checks their signatures."""

    name = "partner"

    def __init__(self, folder: Path, secret: str) -> None:
        super().__init__(folder)
        self._secret = secret

    def launch(self, known: Record | None, say: Say) -> Record:  # noqa: ARG002 - nothing here takes long
        """Start it on the port it had."""
        port = known.port if known is not None and is_free(known.port) else free_port()
        env = {**os.environ, "GEHOOR_DEMO_SECRET": self._secret}
        command = [sys.executable, "-m", "gehoor.cli.demo_partner", "--port", str(port)]
        return Record(port, Process.start(command, log=self.log, env=env))

    def answers(self, record: Record) -> bool:
        """Whether it listens."""
        return not is_free(record.port)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.record.port}"


class ServiceServer(Server):
    """One service in the role `all` (or another), on a port that it keeps."""

    @property
    def python(self) -> Sequence[str | Path]:
        """What runs its module."""
        return [sys.executable]

    def __init__(self, folder: Path, service: str, env: Mapping[str, str], *, role: str = "all", copy: int = 1) -> None:
        """`env`: its settings; `copy`: which instance it is, where several run."""
        self.name = service if copy == 1 and role == "all" else f"{service}-{role}-{copy}"
        super().__init__(folder)
        self._service = service
        self._role = role
        self._env = env

    def launch(self, known: Record | None, say: Say) -> Record:  # noqa: ARG002 - nothing here takes long
        """Start it on the port it had."""
        port = known.port if known is not None and is_free(known.port) else free_port()
        module = f"gehoor.{self._service.replace('-', '_')}.main"
        env = {**os.environ, **self._env, "GEHOOR_PORT": str(port), "PYTHONUNBUFFERED": "1"}
        process = Process.start([*self.python, "-m", module, self._role], log=self.log, env=env)
        return Record(port, process)

    def answers(self, record: Record) -> bool:
        """Whether it says that it is ready."""
        try:
            with urlopen(f"http://127.0.0.1:{record.port}/health/ready", timeout=_ASK_SECONDS) as answer:
                return bool(answer.status == 200)  # noqa: PLR2004 - OK
        except (URLError, OSError):
            return False

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.record.port}"
