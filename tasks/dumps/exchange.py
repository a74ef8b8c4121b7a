"""Swapping one database for another by renaming, while processes use the one that is replaced."""

from __future__ import annotations

import asyncio

import asyncpg

from config.database_address import DatabaseAddress
from tasks.dumps.kept_databases import MAINTENANCE
from tasks.dumps.postgres import connected, quoted

# The sessions that we may end: not a superuser's, unless we are one, and not autovacuum's, which yields by
# itself.
END_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = $1 AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE')
"""


async def take_place(
    server: asyncpg.Connection, address: DatabaseAddress, new: str, target: str, aside: str | None
) -> None:
    """Rename the new database to `target` and the old one, if any, to `aside`, in one transaction.

    While a database is renamed nobody can connect to it, and its sessions are ended: processes that use it
    are cut off for that moment, and reconnect to the new one by themselves. If this is killed at any point,
    either both databases are as they were or both are renamed.
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
    """Keep ending sessions; the rename waits until all are gone, and admits no new ones meanwhile."""
    while True:
        await server.fetch(END_SESSIONS, database)
        await asyncio.sleep(0.05)
