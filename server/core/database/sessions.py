"""Checks that a connection has a PostgreSQL session of its own, as notifications and locks require.

PgBouncer in transaction mode accepts LISTEN and session locks but loses both: every write would wait for
hosts that hear nothing, and two processes could hold the same lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from config.database_address import DatabaseAddress
from server.core.database.connecting import connect
from server.core.database.connection import CONNECT_TIMEOUT

# How many seconds a notification may take from one connection to another, and how often to send it, as a
# server may be busy.
HEARD_WITHIN, TRIES = 3.0, 2

CHANNEL = "perch_sessions"


class SharedSession(LookupError):
    """A pooler shares sessions, lending each out for a transaction at a time."""

    def __init__(self, address: DatabaseAddress) -> None:
        super().__init__(
            f"DATABASE_URL: {address} leads to a pooler in transaction mode, which loses notifications and "
            "locks. Set pool_mode = session in PgBouncer"
        )


async def require_own(address: DatabaseAddress) -> None:
    """Check that one connection hears another's notification. A standby, which refuses LISTEN, is skipped.

    Raises:
        SharedSession: it doesn't hear the notification.
        What `connect` raises.
    """
    heard = asyncio.Event()
    async with _connected(address) as listener, _connected(address) as speaker:
        if await listener.fetchval("SELECT pg_is_in_recovery()"):
            return
        await listener.add_listener(CHANNEL, lambda *_: heard.set())
        for _ in range(TRIES):
            await speaker.execute(f"NOTIFY {CHANNEL}")
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARD_WITHIN):
                    await heard.wait()
                return
        raise SharedSession(address)


@asynccontextmanager
async def _connected(address: DatabaseAddress) -> AsyncIterator[Any]:
    connection = await connect(address, within=CONNECT_TIMEOUT, command_timeout=CONNECT_TIMEOUT)
    try:
        yield connection
    finally:
        connection.terminate()
