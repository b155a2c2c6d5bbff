"""Reaching the services' stores from the command, each as the service itself comes in."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from gehoor.cli.installation import Installation
from gehoor.cli.prepare import schema_of
from gehoor.runtime.postgres.connecting import Pool, close_pool, open_pool

KEYRING_OWNER = "intake"
POOL_SIZE = 4


@asynccontextmanager
async def pool_of(installation: Installation, services: Collection[str]) -> AsyncIterator[Mapping[str, Pool]]:
    """Connections to each of those services' schemas.

    Raises:
        InstallationError: it has no such service.
    """
    async with AsyncExitStack() as open_:
        pools = {}
        for service in services:
            dsn = installation.service(service).dsn
            pool = await open_pool(dsn, schema=schema_of(service), keyring=schema_of(KEYRING_OWNER), size=POOL_SIZE)
            open_.push_async_callback(close_pool, pool)
            pools[service] = pool
        yield pools
