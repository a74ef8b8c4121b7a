"""Web processes are killed in the middle of tweets: each tweet exists completely or not at all."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import asyncpg
import httpx
import pytest

from tests.callers import Caller
from tests.thorough import much
from tests.waiting import lasting, until
from tests.whole.conftest import Perch, alive, is_web, running

# Of each of the four processes, and once more in the middle of tweets that are held there: one that
# dies five times in a minute stops the whole, rightly.
KILLS = much(usually=1, thoroughly=3)

WRITERS = 8

# Two unattached pictures of this user's.
PICTURES = """
    INSERT INTO media_attachments (token, owner_id, state, content_type, width, height)
    SELECT md5(random()::text), $1, 'ready', 'image/jpeg', 1, 1 FROM generate_series(1, 2) RETURNING id
"""

# Sessions that wait for a lock on the table of tweets.
WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'tweets'::regclass AND NOT granted"

# What must never be: each statement returns the violations.
WRONG = {
    "tweets without all of their pictures": """
        SELECT t.id FROM tweets t LEFT JOIN media_attachments m ON m.tweet_id = t.id
        GROUP BY t.id HAVING count(m.id) <> 2
    """,
    "authors whose counter is not their rows": """
        SELECT u.id FROM users u WHERE tweets_count <> (SELECT count(*) FROM tweets WHERE author_id = u.id)
    """,
    "tweets that were told of not once": """
        SELECT t.id FROM tweets t LEFT JOIN (
            SELECT subject_id, kind FROM events UNION ALL SELECT subject_id, kind FROM outbox
        ) e ON e.subject_id = t.id AND e.kind = 'tweet' GROUP BY t.id HAVING count(e.subject_id) <> 1
    """,
    "keys of idempotency without their tweet": """
        SELECT k.key FROM idempotency_keys k LEFT JOIN tweets t ON t.id = k.tweet_id WHERE t.id IS NULL
    """,
    "tweets that were published twice": """
        SELECT content FROM tweets GROUP BY content HAVING count(*) > 1
    """,
}


@dataclass
class Written:
    """What writers tried and what was answered. The `unanswered` may or may not exist."""

    answered: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    failures: int = 0


@pytest.fixture
def perch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perch]:
    with running(tmp_path_factory.mktemp("killed"), WEB_CONCURRENCY="4") as found:
        yield found


async def write(perch: Perch, who: Caller, written: Written, over: asyncio.Event) -> None:
    """Publish tweets with two pictures; three of four that get no answer are sent again with the same key."""
    database = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    for turn in itertools.count():
        if over.is_set():
            break
        media = [row["id"] for row in await database.fetch(PICTURES, who.id)]
        text = f"tweet {secrets.token_hex(8)}"
        written.unanswered.add(text)
        for _ in range(1 if turn % 4 == 0 else 40):
            try:
                answer = await who.raw(
                    "POST",
                    "/api/tweets",
                    json={"tweet_data": text, "tweet_media_ids": media},
                    headers={"idempotency-key": text},
                )
            except httpx.TransportError:
                written.failures += 1
                await lasting(0.05)
                continue
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:
                written.unanswered.discard(text)
                written.answered.add(text)
                break
            await lasting(0.05)
    await database.close()


async def kill_in_the_middle(perch: Perch) -> int:
    """Kill every web process while one of its tweets is blocked in progress; returns how many were killed."""
    database = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")

    async def waits() -> bool:
        return bool(await database.fetchval(WAITING))

    async with database.transaction():
        await database.execute("LOCK TABLE tweets IN SHARE MODE")
        await until(waits, within=10)
        victims = [pid for pid in perch.children() if is_web(pid)]
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
    await database.close()
    return len(victims)


@pytest.mark.fault("web-killed")
async def test_tweets_are_complete_or_absent_although_processes_are_killed(
    perch: Perch, measured: Callable[[str], None]
) -> None:
    limits = httpx.Limits(max_connections=60, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=perch.url, timeout=20, limits=limits) as client:
        people = await perch.register(client, WRITERS)
        written, over = Written(), asyncio.Event()
        writing = [asyncio.create_task(write(perch, who, written, over)) for who in people]
        kills = 0
        for _ in range(KILLS):
            for victim in [pid for pid in perch.children() if is_web(pid)]:
                before = len(written.answered)
                await until(lambda: len(written.answered) >= before + WRITERS)  # noqa: B023
                os.kill(victim, signal.SIGKILL)
                kills += 1
                await until(lambda: not alive([victim]))  # noqa: B023  # or the next round would find it
        kills += await kill_in_the_middle(perch)
        await until(lambda: written.failures > 0, within=25)
        over.set()
        await asyncio.gather(*writing)
        assert (await client.get("/health/ready")).status_code == 200
    assert len(written.answered) > WRITERS
    database = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    there = {row["content"] for row in await database.fetch("SELECT content FROM tweets")}
    found = {what: await database.fetch(sql) for what, sql in WRONG.items()}
    await database.close()
    assert not {what: rows for what, rows in found.items() if rows}
    assert written.answered <= there
    assert there <= written.answered | written.unanswered
    measured(
        f"{kills} web processes killed under {WRITERS} writers: {written.failures} requests broke off, "
        f"{len(written.answered):,} tweets answered and all there; of {len(written.unanswered)} tweets "
        f"without an answer, {len(there - written.answered)} were stored, all complete"
    )
