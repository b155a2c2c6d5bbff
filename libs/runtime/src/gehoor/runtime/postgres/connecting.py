"""Reaching PostgreSQL: pools with bounds, and one name for all the ways in which a database can be away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg

from gehoor.runtime.ports import TemporaryError

if TYPE_CHECKING:  # generic for the type checker only
    from asyncpg.pool import PoolConnectionProxy

    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = PoolConnectionProxy[asyncpg.Record]
    Link = asyncpg.Connection[asyncpg.Record]
else:
    Pool, Connection, Link = asyncpg.Pool, Any, asyncpg.Connection

REACH_WITHIN = timedelta(seconds=2)
"""How long to wait for a connection, also for one of a pool that is in use whole."""
ANSWER_WITHIN = timedelta(seconds=5)
"""How long one transaction may take in all; the server gives up on its statements at the same time."""
POOL_SIZE_MAX = 16

AWAY = (
    OSError,  # refused, reset, unreachable; TimeoutError is one of them
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, statement timeout
    asyncpg.InsufficientResourcesError,  # connections, memory, disk
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is about to be promoted
)


async def open_pool(dsn: str, *, schema: str, keyring: str | None = None, size: int = POOL_SIZE_MAX) -> Pool:
    """Connections that see one schema, and behind it that of the keyring's owner.

    None is made until it is needed, so the database may come later. Close it with `close_pool`.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        timeout=REACH_WITHIN.total_seconds(),
        max_inactive_connection_lifetime=300,
        reset=_nothing_to_reset,
        server_settings=_settings(schema if keyring in {None, schema} else f"{schema}, {keyring}")
        | {"statement_timeout": _milliseconds(ANSWER_WITHIN), "lock_timeout": _milliseconds(ANSWER_WITHIN)},
    )


async def close_pool(pool: Pool) -> None:
    """Let go of all connections: in order within `REACH_WITHIN`, then without asking."""
    try:
        await asyncio.wait_for(pool.close(), REACH_WITHIN.total_seconds())
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pool.terminate()


@asynccontextmanager
async def link(dsn: str, *, schema: str) -> AsyncIterator[Link]:
    """One connection outside any pool, for what lasts: a lock held, a channel listened to.

    Raises:
        TemporaryError: the database is away. What goes wrong later is for `reaching` to name.
    """
    with reaching():
        linked = await asyncpg.connect(
            dsn,
            timeout=REACH_WITHIN.total_seconds(),
            command_timeout=REACH_WITHIN.total_seconds(),
            server_settings=_settings(schema),
        )
    try:
        yield linked
    finally:
        linked.terminate()


@contextmanager
def reaching(connection: "Connection | Link | None" = None) -> Iterator[None]:
    """Whatever means that the database is away, or that this connection is lost, as `TemporaryError`."""
    try:
        yield
    except Exception as wrong:
        if isinstance(wrong, AWAY) or (connection is not None and _is_lost(connection)):
            # The kind of error only: a server's message may quote a row.
            raise TemporaryError(f"the database is away ({type(wrong).__name__})") from wrong
        raise


@asynccontextmanager
async def reached(pool: Pool, *, atomic: bool = False, within: timedelta = ANSWER_WITHIN) -> AsyncIterator[Connection]:
    """A connection of the pool; with `atomic` in a transaction, committed at the end and rolled back by any error.

    Raises:
        TemporaryError: the database is away, or took longer than `within`. Whether a transaction that was being
            committed is stored is then unknown: what comes again is handled once all the same.
    """
    with reaching():
        connection = await pool.acquire(timeout=REACH_WITHIN.total_seconds())
    sound = False
    try:
        with reaching(connection):
            async with asyncio.timeout(within.total_seconds()):
                if atomic:
                    async with _transaction(connection, within):
                        yield connection
                else:
                    yield connection
        sound = True
    except TemporaryError:
        raise
    except Exception:
        sound = True
        raise
    finally:
        if not sound and not _is_lost(connection):  # also when cancelled: nobody knows how far it came
            connection.terminate()
        await pool.release(connection)


@asynccontextmanager
async def _transaction(connection: Connection, within: timedelta) -> AsyncIterator[None]:
    longer = ""
    if within > ANSWER_WITHIN:
        bound = _milliseconds(within)
        longer = "".join(
            f"; set local {what}_timeout = {bound}" for what in ("statement", "lock", "idle_in_transaction_session")
        )
    await connection.execute("begin" + longer)
    try:
        yield
    except Exception as wrong:
        if not isinstance(wrong, AWAY):
            await connection.execute("rollback")
        raise
    await connection.execute("commit")


def _is_lost(connection: "Connection | Link") -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool took it back when it broke
        return True


def _settings(path: str) -> dict[str, str]:
    return {
        "search_path": path,
        "application_name": f"gehoor {path}",
        "timezone": "UTC",
        "idle_in_transaction_session_timeout": _milliseconds(2 * ANSWER_WITHIN),
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
    }


def _milliseconds(duration: timedelta) -> str:
    return str(duration // timedelta(milliseconds=1))


async def _nothing_to_reset(_connection: Link) -> None:
    """No session is changed by what is done here: settings are local to their transaction."""
