"""Applies migrations, in one process at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from asyncpg.exceptions import DeadlockDetectedError
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError

from config.database_address import DatabaseAddress
from config.pauses import spread
from server.core.database.connecting import connect
from server.core.database.connection import CONNECT_TIMEOUT, row, tortoise_config
from server.core.database.locks import AdvisoryLock
from server.core.transient import causes

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "migrations"

# How often the migrations are tried where they deadlock with writes, and the pause in between, in seconds.
TRIES, PAUSE = 200, 0.3


class NewerDatabase(Exception):
    """The database was used by a newer Perch, whose migrations this version does not know."""

    def __init__(self, unknown: Sequence[str]) -> None:
        names = ", ".join(name.removesuffix(".py") for name in unknown)
        super().__init__(
            f"the database belongs to a newer version of Perch: this one doesn't know {names}. Install the "
            "newer version, or restore a dump that this one made"
        )


@asynccontextmanager
async def migration_lock(address: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    """Hold the migration lock on a separate connection, as aerich neither locks nor shares its own."""
    connection = await connect(address, within=CONNECT_TIMEOUT)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", AdvisoryLock.MIGRATIONS)
        yield connection
    finally:
        await connection.close()


async def upgrade(address: DatabaseAddress) -> list[str]:
    """Apply the missing migrations and return their names. Many processes may call this at once."""
    from aerich import Command

    config = tortoise_config(address, pool_size=2, name="perch migrate", patient=True)
    async with migration_lock(address) as connection, TortoiseContext() as context:
        if beyond := await unknown(connection.fetchrow):
            raise NewerDatabase(beyond)
        await context.init(config=config)
        command = Command(config, location=str(FOLDER))
        await command.init()
        done = await missing(connection.fetchrow)
        await _patiently(command.upgrade)
    if len(done) == len(known()):
        log.info("created the tables (%d migrations)", len(done))
    else:
        for name in done:
            log.info("applied migration %s", name)
    return done


async def _patiently(apply: Callable[[], Awaitable[object]]) -> None:
    """Apply the missing migrations, and try again after a deadlock with the version that is still serving.

    Each runs in its own transaction; those already applied are skipped.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            await apply()
            return
        except (OperationalError, DeadlockDetectedError) as error:
            if not tries_left or not any(isinstance(one, DeadlockDetectedError) for one in causes(error)):
                raise
            log.info("deadlock with a write of the running version; trying the migration again")
            await asyncio.sleep(spread(PAUSE))


async def downgrade(address: DatabaseAddress) -> list[str]:
    """Revert every migration, newest first, losing all data; for tests and developers."""
    from aerich import Command

    config = tortoise_config(address, pool_size=2, name="perch migrate", patient=True)
    undone: list[str] = []
    async with migration_lock(address), TortoiseContext() as context:
        await context.init(config=config)
        command = Command(config, location=str(FOLDER))
        await command.init()
        for _ in known():
            undone += await command.downgrade(version=-1, delete=False)
    return undone


def known() -> list[str]:
    """The names of all migrations of this version, the oldest first."""
    files = [file.name for file in (FOLDER / "models").glob("[0-9]*_*.py")]
    return sorted(files, key=lambda name: int(name.split("_")[0]))


async def missing(fetch: Callable[[str], Awaitable[Any]] = row) -> list[str]:
    """The migrations that this database lacks; `fetch` returns the first row of a statement."""
    there = await applied(fetch)
    return [name for name in known() if name not in there]


async def unknown(fetch: Callable[[str], Awaitable[Any]] = row) -> list[str]:
    """The migrations in this database that this version doesn't know, because a newer Perch has used it."""
    mine = set(known())
    return [name for name in await applied(fetch) if name not in mine]


async def applied(fetch: Callable[[str], Awaitable[Any]]) -> list[str]:
    """The migrations that this database has, the oldest first."""
    book = await fetch("SELECT to_regclass('aerich') IS NOT NULL AS there")
    if not book or not book["there"]:
        return []
    found = await fetch(
        "SELECT coalesce(array_agg(version ORDER BY id), '{}') AS versions FROM aerich WHERE app = 'models'"
    )
    return list(found["versions"]) if found else []
