"""Conversations: Following with replies and reposts, notifications, replies, and what popularity costs."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from server.core.security import api_keys
from tests.waiting import wait_for
from tools.bench import calls, reading, sides, writing
from tools.bench.growth import COLD, gently
from tools.bench.load import BenchFailed, Call, in_turn, typical
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import INSERT_KEY, Stage, database_of
from tools.bench.statements import counted
from tools.measuring.figures import median, number

FOLLOWING = "/api/tweets?timeline=following&likers=0&entries=1"
NOTIFICATIONS = "/api/notifications?limit=30"

# The authors of the page, of whom every third replies to the one before and every second reposts.
AUTHORS, PAGE = 90, 50

# How many people the viewers block, how many of them are on the page, and what the page must reach.
BLOCKED, BLOCKED_AUTHORS, MARKED, PLAIN = 50, 5, 0.6, 0.8

MOST_QUERIES = 3

USERS = "SELECT user_id FROM api_keys WHERE hash = ANY($1::bytea[]) ORDER BY array_position($1, hash)"
QUIET = "SELECT set_config('perch.quiet', 'on', true)"
FOLLOW = """
    INSERT INTO follows (follower_id, followee_id)
    SELECT follower.id, followee.id FROM unnest($1::bigint[]) AS follower (id)
        CROSS JOIN unnest($2::bigint[]) AS followee (id)
    WHERE follower.id <> followee.id ON CONFLICT DO NOTHING
"""
LIKE = """
    INSERT INTO likes (user_id, tweet_id)
    SELECT viewer.id, tweet.id FROM unnest($1::bigint[]) AS viewer (id)
        CROSS JOIN unnest($2::bigint[]) AS tweet (id) ON CONFLICT DO NOTHING
"""
# $1 viewers, $2 authors to block, $3 how many more. None of these are among $1 or $4.
BLOCK = """
    WITH pair AS (
        SELECT viewer.id AS user_id, person.id AS other_id
        FROM unnest($1::bigint[]) AS viewer (id) CROSS JOIN (
            SELECT id FROM unnest($2::bigint[]) AS author (id)
            UNION ALL (
                SELECT id FROM users WHERE id <> ALL($1::bigint[]) AND id <> ALL($4::bigint[])
                ORDER BY id LIMIT $3
            )
        ) person
    ), told AS (
        INSERT INTO relations (user_id, other_id, blocked_by) SELECT other_id, user_id, true FROM pair
        ON CONFLICT (user_id, other_id) DO UPDATE SET blocked_by = true
    )
    INSERT INTO relations (user_id, other_id, blocking, blocked_at)
    SELECT user_id, other_id, true, now() FROM pair
    ON CONFLICT (user_id, other_id) DO UPDATE SET blocking = true, blocked_at = now()
"""

# $1 viewers, whose newest 30 tweets three others like.
LIKE_THEIRS = """
    INSERT INTO likes (tweet_id, user_id)
    SELECT newest.id, liker.id FROM unnest($1::bigint[]) AS viewer (id) CROSS JOIN LATERAL (
        SELECT id FROM tweets WHERE author_id = viewer.id AND NOT hidden ORDER BY id DESC LIMIT 30
    ) newest CROSS JOIN (SELECT id FROM users ORDER BY id LIMIT 3) liker
    WHERE liker.id <> viewer.id ON CONFLICT DO NOTHING
"""

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


def home(stage: Stage) -> list[Row]:
    """The first page of Following with replies and reposts: with marks and blocks, and without."""
    keys = stage.usual.keys
    third = len(keys) // 3
    marked, plain, authors = keys[:third], keys[third : 2 * third], keys[-AUTHORS:]
    found: dict[str, Row] = {}
    with stage.usual.copied() as folder, tempfile.TemporaryDirectory() as name, sides.perch(folder) as perch:
        asyncio.run(follow(folder, [*marked, *plain], authors))
        write(perch.url, authors)
        everyone = calls.reading(FOLLOWING, plain)
        page = calls.checked(perch.url, everyone[0])["entries"]
        asyncio.run(mark(folder, marked, authors, [entry["tweet"]["id"] for entry in page[: PAGE // 2]]))
        mine = calls.reading(FOLLOWING, marked)
        check(page, calls.checked(perch.url, mine[0])["entries"])
        for what, asked, target in (
            (f"for viewers who like half of it and block {BLOCKED} people", mine, MARKED),
            ("for viewers without marks or blocks", everyone, PLAIN),
        ):
            with reading.fixed(Path(name), perch, asked) as (other, size):
                found[what] = ratio(
                    stage,
                    perch,
                    other,
                    asked,
                    f"first page of Following with replies and reposts, {what}",
                    target,
                    size,
                )
    with stage.usual.copied() as folder, sides.perch(folder, **COLD) as perch:
        few = calls.reading(FOLLOWING, [reader.key for reader in stage.usual.readers[:20]])
        reading.warm(stage, perch, few)
        queries = len([text for text in counted(folder, perch.url, few) if " api_keys " not in text]) / len(
            few
        )
    return [
        *found.values(),
        Row(
            "database queries for that page, cold",
            "",
            f"<= {MOST_QUERIES}",
            f"{queries:g}",
            queries <= MOST_QUERIES,
        ),
    ]


async def follow(folder: Path, viewers: Sequence[str], authors: Sequence[str]) -> None:
    """Let all viewers follow all authors."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        async with connection.transaction():
            await connection.execute(QUIET)
            await connection.execute(
                FOLLOW, await users(connection, viewers), await users(connection, authors)
            )
    finally:
        await connection.close()


