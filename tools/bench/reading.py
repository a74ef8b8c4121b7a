"""Frequently read pages: requests a second compared with Sanic answering with as many bytes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg

from server.core.security import api_keys
from tools.bench import calls, sides
from tools.bench.load import WARM_UP, BenchFailed, Call, Load, in_turn, press, typical
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import Stage, database_of
from tools.measuring.figures import number

PAGE = 50

# How many tweets of the page fans like, and the share of the throughput that they must get.
LIKED, MARKED = 30, 0.9

# How many people the viewers of another row block, and their share of the throughput of bare Sanic.
BLOCKED, PARTED = 50, 0.6

# $1 is an array of hashed keys, $2 the number of tweets on the page, $3 how many of those to like.
UNLIKE = """
    DELETE FROM likes WHERE user_id IN (SELECT user_id FROM api_keys WHERE hash = ANY($1::bytea[]))
        AND tweet_id IN (SELECT id FROM tweets WHERE NOT hidden ORDER BY id DESC LIMIT $2)
"""
LIKE = """
    INSERT INTO likes (tweet_id, user_id)
    SELECT tweet.id, user_id FROM api_keys CROSS JOIN (
        SELECT id FROM (SELECT id FROM tweets WHERE NOT hidden ORDER BY id DESC LIMIT $2) page
        ORDER BY id LIMIT $3
    ) tweet WHERE hash = ANY($1::bytea[])
"""

# $1 is an array of hashed keys, $2 the number of tweets on the page, $3 how many people each of these users
# blocks: five authors of the page, and others, none of whom is one of these users.
BLOCK = """
    WITH viewers AS (
        SELECT DISTINCT user_id AS id FROM api_keys WHERE hash = ANY($1::bytea[])
    ), page AS (
        SELECT author_id FROM tweets WHERE NOT hidden ORDER BY id DESC LIMIT $2
    ), authors AS (
        SELECT author_id AS id FROM page WHERE author_id NOT IN (SELECT id FROM viewers)
        GROUP BY author_id ORDER BY count(*), author_id LIMIT 5
    ), others AS (
        SELECT id FROM users WHERE id NOT IN (SELECT author_id FROM page UNION ALL SELECT id FROM viewers)
        ORDER BY id LIMIT $3 - (SELECT count(*) FROM authors)
    ), blocked AS (
        SELECT viewers.id AS user_id, person.id FROM viewers
            CROSS JOIN (SELECT id FROM authors UNION ALL SELECT id FROM others) person
    ), told AS (
        INSERT INTO relations (user_id, other_id, blocked_by) SELECT id, user_id, true FROM blocked
        ON CONFLICT (user_id, other_id) DO UPDATE SET blocked_by = true
    )
    INSERT INTO relations (user_id, other_id, blocking, blocked_at)
    SELECT user_id, id, true, now() FROM blocked
    ON CONFLICT (user_id, other_id) DO UPDATE SET blocking = true, blocked_at = now()
"""


@dataclass(frozen=True)
class Reading:
    """The requests of a row, and the required share of the other side's throughput.

    In the path, `{tweet}` is a tweet in the middle of the data.
    """

    what: str
    against: str
    path: str
    target: float
    access_log: bool = False


BYTES = "Sanic answering as many bytes"

READINGS = {
    "first-page": Reading(
        f"first page of All, `likers=0`, {PAGE} tweets, 1,000 viewers, `ACCESS_LOG=off`",
        "Sanic, one handler answering fixed bytes",
        calls.FIRST_PAGE,
        0.8,
    ),
    "access-log": Reading(
        "the same as shipped, access log on",
        "the same with Sanic's own access log on",
        calls.FIRST_PAGE,
        1.0,
        access_log=True,
    ),
    "old-client": Reading(
        "bare `GET /api/tweets` of an old client, embedded likers", BYTES, calls.OLD_CLIENT, 0.7
    ),
    "me": Reading("`GET /api/users/me`, warm", BYTES, calls.ME, 0.95),
    "tweet": Reading(
        "one tweet that is cached, for viewers who have read no timeline",
        BYTES,
        "/api/tweets/{tweet}?likers=0",
        0.95,
    ),
}


def marked(stage: Stage) -> list[Row]:
    """Viewers who like much of the first page, compared with viewers who like nothing on it."""
    community = stage.usual
    middle = len(community.keys) // 2
    fans, others = (
        calls.reading(calls.FIRST_PAGE, some) for some in (community.keys[:middle], community.keys[middle:])
    )
    with community.copied() as folder, sides.perch(folder) as perch:
        asyncio.run(like_the_page(folder, fans, others))
        for asked, liked in ((fans, LIKED), (others, 0)):
            page = calls.checked(perch.url, asked[0])["tweets"]
            if sum(tweet["liked"] for tweet in page) != liked:
                raise BenchFailed(f"the first viewer does not like {liked} of the page")
        found = in_turn(
            {"fans": partial(warm, stage, perch, fans), "others": partial(warm, stage, perch, others)},
            stage.rounds,
        )
    mine, plain = typical(found["fans"]), typical(found["others"])
    ratio = mine.per_second / plain.per_second
    return [
        Row(
            f"first page of All for viewers who like {LIKED} of its {PAGE} tweets",
            "the same for viewers who like none",
            f">= {MARKED:g} of its requests/s",
            f"{number(ratio)} ({mine.per_second:,.0f} against {plain.per_second:,.0f})",
            ratio >= MARKED,
        )
    ]


async def like_the_page(folder: Path, fans: list[Call], others: list[Call]) -> None:
    """Remove all likes from the first page, then let fans like it."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        hashes = [[api_keys.digest(call.key) for call in some] for some in (fans, others)]
        await connection.execute(UNLIKE, hashes[0] + hashes[1], PAGE)
        await connection.execute(LIKE, hashes[0], PAGE, LIKED)
    finally:
        await connection.close()


