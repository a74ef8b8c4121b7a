"""The scratch database of a drill: made empty, restored into once, gone afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg

from config.addresses import DatabaseAddress
from config.settings import Settings
from server.core.database.locks import AdvisoryLock
from server.operations.dumps.errors import Busy, DumpFailed
from tasks.dumps.confined import confined
from tasks.dumps.postgres import connected, quoted

# Names of scratch databases: PREFIX before the database's own. One drill at a time makes them.
PREFIX = "drill_of_"

# The role that restores into them (see `confined`).
ROLE = "perch_drill"

# PostgreSQL's bound for names. Bytes.
NAME_LENGTH = 63

# The server may be what a drill failed of. Seconds.
DROPPED_WITHIN = 60


@asynccontextmanager
async def scratch(settings: Settings) -> AsyncIterator[DatabaseAddress]:
    """An empty database beside the settings' own, as long as the block lasts, for a role without powers.

    Raises:
        Busy: another drill runs.
        DumpFailed: the role may not make databases.
    """
    name = (PREFIX + settings.database.database)[:NAME_LENGTH]
    async with connected(settings.database) as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", AdvisoryLock.DRILLS):
            raise Busy("another restore test is in progress")
        await drop(connection, name)  # of a drill that was killed
        address = await confined(settings.database, connection, ROLE, trusted=True)
        try:
            await connection.execute(
                f"CREATE DATABASE {quoted(name)} TEMPLATE template0 OWNER {quoted(address.user)}"
            )
        except asyncpg.InsufficientPrivilegeError:
            raise DumpFailed(
                f"the role {settings.database.user} may not make the scratch database of a drill: "
                f"ALTER ROLE {quoted(settings.database.user)} CREATEDB"
            ) from None
        try:
            yield replace(address, database=name)
        finally:
            async with asyncio.timeout(DROPPED_WITHIN):  # else the next drill does it
                await drop(connection, name)


async def drop(connection: asyncpg.Connection, name: str) -> None:
    """Remove a database, whoever is connected to it."""
    await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
