"""Workers that are killed while thousands of scheduled tweets are due."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from config.settings import Settings
from tests.faults import houses
from tests.faults.houses import House
from tests.faults.workers import HASTE, started
from tests.thorough import much
from tests.waiting import until

COUNT, WRITERS = much(usually=2_000, thoroughly=10_000), 100

WITHIN = 60

PEOPLE = "INSERT INTO users (handle, name) SELECT 'writer_' || n, 'Writer' FROM generate_series(1, $1::int) n"

DRAFTS = """
    INSERT INTO drafts (user_id, body, publish_at)
    SELECT 1 + n % $2::int, jsonb_build_object('tweets', jsonb_build_array(
        jsonb_build_object('content', 'tweet ' || n || CASE WHEN n % 3 = 0 THEN ' #tag' ELSE '' END)
    )), now()
    FROM generate_series(1, $1::int) n
"""


@pytest_asyncio.fixture
async def house(settings: Settings, tmp_path: Path) -> AsyncIterator[House]:
    async with houses.opened(settings, tmp_path / "data", WORKER_CONCURRENCY="2") as found:
        await found.database.execute(PEOPLE, WRITERS)
        yield found


@pytest.mark.fault("scheduled")
async def test_scheduled_tweets_are_published_once_through_kills(
    house: House, measured: Callable[[str], None]
) -> None:
    """Three workers are killed while they publish; the next one finishes."""
    changes = much(usually=HASTE, thoroughly="")
    await house.database.execute(DRAFTS, COUNT, WRITERS)
    began = time.monotonic()
    await house.send("people.publish_scheduled")

    async def left() -> int:
        return int(await house.database.fetchval("SELECT count(*) FROM drafts"))

    for share in (0.9, 0.7, 0.5):
        with started(house.environment, house.log, changes) as worker:
            await until(lambda: is_below(left, share), within=WITHIN)  # noqa: B023  # awaited in the loop
            os.kill(worker.pid, signal.SIGKILL)
    with started(house.environment, house.log, changes):
        await until(lambda: is_below(left, 0), within=WITHIN)
    took = time.monotonic() - began
    texts = [one["content"] for one in await house.database.fetch("SELECT content FROM tweets")]
    assert len(texts) == len(set(texts)) == COUNT
    counted = await house.database.fetchval("SELECT sum(tweets_count) FROM users")
    assert counted == COUNT
    assert took < WITHIN
    measured(
        f"{COUNT:,} scheduled tweets, of which three workers died: each published once within {took:.0f} s"
    )


async def is_below(left: Callable[[], Awaitable[int]], share: float) -> bool:
    return await left() <= share * COUNT
