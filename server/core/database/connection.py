"""Tortoise's connection pool, and functions that run plain SQL on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from asyncpg.exceptions import InterfaceError, InternalClientError, PostgresError
from tortoise import Tortoise, connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database import pool

# After waiting this many seconds for PostgreSQL, a request had better fail, and sooner if it is waiting for a
# locked row.
STATEMENT_TIMEOUT = 5
LOCK_TIMEOUT = 3
CONNECT_TIMEOUT = 5

# The errors of a lost connection, or one whose server is in trouble. A connection raises InternalClientError
# if the server has terminated it and it isn't closed yet.
AWAY = (OSError, PostgresError, InterfaceError, InternalClientError)

# JIT is off because compiling a plan would take longer than any of our queries. So would planning most of
# them anew for the values of each request, which is what PostgreSQL does where it expects better plans from
# that: it takes 0.3 ms for the rows of a page. `tests/domain/test_plans.py` checks the plans for any values.
SESSION_SETTINGS = {
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "statement_timeout": f"{STATEMENT_TIMEOUT}s",
    "lock_timeout": f"{LOCK_TIMEOUT}s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}


NO_TIMEOUTS = {"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0"}


def tortoise_config(
    address: DatabaseAddress, *, pool_size: int, name: str = "perch", patient: bool = False
) -> dict[str, Any]:
    """The configuration for `Tortoise.init` and aerich.

    With `patient`, for migrations, statements have no time limit, and aerich's own model is included.
    """
    credentials = {
        "address": address,
        "database": address.database,  # aerich reads this key
        "session": {**SESSION_SETTINGS, **(NO_TIMEOUTS if patient else {})},
        "minsize": 1,
        "maxsize": pool_size,
        "timeout": CONNECT_TIMEOUT,
        # For a server that no longer responds.
        "command_timeout": None if patient else STATEMENT_TIMEOUT + 2,
        "application_name": name,
    }
    return {
        "connections": {
            "default": {"engine": pool.__name__, "credentials": credentials},
        },
        "apps": {
            "models": {
                # Including aerich's model costs 3 MB per process, with everything that aerich imports.
                "models": ["server.models", *(["aerich.models"] if patient else [])],
                "default_connection": "default",
            },
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def open_pool(settings: Settings, *, name: str = "perch") -> None:
    """Make the models usable in this process, also in asyncio tasks that were started elsewhere."""
    config = tortoise_config(settings.database, pool_size=settings.database_pool_size, name=name)
    await Tortoise.init(config=config, _enable_global_fallback=True)


async def close_pool() -> None:
    """Close the pool that `open_pool` opened."""
    await Tortoise.close_connections()


@asynccontextmanager
async def database(settings: Settings, *, name: str = "perch") -> AsyncIterator[None]:
    """Make the models usable inside the block."""
    await open_pool(settings, name=name)
    try:
        yield
    finally:
        await close_pool()


async def rows(sql: str, *values: object) -> Sequence[dict[str, Any]]:
    """Run one statement and return its rows. Inside a transaction, it is part of that."""
    found: Sequence[dict[str, Any]] = await _client().execute_query_dict(sql, list(values))
    return found


async def records(sql: str, *values: object) -> list[Any]:
    """Like `rows`, but return bare records: for the hottest queries, this saves a dictionary per row."""
    client: Any = _client()
    async with client.acquire_connection() as connection:
        client.log.debug("%s: %s", sql, values)
        found: list[Any] = await connection.fetch(sql, *values)
    return found


async def row(sql: str, *values: object) -> dict[str, Any] | None:
    """Run one statement and return its first row, if there is any."""
    found = await rows(sql, *values)
    return found[0] if found else None


async def only_reads() -> bool:
    """Whether the database refuses writes, as a replica does."""
    found = await row("SELECT current_setting('transaction_read_only')::bool AS only_reads")
    return found is not None and bool(found["only_reads"])


def transaction() -> Any:
    """For `async with transaction():`, where everything inside happens or nothing does."""
    return in_transaction("default")


def _client() -> BaseDBAsyncClient:
    client: BaseDBAsyncClient = connections.get("default")
    return client
