"""Tortoise's connection pool, and the plain SQL that runs through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from asyncpg.exceptions import InterfaceError, InternalClientError, PostgresError
from tortoise import Tortoise, connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from config.addresses import DatabaseAddress
from config.settings import Settings
from server.core.database import pool

# A request that waits longer for PostgreSQL than this is better answered with an error, and sooner where it
# waits for a row that somebody else has locked. Seconds.
STATEMENT_TIMEOUT = 5
LOCK_TIMEOUT = 3
CONNECT_TIMEOUT = 5

# What a connection raises that is lost, or whose server is not as it should be. InternalClientError is of one
# that was told of its end and is not closed yet.
AWAY = (OSError, PostgresError, InterfaceError, InternalClientError)

# Compiling a plan costs more than any of our queries takes.
SESSION_SETTINGS = {
    "jit": "off",
    "statement_timeout": f"{STATEMENT_TIMEOUT}s",
    "lock_timeout": f"{LOCK_TIMEOUT}s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}


NO_TIMEOUTS = {"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0"}


def tortoise_config(
    address: DatabaseAddress, *, pool_size: int, name: str = "perch", patient: bool = False
) -> dict[str, Any]:
    """What `Tortoise.init` and aerich read.

    With `patient`, for migrations, a statement may take as long as it takes, and aerich's own table is known.
    """
    credentials = {
        "address": address,
        "database": address.database,  # aerich names it
        "session": {**SESSION_SETTINGS, **(NO_TIMEOUTS if patient else {})},
        "minsize": 1,
        "maxsize": pool_size,
        # Nothing that is done through the pool leaves a trace in the session: asyncpg's own way of making
        # sure costs a round trip for each statement.
        "reset": leave_as_it_is,
        "timeout": CONNECT_TIMEOUT,
        # For a server that does not answer any more.
        "command_timeout": None if patient else STATEMENT_TIMEOUT + 2,
        "application_name": name,
    }
    return {
        "connections": {
            "default": {"engine": pool.__name__, "credentials": credentials},
        },
        "apps": {
            "models": {
                # aerich and what it imports are 3 MB in each process that knows its table.
                "models": ["server.models", *(["aerich.models"] if patient else [])],
                "default_connection": "default",
            },
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def leave_as_it_is(_connection: object) -> None:
    """What the pool does to a connection that it gets back: nothing."""


async def open_pool(settings: Settings, *, name: str = "perch") -> None:
    """Make the models usable in this process, in tasks that were started elsewhere too."""
    config = tortoise_config(settings.database, pool_size=settings.database_pool_size, name=name)
    await Tortoise.init(config=config, _enable_global_fallback=True)


async def close_pool() -> None:
    """Close what `open_pool` opened."""
    await Tortoise.close_connections()


@asynccontextmanager
async def database(settings: Settings, *, name: str = "perch") -> AsyncIterator[None]:
    """The models are usable inside the block."""
    await open_pool(settings, name=name)
    try:
        yield
    finally:
        await close_pool()


async def rows(sql: str, *values: object) -> Sequence[dict[str, Any]]:
    """Run one statement and return its rows; inside a transaction, as part of it."""
    found: Sequence[dict[str, Any]] = await _client().execute_query_dict(sql, list(values))
    return found


async def records(sql: str, *values: object) -> list[Any]:
    """The same as bare records, for the queries that are asked most: no dictionary is made of each row."""
    client: Any = _client()
    async with client.acquire_connection() as connection:
        client.log.debug("%s: %s", sql, values)
        found: list[Any] = await connection.fetch(sql, *values)
    return found


async def row(sql: str, *values: object) -> dict[str, Any] | None:
    """The first row of one statement, if there is any."""
    found = await rows(sql, *values)
    return found[0] if found else None


async def only_reads() -> bool:
    """Whether the database takes no writes, as a replica does."""
    found = await row("SELECT current_setting('transaction_read_only')::bool AS only_reads")
    return found is not None and bool(found["only_reads"])


def transaction() -> Any:
    """`async with transaction():` all inside happens together or not at all."""
    return in_transaction("default")


def _client() -> BaseDBAsyncClient:
    client: BaseDBAsyncClient = connections.get("default")
    return client
