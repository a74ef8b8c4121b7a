"""Counters against the rows that they count. Triggers keep them in the writer's transaction, so that nothing
should ever be found here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from server.cache import changes, topics
from server.models.connection import row, rows, transaction

# Ids that are compared in one statement, which sees them and what they count at one moment.
TWEETS_AT_ONCE, USERS_AT_ONCE = 5_000, 1_000

# $1 and $2: from the id after this to that.
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

# Counted when the row is locked: who writes meanwhile has counted before, or waits and counts after.
LOCK_TWEET = "SELECT id FROM tweets WHERE id = $1 FOR NO KEY UPDATE"
LOCK_USER = "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE"
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
class Compared:
    """A range of ids, how many it spans, and those whose counters were wrong."""

    ids: int
    wrong: list[int]


async def compare_tweets(*, repair: bool) -> AsyncIterator[Compared]:
    """The likes of all tweets, one batch after the other."""
    async for first, last in _ranges("tweets", TWEETS_AT_ONCE):
        wrong = [found["id"] for found in await rows(WRONG_TWEETS, first, last)]
        if repair:
            wrong = [tweet_id for tweet_id in wrong if await _mend(LOCK_TWEET, MEND_TWEET, tweet_id)]
            await changes.tell([topics.tweet(tweet_id) for tweet_id in wrong])
        yield Compared(last - first, wrong)


async def compare_users(*, repair: bool) -> AsyncIterator[Compared]:
    """The tweets, followers and followees of all users, one batch after the other."""
    async for first, last in _ranges("users", USERS_AT_ONCE):
        wrong = [found["id"] for found in await rows(WRONG_USERS, first, last)]
        if repair:
            wrong = [user_id for user_id in wrong if await _mend(LOCK_USER, MEND_USER, user_id)]
            await changes.tell([topics.user(user_id) for user_id in wrong])
        yield Compared(last - first, wrong)


async def _mend(lock: str, mend: str, row_id: int) -> bool:
    """Whether it was wrong still."""
    async with transaction():
        await rows(lock, row_id)
        return await row(mend, row_id) is not None


async def _ranges(table: str, at_once: int) -> AsyncIterator[tuple[int, int]]:
    """All ids of a table as ranges; those that are given out meanwhile are of the next look."""
    found = await row(f"SELECT coalesce(max(id), 0) AS last FROM {table}")
    last: int = found["last"] if found else 0
    for first in range(0, last, at_once):
        yield first, min(first + at_once, last)
