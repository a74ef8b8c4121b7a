"""A user's tweets in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.database.connection import rows, transaction
from server.core.personal import Exported, Objects, PersonalData

# An author's tweets are indexed by whether they are hidden, so both kinds are found in order, then merged.
EXPORT = """
    WITH page AS MATERIALIZED (
        (SELECT id FROM tweets WHERE author_id = $1 AND NOT hidden AND id > $2 ORDER BY id LIMIT $3)
        UNION ALL
        (SELECT id FROM tweets WHERE author_id = $1 AND hidden AND id > $2 ORDER BY id LIMIT $3)
        ORDER BY id LIMIT $3
    )
    SELECT t.id, t.content AS text, t.created_at, t.likes_count, (
        SELECT coalesce(jsonb_agg(m.id ORDER BY position), '[]') FROM media_attachments m
        WHERE m.tweet_id = t.id
    )::text AS pictures
    FROM page JOIN tweets t ON t.id = page.id ORDER BY t.id
"""

# $1 user, $2 how many: some of them, in the order of the index, locked in the order of their ids. Only tweets
# with likes: a tweet may have more likes than one transaction should remove.
LIKED_TWEETS = """
    SELECT id FROM tweets WHERE id IN (
        SELECT id FROM tweets WHERE author_id = $1 AND likes_count > 0 ORDER BY hidden DESC, id LIMIT $2
    ) ORDER BY id FOR NO KEY UPDATE
"""
REMOVE_LIKES_OF_TWEETS = """
    DELETE FROM likes WHERE id IN (SELECT id FROM likes WHERE tweet_id = ANY($1::bigint[]) LIMIT $2)
    RETURNING 1
"""
TWEETS = """
    SELECT id FROM tweets WHERE id IN (
        SELECT id FROM tweets WHERE author_id = $1 ORDER BY hidden DESC, id LIMIT $2
    ) ORDER BY id FOR UPDATE
"""
DETACH = """
    UPDATE media_attachments SET tweet_id = NULL, state = 'removed', changed_at = now()
    WHERE tweet_id = ANY($1::bigint[]) RETURNING 1
"""
REMOVE_TWEETS = "DELETE FROM tweets WHERE id = ANY($1::bigint[]) RETURNING 1"


async def erase_likes_of_tweets(user_id: int, _objects: Objects) -> bool:
    """Delete likes of the user's tweets."""
    async with transaction():
        liked = [found["id"] for found in await rows(LIKED_TWEETS, user_id, personal.BATCH)]
        return bool(liked and await rows(REMOVE_LIKES_OF_TWEETS, liked, personal.BATCH))


async def erase_tweets(user_id: int, _objects: Objects) -> bool:
    """Delete the user's tweets. Their pictures are removed later."""
    async with transaction():
        tweets = [found["id"] for found in await rows(TWEETS, user_id, personal.BATCH)]
        if tweets:
            await rows(DETACH, tweets)
            await rows(REMOVE_TWEETS, tweets)
        return bool(tweets)


PERSONAL = PersonalData(
    (Exported("tweets", "your tweets, with the ids of their pictures", EXPORT, nested=("pictures",)),),
    (erase_likes_of_tweets, erase_tweets),
    ("SELECT 1 FROM tweets WHERE author_id = u.id",),
)
