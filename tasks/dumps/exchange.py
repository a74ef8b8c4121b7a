"""Exchanging one database for another by renaming, while processes use the one that gives way."""

from __future__ import annotations

import asyncio

import asyncpg

from config.addresses import DatabaseAddress
from tasks.dumps.kept_databases import MAINTENANCE
from tasks.dumps.postgres import connected, quoted

# Sessions that we may end: neither those of a superuser, if we are none, nor autovacuum, which gives way by
# itself.
END_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = $1 AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE')
"""


async def take_place(
    server: asyncpg.Connection, address: DatabaseAddress, new: str, target: str, aside: str | None
) -> None:
    """Give the new database its name, in one transaction with the old one's, if there is one: `aside`.

    While a database is renamed nobody can connect to it, and those that are connected are ended: processes
    that use it are cut off for that moment, and come back to the new one by themselves. Killed at any point,
    this leaves either both as they were or both renamed.
    """
    if aside is None:
        await server.execute(f"ALTER DATABASE {quoted(new)} RENAME TO {quoted(target)}")
        return
    async with connected(address, MAINTENANCE) as helper:
        ending = asyncio.create_task(end_sessions(helper, target))
        try:
            async with server.transaction():
                await server.execute(f"ALTER DATABASE {quoted(target)} RENAME TO {quoted(aside)}")
                await server.execute(f"ALTER DATABASE {quoted(new)} RENAME TO {quoted(target)}")
        finally:
            ending.cancel()
            await asyncio.wait({ending})


async def end_sessions(server: asyncpg.Connection, database: str) -> None:
    """End them again and again, as the rename waits for all to be gone and lets nobody in meanwhile."""
    while True:
        await server.fetch(END_SESSIONS, database)
        await asyncio.sleep(0.05)
