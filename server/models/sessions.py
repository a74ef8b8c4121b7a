"""Whether a connection is a session of its own in PostgreSQL, as notifications and locks need it to be.

PgBouncer in transaction mode accepts LISTEN and session locks, and loses both: every write would wait for
hosts that hear nothing, and two processes could hold the same lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from config.addresses import DatabaseAddress
from server.models.connecting import connect
from server.models.connection import CONNECT_TIMEOUT

# How long what one connection says may take to reach another. Seconds.
HEARD_WITHIN = 3.0

CHANNEL = "perch_sessions"


class SharedSession(LookupError):
    """A pooler lends sessions for a transaction."""

    def __init__(self, address: DatabaseAddress) -> None:
        super().__init__(
            f"DATABASE_URL: {address} lends its sessions for one transaction each, which loses notifications "
            "and locks: set pool_mode = session in PgBouncer"
        )


async def require_own(address: DatabaseAddress) -> None:
    """Have one connection hear what another one says.

    Raises:
        SharedSession: it hears nothing.
        What `connect` raises.
    """
    heard = asyncio.Event()
    async with _connected(address) as listener, _connected(address) as speaker:
        await listener.add_listener(CHANNEL, lambda *_: heard.set())
        await speaker.execute(f"NOTIFY {CHANNEL}")
        try:
            async with asyncio.timeout(HEARD_WITHIN):
                await heard.wait()
        except TimeoutError:
            raise SharedSession(address) from None


@asynccontextmanager
async def _connected(address: DatabaseAddress) -> AsyncIterator[Any]:
    connection = await connect(address, within=CONNECT_TIMEOUT, command_timeout=CONNECT_TIMEOUT)
    try:
        yield connection
    finally:
        connection.terminate()
