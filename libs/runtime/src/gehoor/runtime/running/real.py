"""The real parts that a service is assembled with: PostgreSQL, SMTP, HTTP and the machine's clock."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
from pydantic import SecretStr

from gehoor.runtime.clock import SystemClock
from gehoor.runtime.deliveries.mail import SmtpMailer
from gehoor.runtime.deliveries.webhooks import HttpWebhooks
from gehoor.runtime.http.health import Vital
from gehoor.runtime.observability import log
from gehoor.runtime.ports import Ports, TemporaryError
from gehoor.runtime.postgres.blobs import PostgresBlobs
from gehoor.runtime.postgres.connecting import Pool, close_pool, open_pool, reached
from gehoor.runtime.postgres.due import PostgresDue
from gehoor.runtime.postgres.keyring import PostgresKeyring
from gehoor.runtime.postgres.keys import PostgresKeys
from gehoor.runtime.postgres.outbox import PostgresOutbox
from gehoor.runtime.postgres.parking import PostgresParking
from gehoor.runtime.postgres.store import PostgresStore
from gehoor.runtime.settings import Settings

KEYRING_POOL_SIZE = 4
OUTSIDE_POOL_SIZE = 4
_AGAIN = timedelta(seconds=1)


class StartError(Exception):
    """A service can't start; the message says why and what to do."""


@dataclass(frozen=True)
class Real:
    """What is really there."""

    ports: Ports
    outbox: PostgresOutbox
    parking: PostgresParking
    keys: PostgresKeys
    pool: Pool
    schema: str

    async def can_store(self) -> Vital:
        """Whether the database takes writes now."""
        async with reached(self.pool) as connection:
            resting: bool = await connection.fetchval("select pg_is_in_recovery()")
        return Vital(well=not resting, says="a standby takes no writes" if resting else "stores")


def schema_of(service: str) -> str:
    """Where in the database a service's tables are."""
    return service.replace("-", "_")


@asynccontextmanager
async def real_ports(service: str, settings: Settings) -> AsyncIterator[Real]:
    """All that is real, and let go of at the end. Reaches for nothing yet.

    Raises:
        StartError: the installation's key is none.
    """
    schema = schema_of(service)
    try:
        wrapping = settings.wrapping_key()
    except (ValueError, OSError) as wrong:
        raise StartError(str(wrong)) from wrong
    async with AsyncExitStack() as held:

        async def pool_of(dsn: SecretStr, size: int) -> Pool:
            pool = await open_pool(dsn.get_secret_value(), schema=schema, keyring=settings.keyring_schema, size=size)
            held.push_async_callback(close_pool, pool)
            return pool

        pool = await pool_of(settings.dsn, settings.pool_max)
        outside = await pool_of(settings.outside_dsn, OUTSIDE_POOL_SIZE) if settings.outside_dsn is not None else None
        shared = await pool_of(settings.keyring_dsn, KEYRING_POOL_SIZE) if settings.keyring_dsn is not None else pool
        store = PostgresStore(pool, service, outside=outside)
        outbox = PostgresOutbox(pool, service)
        ports = Ports(
            store=store,
            due=PostgresDue(pool),
            outbox=outbox,
            keyring=PostgresKeyring(shared, wrapping),
            blobs=PostgresBlobs(shared),
            clock=SystemClock(settings.clock_offset),
            mailer=SmtpMailer(settings.smtp, settings.sender),
            webhooks=HttpWebhooks(allow_private=settings.allow_private_addresses),
        )
        parking = PostgresParking(pool, settings.dsn.get_secret_value(), schema)
        yield Real(ports, outbox, parking, PostgresKeys(pool), pool, schema)


async def wait_for_database(real: Real, settings: Settings) -> None:
    """Return once the database answers and is migrated.

    Raises:
        StartError: it does not, within the bound.
    """
    parts = urlsplit(settings.dsn.get_secret_value())
    address = f"{parts.hostname}:{parts.port}"
    clock = real.ports.clock
    until = clock.now() + settings.start_within
    while True:
        try:
            async with reached(real.pool) as connection:
                await connection.fetch("select position from event limit 1")
        except TemporaryError as away:
            if clock.now() >= until:
                raise StartError(f"no answer from the database at {address}: {away}") from away
            log.info("waiting for the database", address=address, error=away)
            await clock.sleep(_AGAIN)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            raise StartError(f"the schema {real.schema} at {address} has no tables: run `gehoor prepare`") from None
        except asyncpg.PostgresError as wrong:
            raise StartError(f"the database at {address} lets nobody in: {type(wrong).__name__}") from wrong
        else:
            return
