"""The scratch database of a restore test: created empty, restored into once, dropped afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database.locks import AdvisoryLock
from server.operations.dumps.errors import Busy, DumpFailed
from tasks.dumps.confined import confined
from tasks.dumps.postgres import connected, quoted

# A scratch database's name is PREFIX and the database's own. Only one test at a time creates one.
PREFIX = "drill_of_"

# The role that restores into them (see `confined`).
ROLE = "perch_drill"

# PostgreSQL's limit for names, in bytes.
NAME_LENGTH = 63

# Dropping may take this many seconds: the server may be the reason why a test failed.
DROPPED_WITHIN = 60


@asynccontextmanager
async def scratch(settings: Settings) -> AsyncIterator[DatabaseAddress]:
    """An empty database beside the configured one for as long as the block lasts, for a role without powers.

    Raises:
        Busy: another restore test is running.
        DumpFailed: the role may not create databases.
    """
    name = (PREFIX + settings.database.database)[:NAME_LENGTH]
    async with connected(settings.database) as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", AdvisoryLock.DRILLS):
            raise Busy("another restore test is in progress")
        await drop(connection, name)  # left by a test that was killed
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
            async with asyncio.timeout(DROPPED_WITHIN):  # otherwise the next test does it
                await drop(connection, name)


async def drop(connection: asyncpg.Connection, name: str) -> None:
    """Drop a database, even if someone is connected to it."""
    await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
