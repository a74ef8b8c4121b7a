"""What reaches the log is sent to listeners, even if the relay dies right after writing it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from config.settings import Settings
from server.core.database.connection import rows
from server.core.live import event
from server.core.live.event import GROWN, MOVE, PLANNER
from server.core.live.relay import BATCH, Relay
from server.operations.condition import late_events
from tests.waiting import PATIENCE, until_gone


async def test_the_log_does_not_grow_without_notifying_listeners(settings: Settings, database: None) -> None:
    relay: Any = await asyncpg.connect(**settings.database.connect_arguments())
    listener: Any = await asyncpg.connect(**settings.database.connect_arguments())
    heard = asyncio.Event()
    await listener.add_listener(GROWN, lambda *_: heard.set())
    try:
        async with relay.transaction():  # no other relay sees the row
            await relay.execute("INSERT INTO outbox (kind, subject_id) VALUES ('user', 1), ('user', 2)")
            await relay.fetch(MOVE, [], 500, 0, [], False)
            assert not heard.is_set()
        async with asyncio.timeout(2):
            await heard.wait()
    finally:
        await relay.close()
        await listener.close()


ROWS = 10_000

NAMES_TOLD = "SELECT count(*) FROM events WHERE kind = 'user'"

# The outbox's contents when its statistics are collected; in the last case, half of it are likes of one
# tweet.
STATES = {
    "empty": "SELECT 1",
    "full": f"INSERT INTO outbox (kind, subject_id) SELECT 'user', n FROM generate_series(1, {ROWS}) n",
    "half held": f"""
        INSERT INTO outbox (kind, subject_id, actor_id)
        SELECT CASE n % 2 WHEN 0 THEN 'likes' ELSE 'user' END, CASE n % 2 WHEN 0 THEN 1 END,
            CASE n % 2 WHEN 1 THEN n END
        FROM generate_series(1, {ROWS}) n
    """,
}


@pytest.mark.parametrize("analysed", STATES)
async def test_draining_an_outbox_takes_time_proportional_to_its_length(
    settings: Settings, database: None, analysed: str
) -> None:
    """By PostgreSQL's count, each row is read only a few times: held-back likes are not read again."""
    connection: Any = await asyncpg.connect(**settings.database.connect_arguments())
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE outbox, held_likes IN ACCESS EXCLUSIVE MODE")
            for name, value in PLANNER.items():
                await connection.execute(f"SET LOCAL {name} = {value}")
            await connection.execute(STATES[analysed])
            await connection.execute("ANALYZE outbox")
            await connection.execute("TRUNCATE outbox")
            await connection.execute(STATES["half held"])
            before = await connection.fetchval(NAMES_TOLD)
            read = 0
            for _ in range(ROWS // BATCH):
                explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {MOVE}"
                (plan,) = json.loads(await connection.fetchval(explained, [1], BATCH, 0, [], False))
                read += sum(map(rows_read, nodes(plan["Plan"])))
            assert await connection.fetchval("SELECT count(*) FROM outbox") == 0
            assert await connection.fetchval("SELECT count(*) FROM held_likes") == 1
            assert await connection.fetchval(NAMES_TOLD) - before == ROWS // 2
        assert read < 20 * ROWS
    finally:
        await connection.close()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes of a plan from EXPLAIN."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def rows_read(node: dict[str, Any]) -> int:
    """How many rows the node read, including discarded ones."""
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    return int((node["Actual Rows"] + dropped) * node["Actual Loops"])


async def test_a_new_relay_publishes_the_likes_that_the_previous_one_held_back(
    settings: Settings, database: None
) -> None:
    connection: Any = await asyncpg.connect(**settings.database.connect_arguments())
    try:
        async with connection.transaction():  # nobody else sees the rows
            await connection.execute("LOCK TABLE outbox, held_likes IN ACCESS EXCLUSIVE MODE")
            await connection.execute("INSERT INTO held_likes VALUES (4711)")
            batch = await Relay(connection).move()
            assert [(str(event.kind), event.subject_id) for event in batch.told] == [("likes", 4711)]
            assert await connection.fetchval("SELECT count(*) FROM held_likes") == 0
    finally:
        await connection.close()


@pytest.mark.usefixtures("perch")
async def test_late_events_make_perch_degraded(settings: Settings, database: None) -> None:
    connection: Any = await asyncpg.connect(**settings.database.connect_arguments())
    try:
        assert await late_events() is None
        async with connection.transaction():
            # The active relay waits for the lock that it needs.
            await connection.execute("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")
            await rows(
                "INSERT INTO outbox (kind, subject_id, created_at) "
                "VALUES ('user', 1, now() - interval '20 s') RETURNING id"
            )
            found = await late_events()
            assert found is not None
            assert found.told.startswith("live updates are late: the oldest has been waiting for 2")
        await until_gone(late_events)
    finally:
        await connection.close()


async def test_whoever_writes_many_events_lets_late_ones_pass(settings: Settings, database: None) -> None:
    connection: Any = await asyncpg.connect(**settings.database.connect_arguments())
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")  # nobody moves them
            await rows(
                "INSERT INTO outbox (kind, subject_id, created_at) "
                "VALUES ('user', 1, now() - interval '20 s') RETURNING id"
            )
            began = time.monotonic()
            await event.let_pass(at_most=0.3)
            assert time.monotonic() - began >= 0.3
    finally:
        await connection.close()
    await rows("DELETE FROM outbox RETURNING 1")
    async with asyncio.timeout(PATIENCE):
        await event.let_pass(at_most=2 * PATIENCE)
