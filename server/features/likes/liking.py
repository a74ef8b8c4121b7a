"""Writing likes: those that arrive at the same moment are written in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from server.core.database.connection import records
from server.core.database.together import Together
from server.features.visibility.visibility import is_shown, may_see

# The tweets among these that a user likes; and the newest tweets that a user likes.
LIKED_AMONG = "SELECT tweet_id FROM likes WHERE user_id = $1 AND tweet_id = ANY($2::bigint[])"
NEWEST_LIKED = "SELECT tweet_id FROM likes WHERE user_id = $1 ORDER BY tweet_id DESC LIMIT $2"


class Pair(NamedTuple):
    """A like: the user and the tweet."""

    tweet_id: int
    user_id: int


# One statement writes the rows and, through their trigger, the counters, or neither. It locks the tweets
# first, in the order of their ids, as their deletion does too: different orders could deadlock.
# $1 tweets, $2 users; a like is one of each. Returns the pairs whose tweets exist for the
# user, with their authors.
LIKE = f"""
    WITH tweet AS MATERIALIZED (
        SELECT id, author_id, visibility FROM tweets t WHERE id = ANY($1::bigint[]) AND {is_shown("t")}
        ORDER BY id FOR NO KEY UPDATE
    ), asked AS MATERIALIZED (
        SELECT asked.*, tweet.author_id FROM unnest($1::bigint[], $2::bigint[]) AS asked (tweet_id, user_id)
            JOIN tweet ON tweet.id = asked.tweet_id
        WHERE {may_see("asked.user_id", "tweet")}
    ), liked AS (
        INSERT INTO likes (tweet_id, user_id) SELECT tweet_id, user_id FROM asked
        ON CONFLICT (tweet_id, user_id) DO NOTHING
    )
    SELECT tweet_id, user_id, author_id FROM asked
"""
UNLIKE = f"""
    WITH tweet AS MATERIALIZED (
        SELECT id, author_id, visibility FROM tweets t WHERE id = ANY($1::bigint[]) AND {is_shown("t")}
        ORDER BY id FOR NO KEY UPDATE
    ), unliked AS (
        DELETE FROM likes USING unnest($1::bigint[], $2::bigint[]) AS asked (tweet_id, user_id)
        WHERE likes.tweet_id = asked.tweet_id AND likes.user_id = asked.user_id
            AND asked.tweet_id IN (SELECT id FROM tweet)
        RETURNING likes.tweet_id, likes.user_id
    )
    SELECT asked.tweet_id, asked.user_id, tweet.author_id
    FROM unnest($1::bigint[], $2::bigint[]) AS asked (tweet_id, user_id)
        JOIN tweet ON tweet.id = asked.tweet_id
    WHERE {may_see("asked.user_id", "tweet")} OR EXISTS (
        SELECT 1 FROM unliked WHERE unliked.tweet_id = asked.tweet_id AND unliked.user_id = asked.user_id
    )
"""


async def like(pair: Pair) -> int | None:
    """Return the author of the tweet, or None if there is no such tweet."""
    return await _like.do(pair)


async def unlike(pair: Pair) -> int | None:
    """Return the author of the tweet, or None if there is no such tweet."""
    return await _unlike.do(pair)


async def _write(statement: str, some: Sequence[Pair]) -> list[int | None]:
    found = await records(statement, [pair.tweet_id for pair in some], [pair.user_id for pair in some])
    authors = {(record[0], record[1]): record[2] for record in found}
    return [authors.get(pair) for pair in some]


def _tweet(pair: Pair) -> int:
    return pair.tweet_id


_like: Together[Pair, int | None] = Together(lambda some: _write(LIKE, some), _tweet)
_unlike: Together[Pair, int | None] = Together(lambda some: _write(UNLIKE, some), _tweet)
