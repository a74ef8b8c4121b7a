"""How fast the relay moves events into the log after a burst of likes, whatever its statistics say."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg

from config.settings import Settings
from server.core.database import migrate, own_server
from server.core.live.relay import BATCH, Relay
from tests import servers
from tools.bench.row import Row
from tools.bench.stage import Stage

# The events of ten seconds of likes and unlikes of 200 tweets, at about 4,000 a second.
EVENTS, TWEETS = 43_600, 200
FASTEST_ALLOWED = 20_000

FILL = f"""
    INSERT INTO outbox (kind, subject_id, actor_id)
    SELECT CASE n % 2 WHEN 0 THEN 'likes' ELSE 'liked' END, n / 2 % {TWEETS}, CASE n % 2 WHEN 1 THEN n END
    FROM generate_series(1, {EVENTS}) n
"""

# When statistics are collected: of the empty table, of the full one, and of one that is half moved.
ANALYSED = ("empty", "full", "half moved")


def after_a_burst(stage: Stage) -> list[Row]:
    """The row for the slowest of these states."""
    rounds = stage.rounds
    with tempfile.TemporaryDirectory() as folder, servers.embedded_servers(Path(folder)) as settings:
        found = asyncio.run(measured(settings, rounds))
    words = ", ".join(f"{rate:,.0f} ({analysed})" for analysed, rate in found.items())
    what = f"{EVENTS:,} events after a burst of likes, moved into the log"
    target = f">= {FASTEST_ALLOWED:,} a second, with statistics of an empty, a full and a half moved outbox"
    return [Row(what, "", target, words, min(found.values()) >= FASTEST_ALLOWED)]


async def measured(settings: Settings, rounds: int) -> dict[str, float]:
    """Events a second by the state in which the table was analysed: the median round."""
    await own_server.create_database(settings.database)
    await migrate.upgrade(settings.database)
    connection: Any = await asyncpg.connect(**settings.database.connect_arguments())
    try:
        rates: dict[str, list[float]] = {analysed: [] for analysed in ANALYSED}
        for _ in range(rounds):
            for analysed, found in rates.items():
                found.append(await rate(connection, analysed))
        return {analysed: sorted(found)[len(found) // 2] for analysed, found in rates.items()}
    finally:
        await connection.close()


async def rate(connection: Any, analysed: str) -> float:
    """Events a second with these statistics."""
    await connection.execute("TRUNCATE outbox, events, held_likes")
    if analysed == "empty":
        await connection.execute("ANALYZE outbox")
    await connection.execute(FILL)
    if analysed == "full":
        await connection.execute("ANALYZE outbox")
    relay, moved, began = Relay(connection), 0, time.perf_counter()
    assert await relay.leads()
    while True:
        batch = await relay.move()
        moved += batch.taken
        if analysed == "half moved" and EVENTS // 2 <= moved < EVENTS // 2 + BATCH:
            await connection.execute("ANALYZE outbox")
        if batch.taken < BATCH:
            return moved / (time.perf_counter() - began)
