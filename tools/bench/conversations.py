"""Conversations: Following with all that may be on it, notifications, and replies."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from server.core.security import api_keys
from tools.bench import calls, reading, sides, writing
from tools.bench.growth import COLD
from tools.bench.load import BenchFailed, Call, in_turn, typical
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import Stage, database_of
from tools.bench.statements import counted
from tools.measuring.figures import number

FOLLOWING = "/api/tweets?timeline=following&likers=0&entries=1"
NOTIFICATIONS = "/api/notifications?limit=30"

Written = Callable[[str, Path, Sequence[str]], None]
Checked = Callable[[list[dict[str, Any]]], None]

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

# $1 tweets, $2 the pages that they link to.
GIVE_PREVIEWS = """
    WITH wanted AS (
        SELECT * FROM unnest($1::bigint[], $2::text[]) AS wanted (tweet_id, url)
    ), page AS (
        INSERT INTO previews (url, title, description, site, token, width, height, thumbhash, alt)
        SELECT url, 'Notes on keeping sourdough alive while travelling',
            'What to pack, how often to feed it, and how to get it through customs.', 'Bread',
            md5(url), 600, 400, 'mggaJwh4h3iIeHh4d3eHd4hwSAeH', 'A loaf' FROM wanted RETURNING id, url
    )
    UPDATE tweets t SET preview_id = page.id, version = version + 1
    FROM wanted JOIN page USING (url) WHERE t.id = wanted.tweet_id
"""

# $1 viewers, whose newest 30 tweets three others like.
LIKE_THEIRS = """
    INSERT INTO likes (tweet_id, user_id)
    SELECT newest.id, liker.id FROM unnest($1::bigint[]) AS viewer (id) CROSS JOIN LATERAL (
        SELECT id FROM tweets WHERE author_id = viewer.id AND NOT hidden ORDER BY id DESC LIMIT 30
    ) newest CROSS JOIN (SELECT id FROM users ORDER BY id LIMIT 3) liker
    WHERE liker.id <> viewer.id ON CONFLICT DO NOTHING
"""


def home(stage: Stage) -> list[Row]:
    """The first page of Following with replies and reposts: with marks and blocks, and without."""
    rows = following(stage, "replies and reposts", write, check_conversations)
    with stage.usual.copied() as folder, sides.perch(folder, **COLD) as perch:
        few = calls.reading(FOLLOWING, [reader.key for reader in stage.usual.readers[:20]])
        reading.warm(stage, perch, few)
        queries = len([text for text in counted(folder, perch.url, few) if " api_keys " not in text]) / len(
            few
        )
    return [
        *rows,
        Row(
            "database queries for that page, cold",
            "",
            f"<= {MOST_QUERIES}",
            f"{queries:g}",
            queries <= MOST_QUERIES,
        ),
    ]


def rich(stage: Stage) -> list[Row]:
    """The same page where every tweet has a poll, a quote or a preview."""
    return following(stage, "polls, quotes and previews", write_rich, check_rich)


def following(stage: Stage, what: str, written: Written, checked: Checked) -> list[Row]:
    """The first page of Following with what the authors have written there."""
    keys = stage.usual.keys
    third = len(keys) // 3
    marked, plain, authors = keys[:third], keys[third : 2 * third], keys[-AUTHORS:]
    found: list[Row] = []
    with stage.usual.copied() as folder, tempfile.TemporaryDirectory() as name, sides.perch(folder) as perch:
        asyncio.run(follow(folder, [*marked, *plain], authors))
        written(perch.url, folder, authors)
        everyone = calls.reading(FOLLOWING, plain)
        page = calls.checked(perch.url, everyone[0])["entries"]
        checked(page)
        asyncio.run(mark(folder, marked, authors, [entry["tweet"]["id"] for entry in page[: PAGE // 2]]))
        mine = calls.reading(FOLLOWING, marked)
        check_marks(page, calls.checked(perch.url, mine[0])["entries"])
        for whose, asked, target in (
            (f"for viewers who like half of it and block {BLOCKED} people", mine, MARKED),
            ("for viewers without marks or blocks", everyone, PLAIN),
        ):
            with reading.fixed(Path(name), perch, asked) as (other, size):
                title = f"first page of Following with {what}, {whose}"
                found.append(ratio(stage, perch, other, asked, title, target, size))
    return found


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


def write(url: str, _folder: Path, authors: Sequence[str]) -> None:
    """Let each author tweet, or reply to the one before; and every second one repost an earlier tweet."""
    tweets: list[int] = []
    for place, key in enumerate(authors):
        body: dict[str, object] = {"tweet_data": calls.TEXT.format(number=place)}
        if place % 3 == 2:
            body["in_reply_to_id"] = tweets[-1]
        tweets.append(calls.checked(url, Call("POST", "/api/tweets", key, json.dumps(body)))["tweet_id"])
        if place % 2:
            calls.checked(url, Call("POST", f"/api/tweets/{tweets[place // 2]}/reposts", key))


def write_rich(url: str, folder: Path, authors: Sequence[str]) -> None:
    """Let each author tweet with a poll, quote the one before, or link to a page, which workers then give."""
    tweets: list[int] = []
    linked: dict[int, str] = {}
    for place, key in enumerate(authors):
        body: dict[str, object] = {"tweet_data": calls.TEXT.format(number=place)}
        if place % 3 == 0:
            body["poll"] = {"options": ["yes", "no", "perhaps"]}
        elif place % 3 == 1:
            body["quote_of_id"] = tweets[-1]
        tweets.append(calls.checked(url, Call("POST", "/api/tweets", key, json.dumps(body)))["tweet_id"])
        if place % 3 == 2:
            linked[tweets[-1]] = f"https://example.org/pages/{place}"
    asyncio.run(give_previews(folder, linked))


async def give_previews(folder: Path, linked: dict[int, str]) -> None:
    """Give tweets previews, as workers do."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        await connection.execute(GIVE_PREVIEWS, list(linked), list(linked.values()))
    finally:
        await connection.close()


def check_conversations(page: list[dict[str, Any]]) -> None:
    """Check that this is the page that is meant. Raises BenchFailed."""
    kinds = {entry["type"] for entry in page}
    replies = [entry for entry in page if entry["tweet"]["in_reply_to_id"]]
    if len(page) != PAGE or kinds != {"tweet", "repost"} or not replies:
        raise BenchFailed(f"{len(page)} entries: {kinds}, {len(replies)} replies")


def check_rich(page: list[dict[str, Any]]) -> None:
    """The same. Raises BenchFailed."""
    some = [name for entry in page for name in ("poll", "quote", "preview") if name in entry["tweet"]]
    if len(page) != PAGE or len(some) != PAGE or set(some) != {"poll", "quote", "preview"}:
        raise BenchFailed(f"{len(page)} entries with {len(some)} polls, quotes and previews")


def check_marks(page: list[dict[str, Any]], marked: list[dict[str, Any]]) -> None:
    """Check that viewers with marks and blocks get another page. Raises BenchFailed."""
    authors, kept = ({entry["tweet"]["author"]["id"] for entry in one} for one in (page, marked))
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
            itertools.repeat(asked),
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