async def mark(folder: Path, viewers: Sequence[str], authors: Sequence[str], tweets: list[int]) -> None:
    """Let the viewers like the tweets, and block some of the authors and other people."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        async with connection.transaction():
            await connection.execute(QUIET)
            mine, theirs = await users(connection, viewers), await users(connection, authors)
            await connection.execute(LIKE, mine, tweets)
            blocked = theirs[-BLOCKED_AUTHORS:]
            await connection.execute(BLOCK, mine, blocked, BLOCKED - len(blocked), theirs)
    finally:
        await connection.close()


async def users(connection: Any, keys: Sequence[str]) -> list[int]:
    """The users of these keys, in order."""
    return [row["user_id"] for row in await connection.fetch(USERS, [api_keys.digest(key) for key in keys])]


def write(url: str, authors: Sequence[str]) -> None:
    """Let each author tweet, or reply to the one before; and every second one repost an earlier tweet."""
    tweets: list[int] = []
    for place, key in enumerate(authors):
        body: dict[str, object] = {"tweet_data": calls.TEXT.format(number=place)}
        if place % 3 == 2:
            body["in_reply_to_id"] = tweets[-1]
        tweets.append(calls.checked(url, Call("POST", "/api/tweets", key, json.dumps(body)))["tweet_id"])
        if place % 2:
            calls.checked(url, Call("POST", f"/api/tweets/{tweets[place // 2]}/reposts", key))


def check(page: list[dict[str, Any]], marked: list[dict[str, Any]]) -> None:
    """Check that these are the pages that are meant. Raises BenchFailed."""
    kinds = {entry["type"] for entry in page}
    replies = [entry for entry in page if entry["tweet"]["in_reply_to_id"]]
    authors, kept = ({entry["tweet"]["author"]["id"] for entry in one} for one in (page, marked))
    if len(page) != PAGE or kinds != {"tweet", "repost"} or not replies:
        raise BenchFailed(f"{len(page)} entries: {kinds}, {len(replies)} replies")
    if len(marked) != PAGE or not authors - kept or not any(entry["tweet"]["liked"] for entry in marked):
        raise BenchFailed("the viewers with marks and blocks get what the others get")


def ratio(
    stage: Stage, perch: Side, other: Side, asked: list[Call], what: str, target: float, size: int
) -> Row:
    """Perch and the fixed bytes in turn."""
    pair = [perch, other]
    found = in_turn(
        {
            "perch": sides.alone(perch, pair, partial(reading.warm, stage, perch, asked)),
            "bare": sides.alone(other, pair, partial(reading.warm, stage, other, asked)),
        },
        stage.rounds,
    )
    mine, bare = typical(found["perch"]), typical(found["bare"])
    share = mine.per_second / bare.per_second
    return Row(
        what,
        reading.BYTES,
        f">= {target:g} of its requests/s",
        f"{number(share)} ({mine.per_second:,.0f} against {bare.per_second:,.0f})",
        share >= target,
        [f"{size:,} bytes; p50 {mine.p50:.2f} ms, p99 {mine.p99:.2f} ms"],
    )


def notifications(stage: Stage) -> list[Row]:
    """A page of notifications, and the number of unread ones."""
    keys = stage.usual.keys[: len(stage.usual.keys) // 2]
    asked, badge = calls.reading(NOTIFICATIONS, keys), calls.reading("/api/notifications/unread", keys)
    with stage.usual.copied() as folder, tempfile.TemporaryDirectory() as name, sides.perch(folder) as perch:
        asyncio.run(like_theirs(folder, keys))
        if not calls.checked(perch.url, asked[0])["notifications"]:
            raise BenchFailed("the first viewer has no notifications")
        with reading.fixed(Path(name), perch, asked) as (other, size):
            what = "first page of notifications, 500 viewers"
            page = ratio(stage, perch, other, asked, what, 0.7, size)
        reading.warm(stage, perch, badge)
        queries = len(counted(folder, perch.url, badge[:50])) / 50
    return [
        page,
        Row(
            "database queries for the number of unread notifications, hot",
            "",
            "0",
            f"{queries:g}",
            queries == 0,
        ),
    ]


async def like_theirs(folder: Path, keys: Sequence[str]) -> None:
    """Let others like the viewers' tweets, which notifies them."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        await connection.execute(LIKE_THEIRS, await users(connection, keys), timeout=300)
    finally:
        await connection.close()


def reply(stage: Stage) -> list[Row]:
    """Reply with two mentions and a hashtag."""
    keys = stage.usual.keys
    with writing.both(stage) as (_, perch, other):
        page = calls.checked(perch.url, Call("GET", "/api/tweets?likers=0&limit=100", keys[0]))["tweets"]
        handles = [tweet["author"]["handle"] for tweet in page]
        asked = [
            Call("POST", "/api/tweets", key, json.dumps(replying(page, handles, place)))
            for place, key in enumerate(keys)
        ]
        row, _ = writing.compared(
            stage,
            perch,
            other,
            asked,
            "reply with two mentions and a hashtag",
            "one INSERT of the same durability",
            target=0.4,
        )
    return [row]


def replying(page: list[dict[str, Any]], handles: list[str], place: int) -> dict[str, object]:
    """The body of a reply to one of the tweets."""
    one, other = (handles[(place + step) % len(handles)] for step in (1, 2))
    text = f"@{one} @{other} the swallows are back, number {place} #swallows"
    return {"tweet_data": text, "in_reply_to_id": page[place % len(page)]["id"]}


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
