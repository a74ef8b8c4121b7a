"""What very many people reply to, follow or like: a large thread, blocks, likes, and being notified."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg

from server.core.security import api_keys
from tests.waiting import wait_for
from tools.bench import calls, sides, writing
from tools.bench.conversations import FOLLOW, LIKE, PAGE, QUIET, users
from tools.bench.growth import COLD, gently
from tools.bench.load import BenchFailed, Call, typical
from tools.bench.row import Row
from tools.bench.stage import INSERT_KEY, Stage, database_of
from tools.measuring.figures import median, number

# How many replies the thread has: half of them to the tweet itself, and one to each of these.
REPLIES, SCREEN = 10_000, 20.0
# $1 the tweet, $2 how many.
REPLY_TO = """
    WITH new AS (
        SELECT nextval(pg_get_serial_sequence('tweets', 'id')) AS id, u.id AS author_id
        FROM (SELECT id FROM users ORDER BY id LIMIT $2) u
    )
    INSERT INTO tweets (
        id, author_id, content, in_reply_to_id, in_reply_to_user_id, thread_root_id, thread_path
    )
    SELECT new.id, new.author_id, 'a reply', root.id, root.author_id, root.id, ARRAY[root.id, new.id]
    FROM new, tweets root WHERE root.id = $1
"""
# $1 the first tweet.
ANSWER = """
    WITH new AS (
        SELECT nextval(pg_get_serial_sequence('tweets', 'id')) AS id, t.id AS parent, author_id, thread_path
        FROM tweets t WHERE in_reply_to_id = $1
    )
    INSERT INTO tweets (
        id, author_id, content, in_reply_to_id, in_reply_to_user_id, thread_root_id, thread_path
    )
    SELECT id, author_id, 'its answer', parent, author_id, $1, thread_path || (id - (1::bigint << 53))
    FROM new
"""

# A popular person has so many followers (or all others), and a popular tweet as many likes.
POPULAR, TRIES, LOUD, WITHIN = 100_000, 40, 11, 60
MOST_FOLLOWERS = "SELECT id FROM users WHERE id <> $1 ORDER BY id LIMIT $2"


def thread(stage: Stage) -> list[Row]:
    """The first page of a thread of 10,000 replies, cold, on the largest database."""
    community = stage.community(stage.sizes[-1])
    first = community.tweets // 2
    with community.copied() as folder, sides.perch(folder, **COLD) as perch:
        asyncio.run(add_replies(folder, first))
        asked = calls.reading(f"/api/tweets/{first}/thread", community.keys)
        if len(calls.checked(perch.url, asked[0])["replies"]) != PAGE:
            raise BenchFailed("the thread has no replies")
        loads = [gently(perch, asked) for _ in range(stage.rounds + 1)][1:]
    found = typical(loads)
    return [
        Row(
            f"first page of a thread of {REPLIES:,} replies, cold, {stage.sizes[-1]} tweets",
            "",
            f"p95 <= {SCREEN:g} ms",
            f"p95 {found.p95:.2f} ms",
            found.p95 <= SCREEN,
            [f"p50 {found.p50:.2f} ms"],
        )
    ]


async def add_replies(folder: Path, first: int) -> None:
    """Let half of the replies be to the first tweet, and the others to these."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        await connection.execute(REPLY_TO, first, REPLIES // 2, timeout=300)
        await connection.execute(ANSWER, first, timeout=300)
    finally:
        await connection.close()