def parted(stage: Stage) -> list[Row]:
    """Viewers who like half of the page and block 50 people, compared with Sanic answering as many bytes."""
    community = stage.usual
    # Half of the users: the others are there to be blocked.
    asked = calls.reading(calls.FIRST_PAGE, community.keys[: len(community.keys) // 2])
    with community.copied() as folder, tempfile.TemporaryDirectory() as name, sides.perch(folder) as perch:
        asyncio.run(block_authors(folder, asked))
        everyone = calls.reading(calls.FIRST_PAGE, community.keys[-1:])[0]
        page, whole = (calls.checked(perch.url, call)["tweets"] for call in (asked[0], everyone))
        blocked = calls.checked(perch.url, calls.reading("/api/blocks", [asked[0].key])[0])["users"]
        authors, all_authors = ({tweet["author"]["id"] for tweet in tweets} for tweets in (page, whole))
        hidden = {person["id"] for person in blocked}
        if len(page) != PAGE or len(hidden) != BLOCKED or hidden & authors or not hidden & all_authors:
            raise BenchFailed("the first viewer's page doesn't leave out whom they block")
        with fixed(Path(name), perch, asked) as (other, size):
            found = in_turn(
                {"perch": partial(warm, stage, perch, asked), "bare": partial(warm, stage, other, asked)},
                stage.rounds,
            )
    mine, bare = typical(found["perch"]), typical(found["bare"])
    ratio = mine.per_second / bare.per_second
    return [
        Row(
            f"first page of All for viewers who like half of its {PAGE} tweets and block {BLOCKED} people",
            BYTES,
            f">= {PARTED:g} of its requests/s",
            f"{number(ratio)} ({mine.per_second:,.0f} against {bare.per_second:,.0f})",
            ratio >= PARTED,
            [f"{size:,} bytes; p50 {mine.p50:.2f} ms, p99 {mine.p99:.2f} ms"],
        )
    ]


async def block_authors(folder: Path, viewers: list[Call]) -> None:
    """Let each of the viewers like half of the page and block 50 people, some of whom are on it."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        hashes = [api_keys.digest(call.key) for call in viewers]
        await connection.execute(UNLIKE, hashes, PAGE)
        await connection.execute(LIKE, hashes, PAGE, PAGE // 2)
        await connection.execute(BLOCK, hashes, PAGE, BLOCKED)
    finally:
        await connection.close()


def compared(name: str, stage: Stage) -> list[Row]:
    """Measure Perch and the fixed bytes alternately, with the requests of this name."""
    community, reading = stage.usual, READINGS[name]
    asked = calls.reading(reading.path.format(tweet=community.tweets // 2), community.keys)
    log = "on" if reading.access_log else "off"
    with tempfile.TemporaryDirectory() as name, sides.perch(community.folder, ACCESS_LOG=log) as perch:
        folder = Path(name)
        check(perch.url, asked[0])
        with fixed(folder, perch, asked, access_log=reading.access_log) as (other, size):
            found = in_turn(
                {
                    "perch": sides.alone(perch, [perch, other], partial(warm, stage, perch, asked)),
                    "bare": sides.alone(other, [perch, other], partial(warm, stage, other, asked)),
                },
                stage.rounds,
            )
        check(perch.url, asked[-1])
    mine, bare = typical(found["perch"]), typical(found["bare"])
    ratio = mine.per_second / bare.per_second
    return [
        Row(
            reading.what,
            reading.against,
            f">= {reading.target:g} of its requests/s",
            f"{number(ratio)} ({mine.per_second:,.0f} against {bare.per_second:,.0f})",
            ratio >= reading.target,
            [f"{size:,} bytes; p50 {mine.p50:.2f} ms, p99 {mine.p99:.2f} ms; bare p99 {bare.p99:.2f} ms"],
        )
    ]


def warm(stage: Stage, side: Side, asked: list[Call]) -> Load:
    """Measure a round on a side that has just received all of these requests."""
    press(side.url, asked, seconds=WARM_UP)
    return press(side.url, asked, seconds=stage.seconds)


@contextmanager
def fixed(
    folder: Path, perch: Side, asked: list[Call], *, access_log: bool = False
) -> Iterator[tuple[Side, int]]:
    """Sanic answering with as many bytes as Perch does on average; also yields that number."""
    body = calls.average_answer(perch.url, asked)
    file = folder / "body"
    file.write_bytes(body)
    options = ["--body", str(file)] + (["--access-log"] if access_log else [])
    with sides.baseline("fixed", *options, log=folder / "access.log") as other:
        if calls.answer(other.url, asked[0]) != body:
            raise BenchFailed("the baseline answers something else")
        yield other, len(body)


def check(url: str, call: Call) -> None:
    """Check that the page has all its tweets, or is a user or a tweet. Raises BenchFailed."""
    found = calls.checked(url, call)
    if "tweets" in found:
        ids = [tweet["id"] for tweet in found["tweets"]]
        if len(ids) != PAGE or ids != sorted(ids, reverse=True):
            raise BenchFailed(f"{call.path}: {len(ids)} tweets, from {ids[:1]} to {ids[-1:]}")
    elif not (found.get("user") or found["tweet"])["id"]:
        raise BenchFailed(f"{call.path}: neither a user nor a tweet")
