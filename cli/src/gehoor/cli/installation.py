"""Where an installation is: the file that tells the command which addresses and keys to use.

`gehoor up` writes one for this machine into its folder; for another installation somebody writes it, and names it with
`--installation` or `GEHOOR_INSTALLATION`. It holds secrets: it is readable by its owner only.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FOLDER = ".gehoor"
FILE = "installation.json"
SERVICES = ("intake", "routing", "sla", "partner-escalation")


class InstallationError(Exception):
    """There is none, or it can't be read; says which file and what to do."""


class ServiceAccess(BaseModel):
    """One service: where it answers, and where its store is."""

    model_config = ConfigDict(extra="forbid")

    url: str
    dsn: str
    outside_dsn: str | None = Field(None, description="As which partners read, where they do.")


class Installation(BaseModel):
    """All that the command needs to know."""

    model_config = ConfigDict(extra="forbid")

    kafka: str = Field(description="host:port to bootstrap from.")
    journal: str = "complaints.journal"
    inbound: str = "complaints.inbound"
    installation_key: str = Field(description="Base64 of the 32 bytes that wrap all subjects' keys.")
    services: dict[str, ServiceAccess]
    keys: Annotated[dict[str, str], Field(description="API keys by who holds them.")] = {}
    smtp: str | None = None
    mailbox: Path | None = None
    policy: Path | None = None
    partner_secrets: Annotated[dict[str, str], Field(description="What webhooks are signed with.")] = {}
    webhook_secrets: Annotated[dict[str, str], Field(description="The same, for those on the ladder.")] = {}
    partner_urls: Annotated[dict[str, str], Field(description="Where webhooks go instead of where policy says.")] = {}

    def service(self, name: str) -> ServiceAccess:
        """One service's access.

        Raises:
            InstallationError: the installation has no such service.
        """
        if name not in self.services:
            raise InstallationError(f"no service {name!r}: there are {', '.join(self.services)}")
        return self.services[name]

    def named(self, services: Sequence[str]) -> list[str]:
        """Those services; all of them where none is named.

        Raises:
            InstallationError: the installation has no such service.
        """
        for name in services:
            self.service(name)
        return list(services) or list(self.services)

    def write(self, folder: Path) -> None:
        """Keep it in the folder, for its owner's eyes only."""
        folder.mkdir(parents=True, exist_ok=True)
        passing = folder / f"{FILE}.new"
        passing.touch(mode=0o600)
        passing.write_text(self.model_dump_json(indent=2))
        passing.replace(folder / FILE)


def file_of(named: Path | None = None) -> Path:
    """Where the installation is written down: as named, as the environment says, or in this folder."""
    return named or Path(os.environ.get("GEHOOR_INSTALLATION", Path(FOLDER) / FILE))


def find_installation(named: Path | None = None) -> Installation:
    """The installation that was named, or the one of this folder.

    Raises:
        InstallationError: it is not there, or it does not fit.
    """
    file = file_of(named)
    try:
        return Installation.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise InstallationError(f"{file} is not there: start one with `gehoor up`, or name one") from None
    except PermissionError:
        raise InstallationError(f"{file} belongs to another user: run this as that user") from None
    except ValidationError as wrong:
        fields = ", ".join(".".join(map(str, error["loc"])) for error in wrong.errors(include_input=False))
        raise InstallationError(f"{file} does not fit: {fields}") from None
