"""What a cancelled task leaves on its connection to the database."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from config.settings import Settings
from server.core.database.connecting import connect
from server.core.database.connection import rows

# A backend that waits for the rest of a statement, and holds its locks meanwhile.
HELD = """
    SELECT query FROM pg_stat_activity
    WHERE state = 'active' AND wait_event = 'ClientRead' AND datname = current_database()
"""
TRIES, TURNS = 800, 50


@pytest.mark.usefixtures("database")
async def test_a_task_that_is_cancelled_at_any_moment_holds_no_lock(settings: Settings) -> None:
    watching = await connect(settings.database, within=5)
    held = []
    for number in range(TRIES):
        # Each is a statement of its own, so that it is prepared first.
        task = asyncio.create_task(rows(f"SELECT {number}, (SELECT count(*) FROM notification_groups)"))
        for _ in range(number % TURNS):
            await asyncio.sleep(0)  # noqa: TID251  # one turn of the loop
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        held += await watching.fetch(HELD)
    await watching.close()
    assert held == []
