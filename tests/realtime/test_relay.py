"""What reaches the log is heard of, also where the relay dies right after it."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

from config.settings import Settings
from server.models.event import GROWN, MOVE


async def test_the_log_does_not_grow_unheard(settings: Settings, database: None) -> None:
    relay: Any = await asyncpg.connect(**settings.database.connect_arguments())
    listener: Any = await asyncpg.connect(**settings.database.connect_arguments())
    heard = asyncio.Event()
    await listener.add_listener(GROWN, lambda *_: heard.set())
    try:
        async with relay.transaction():  # no other relay sees the row
            await relay.execute("INSERT INTO outbox (kind, user_id) VALUES ('user', 1), ('user', 2)")
            await relay.fetch(MOVE, [], 500)
            assert not heard.is_set()
        async with asyncio.timeout(2):
            await heard.wait()
    finally:
        await relay.close()
        await listener.close()
