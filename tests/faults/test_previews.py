"""Workers that are killed while they fetch the pages that tweets link to."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from config.settings import Settings
from tests import pictures
from tests.faults import houses
from tests.faults.houses import House
from tests.faults.workers import HASTE, started
from tests.outbound.hostile import Hostile, Write, hostile, idle, page
from tests.thorough import much
from tests.waiting import until

PAGES, KILLS = much(usually=40, thoroughly=400), 3

# Each page takes as long as one nearby, and each worker that is killed leaves claims behind.
SECONDS = 0.05
CLAIM = """
from datetime import timedelta
from server.features.previews import previews
previews.FETCH_TIME, previews.CLAIM = timedelta(seconds=1), timedelta(seconds=3)
"""
WITHIN = much(usually=60, thoroughly=240)

TITLED = re.compile(rb"GET /(\d+) ")

TWEETS = """
    INSERT INTO tweets (author_id, content)
    SELECT 1, $2 || '/' || n FROM generate_series(0, $1::int - 1) n, generate_series(1, 2)
"""
WANTED = "INSERT INTO wanted_previews (tweet_id, url) SELECT id, content FROM tweets"

# The tweets whose preview is another page's, or not there.
WRONG = """
    SELECT content, title FROM tweets t LEFT JOIN previews p ON p.id = t.preview_id
    WHERE p.url IS DISTINCT FROM t.content OR p.picture IS NULL
        OR p.title IS DISTINCT FROM 'Page ' || substring(content FROM '[0-9]+$')
"""
FETCHED = "SELECT count(*) FROM previews WHERE fetched_at IS NOT NULL"
LEFT = """
    SELECT (SELECT count(*) FROM wanted_previews)
        + (SELECT count(*) FROM previews
           WHERE fetched_at IS NULL OR told IS NOT NULL OR claimed_until IS NOT NULL)
"""


def serve_pages(server: Hostile) -> None:
    """Let it have pages with titles and pictures."""

    def slowly(answer: bytes) -> Callable[[Write], Awaitable[None]]:
        async def behave(write: Write) -> None:
            await idle(SECONDS)
            await write(answer)

        return behave

    for number in range(PAGES):
        head = f'<title>Page {number}</title><meta property="og:image" content="/{number}.png">'
        server.answers[f"/{number}"] = slowly(page(head.encode()))
        shown = page(pictures.png(40 + number % 7, 30), headers=b"Content-Type: image/png\r\n")
        server.answers[f"/{number}.png"] = shown


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Hostile]:
    async with hostile() as found:
        serve_pages(found)
        yield found


@pytest_asyncio.fixture
async def house(settings: Settings, tmp_path: Path) -> AsyncIterator[House]:
    async with houses.opened(
        settings, tmp_path / "data", WORKER_CONCURRENCY="2", PREVIEWS="on", PREVIEWS_HOSTS="127.0.0.1"
    ) as found:
        await found.database.execute("INSERT INTO users (handle, name) VALUES ('reader', 'Reader')")
        yield found


@pytest.mark.fault("previews")
async def test_pages_are_fetched_through_kills(
    house: House, server: Hostile, measured: Callable[[str], None]
) -> None:
    """Workers are killed while they fetch; the next one finishes, and fetches again what was under way."""
    changes = f"{HASTE}\n{CLAIM}"
    await house.database.execute(TWEETS, PAGES, server.url("", "127.0.0.1"))
    await house.database.execute(WANTED)

    async def fetched() -> int:
        return int(await house.database.fetchval(FETCHED))

    async def is_done() -> bool:
        await house.send("previews.fetch")
        return int(await house.database.fetchval(LEFT)) == 0

    for kill in range(KILLS):
        before = await fetched()
        await house.send("previews.fetch")
        with started(house.environment, house.log, changes) as worker:
            await until(lambda: is_above(fetched, before + PAGES // (2 * KILLS)), within=WITHIN)  # noqa: B023
            os.kill(worker.pid, signal.SIGKILL)
        assert await fetched() < PAGES, f"kill {kill} came too late"
    with started(house.environment, house.log, changes):
        await until(is_done, within=WITHIN)
    assert await house.database.fetch(WRONG) == []
    assert await house.database.fetchval("SELECT count(*) FROM previews") == PAGES
    asked = Counter(found[1] for request in server.heard if (found := TITLED.match(request)))
    assert len(asked) == PAGES
    again = sum(asked.values()) - PAGES
    assert again <= KILLS * 2
    measured(
        f"{PAGES} pages of {2 * PAGES} tweets, {KILLS} workers killed: each has its preview; "
        f"{again} pages were fetched twice"
    )


async def is_above(count: Callable[[], Awaitable[int]], number: int) -> bool:
    return await count() >= number
