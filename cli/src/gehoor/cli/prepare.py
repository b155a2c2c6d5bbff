"""`gehoor prepare`: database and topics as the services expect them, on whatever servers an installation names."""

import asyncio
from pathlib import Path

from gehoor.cli.installation import SERVICES, Installation
from gehoor.runtime.kafka import topics
from gehoor.runtime.postgres.migrating import Home, migrate

PARTITIONS = 12
"""Of both topics: fixed for ever, so chosen large."""


async def prepare(installation: Installation, owner: str, sources: Path, *, replication: int = 1) -> None:
    """Make roles, schemas, tables and topics, or bring them up to date; safe to run again, and by several at once.

    Args:
        installation: The DSNs whose roles are made, and the broker.
        owner: The DSN of the database's owner.
        sources: The checkout, for the services' own migrations.
        replication: Of the topics: 3 on a cluster.

    Raises:
        TemporaryError: the database or the broker is away.
        MigrationError: a migration was refused.
        TopicError: a topic is not what it must be.
    """
    homes = [_home(name, installation, sources) for name in SERVICES]
    wanted = [topics.journal(installation.journal, PARTITIONS), topics.inbound(installation.inbound, PARTITIONS)]
    await asyncio.gather(migrate(owner, homes), topics.ensure(installation.kafka, wanted, replication=replication))


def schema_of(service: str) -> str:
    """Where in the database a service's tables are."""
    return service.replace("-", "_")


def _home(service: str, installation: Installation, sources: Path) -> Home:
    access = installation.service(service)
    return Home(
        schema=schema_of(service),
        dsn=access.dsn,
        outside=access.outside_dsn,
        migrations=sources / "services" / service / "migrations",
        keeps_keyring=service == "intake",
    )