def popular(stage: Stage) -> list[Row]:
    """Blocking, liking and hearing of what very many people follow or like, on the largest database."""
    community = stage.community(stage.sizes[-1])
    author = community.busiest_author
    tweet, other = community.most_liked_tweet, community.tweets // 3
    with community.copied() as folder, sides.perch(folder) as perch:
        key, keys, followers = asyncio.run(make_popular(folder, author, tweet, community.keys))
        block = [timed(perch.url, Call("POST", f"/api/users/{author}/block", one)) for one in keys[:TRIES]]
        if calls.checked(perch.url, Call("GET", f"/api/users/{author}/tweets", keys[0]))["tweets"]:
            raise BenchFailed("the block doesn't hold")
        much, little = alternately(
            lambda place: timed(perch.url, Call("POST", f"/api/tweets/{tweet}/likes", keys[TRIES + place])),
            lambda place: timed(perch.url, Call("POST", f"/api/tweets/{other}/likes", keys[TRIES + place])),
            TRIES,
        )
        took: list[float] = []
        loud, quiet = alternately(
            lambda place: rung(folder, perch.url, key, place, took),
            lambda place: timed(perch.url, news(keys[-1], place)),
            LOUD,
        )
    slowest = sorted(block)[len(block) * 95 // 100] * 1000
    likes, tweets = median(much) / median(little), median(loud) / median(quiet)
    return [
        Row(
            f"block somebody with {followers:,} followers",
            "",
            "p95 <= 50 ms",
            f"p95 {slowest:.1f} ms",
            slowest <= 50,
            [f"p50 {median(block) * 1000:.1f} ms"],
        ),
        Row(
            f"like a tweet that {followers:,} people like",
            "a tweet with few likes",
            "<= 1.2x its time",
            f"{number(likes)}x (p50 {median(much) * 1000:.2f} ms against {median(little) * 1000:.2f} ms)",
            likes <= 1.2,
        ),
        Row(
            f"a tweet with a mention by somebody of whose new tweets {followers:,} people are notified",
            "the same tweet by somebody else",
            f"<= 1.2x its time; all are notified within {WITHIN} s",
            f"{number(tweets)}x (p50 {median(loud) * 1000:.2f} ms against {median(quiet) * 1000:.2f} ms); "
            f"all are notified after {max(took):.1f} s",
            tweets <= 1.2 and max(took) <= WITHIN,
        ),
    ]


async def make_popular(
    folder: Path, author: int, tweet: int, keys: Sequence[str]
) -> tuple[str, list[str], int]:
    """Let very many follow the author, be notified of them, and like the tweet.

    Return the author's key, those of the others, and how many followers there are.
    """
    connection = await asyncpg.connect(**database_of(folder))
    try:
        key = api_keys.generate()
        await connection.execute(INSERT_KEY, author, api_keys.digest(key))
        async with connection.transaction():
            await connection.execute(QUIET)
            people = [row["id"] for row in await connection.fetch(MOST_FOLLOWERS, author, POPULAR)]
            await connection.execute(FOLLOW, people, [author], timeout=300)
            await connection.execute("UPDATE follows SET notify = true WHERE followee_id = $1", author)
            await connection.execute(LIKE, people[5_000:], [tweet], timeout=300)
        await connection.execute("ANALYZE follows, likes")
        owners = zip(keys, await users(connection, keys), strict=True)
        return key, [other for other, user_id in owners if user_id != author], len(people)
    finally:
        await connection.close()


def timed(url: str, call: Call) -> float:
    """The seconds that one request takes."""
    began = time.perf_counter()
    calls.checked(url, call)
    return time.perf_counter() - began


def alternately(
    one: Callable[[int], float], other: Callable[[int], float], times: int
) -> tuple[list[float], list[float]]:
    """The seconds of both, measured in turn; the first of each warms up."""
    found = [(one(place), other(place)) for place in range(times)][1:]
    return [pair[0] for pair in found], [pair[1] for pair in found]


def rung(folder: Path, url: str, key: str, place: int, took: list[float]) -> float:
    """The seconds that publishing takes; add those until everyone is notified to `took`."""
    began = time.perf_counter()
    seconds = timed(url, news(key, place))
    wait_for(lambda: not asyncio.run(left(folder)), "everyone being notified")
    took.append(time.perf_counter() - began)
    return seconds


def news(key: str, place: int) -> Call:
    """A tweet with a mention."""
    return Call("POST", "/api/tweets", key, json.dumps({"tweet_data": f"news, number {place}, @heron_1"}))


async def left(folder: Path) -> int:
    """How many tweets workers have yet to notify of."""
    found = await writing.query(folder, "SELECT count(*) FROM tweets_to_notify_of")
    return int(found[0])
