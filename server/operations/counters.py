"""Counters against the rows that they count. Triggers keep them in the writer's transaction, so that nothing
should ever be found here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction

# $1 and $2: from the id after this to that. Of mending: $1 the locked row.
WRONG_TWEETS = """
    SELECT t.id FROM tweets t LEFT JOIN (
        SELECT tweet_id, count(*) AS n FROM likes WHERE tweet_id > $1 AND tweet_id <= $2 GROUP BY 1
    ) l ON l.tweet_id = t.id
    WHERE t.id > $1 AND t.id <= $2 AND t.likes_count <> coalesce(l.n, 0) ORDER BY t.id
"""
WRONG_USERS = """
    SELECT u.id FROM users u LEFT JOIN (
        SELECT author_id, count(*) AS n FROM tweets WHERE author_id > $1 AND author_id <= $2 GROUP BY 1
    ) t ON t.author_id = u.id LEFT JOIN (
        SELECT followee_id, count(*) AS n FROM follows WHERE followee_id > $1 AND followee_id <= $2 GROUP BY 1
    ) r ON r.followee_id = u.id LEFT JOIN (
        SELECT follower_id, count(*) AS n FROM follows WHERE follower_id > $1 AND follower_id <= $2 GROUP BY 1
    ) g ON g.follower_id = u.id
    WHERE u.id > $1 AND u.id <= $2 AND (u.tweets_count, u.followers_count, u.following_count)
        <> (coalesce(t.n, 0), coalesce(r.n, 0), coalesce(g.n, 0)) ORDER BY u.id
"""

MEND_TWEET = """
    UPDATE tweets t SET likes_count = l.n, version = version + 1
    FROM (SELECT count(*) AS n FROM likes WHERE tweet_id = $1) l
    WHERE t.id = $1 AND t.likes_count <> l.n RETURNING t.id
"""
MEND_USER = """
    UPDATE users u SET tweets_count = c.tweets, followers_count = c.followers, following_count = c.following
    FROM (SELECT (SELECT count(*) FROM tweets WHERE author_id = $1) AS tweets,
            (SELECT count(*) FROM follows WHERE followee_id = $1) AS followers,
            (SELECT count(*) FROM follows WHERE follower_id = $1) AS following) c
    WHERE u.id = $1 AND (u.tweets_count, u.followers_count, u.following_count)
        <> (c.tweets, c.followers, c.following) RETURNING u.id
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Whose counters. `at_once` ids are compared in a statement, which sees all of them at one moment."""

    table: str
    at_once: int
    wrong: str
    mend: str
    topic: Callable[[int], int]


LIKES_OF_TWEETS = Counted("tweets", 5_000, WRONG_TWEETS, MEND_TWEET, topics.tweet)
ALL_OF_USERS = Counted("users", 1_000, WRONG_USERS, MEND_USER, topics.user)


@dataclass(frozen=True, slots=True)
class Compared:
    """A range of ids, how many it spans, and those whose counters were wrong."""

    ids: int
    wrong: list[int]


async def compare(counted: Counted, *, repair: bool) -> AsyncIterator[Compared]:
    """All of them, one batch after the other; with `repair`, what is wrong is counted again."""
    async for first, last in _ranges(counted):
        wrong = [found["id"] for found in await rows(counted.wrong, first, last)]
        if repair:
            wrong = [row_id for row_id in wrong if await _mend(counted, row_id)]
            await changes.tell([counted.topic(row_id) for row_id in wrong])
        yield Compared(last - first, wrong)


async def _mend(counted: Counted, row_id: int) -> bool:
    """Whether it was wrong still: who writes meanwhile has counted before, or waits and counts after."""
    async with transaction():
        await rows(f"SELECT id FROM {counted.table} WHERE id = $1 FOR NO KEY UPDATE", row_id)
        return await row(counted.mend, row_id) is not None


async def _ranges(counted: Counted) -> AsyncIterator[tuple[int, int]]:
    """All ids of a table as ranges; those that are given out meanwhile are of the next look."""
    found = await row(f"SELECT coalesce(max(id), 0) AS last FROM {counted.table}")
    last: int = found["last"] if found else 0
    for first in range(0, last, counted.at_once):
        yield first, min(first + counted.at_once, last)
