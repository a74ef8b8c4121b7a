"""A user's tweets in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes, topics
from server.core.database.connection import rows, transaction
from server.core.personal import Exported, Objects, PersonalData
from server.features.polls.poll import JSON_OF_TWEET
from server.features.quotes import rules
from server.features.visibility.visibility import name_of

# An author's tweets are indexed by whether they are hidden, so both kinds are found in order, then merged.
EXPORT = f"""
    WITH page AS MATERIALIZED (
        (SELECT id FROM tweets WHERE author_id = $1 AND NOT hidden AND id > $2 ORDER BY id LIMIT $3)
        UNION ALL
        (SELECT id FROM tweets WHERE author_id = $1 AND hidden AND id > $2 ORDER BY id LIMIT $3)
        ORDER BY id LIMIT $3
    )
    SELECT t.id, t.content AS text, t.language, t.warning, t.sensitive, t.created_at, t.edited_at,
        t.likes_count, t.in_reply_to_id, t.part, t.parts, t.quotes_count,
        (SELECT quoted_id FROM quotes WHERE tweet_id = t.id AND NOT withdrawn) AS quote_of_id,
        {rules.name_of("t.who_may_quote")} AS who_may_quote,
        {name_of("t.visibility")} AS visibility, (
        SELECT coalesce(jsonb_agg(m.id ORDER BY position), '[]') FROM media_attachments m
        WHERE m.tweet_id = t.id AND position IS NOT NULL
    )::text AS pictures, coalesce({JSON_OF_TWEET.format(tweet="t.id")}::text, 'null') AS poll
    FROM page JOIN tweets t ON t.id = page.id ORDER BY t.id
"""

# $1 user, $2 how many: some of them, in the order of the index, locked in the order of their ids. Only tweets
# with likes or reposts: a tweet may have more than one transaction should remove.
_TWEETS_WITH = """
    SELECT id FROM tweets WHERE id IN (
        SELECT id FROM tweets WHERE author_id = $1 AND {counter} > 0 ORDER BY hidden DESC, id LIMIT $2
    ) ORDER BY id FOR NO KEY UPDATE
"""
_REMOVE_OF_TWEETS = """
    DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE tweet_id = ANY($1::bigint[]) LIMIT $2)
    RETURNING user_id
"""
LIKED_TWEETS = _TWEETS_WITH.format(counter="likes_count")
REMOVE_LIKES_OF_TWEETS = _REMOVE_OF_TWEETS.format(table="likes")
REPOSTED_TWEETS = _TWEETS_WITH.format(counter="reposts_count")
REMOVE_REPOSTS_OF_TWEETS = _REMOVE_OF_TWEETS.format(table="reposts")
# With the tweets that they reply to or quote, which count that; all in the order of their ids.
TWEETS = """
    WITH mine AS MATERIALIZED (
        SELECT id, in_reply_to_id, has_quote FROM tweets
        WHERE author_id = $1 ORDER BY hidden DESC, id LIMIT $2
    )
    SELECT id, author_id FROM tweets WHERE id IN (
        SELECT id FROM mine UNION ALL SELECT in_reply_to_id FROM mine
        UNION ALL SELECT (SELECT quoted_id FROM quotes WHERE tweet_id = mine.id) FROM mine WHERE has_quote
    ) ORDER BY id FOR UPDATE
"""
DETACH = """
    UPDATE media_attachments SET tweet_id = NULL, state = 'removed', changed_at = now()
    WHERE tweet_id = ANY($1::bigint[]) RETURNING 1
"""
REPLIES_TO = """
    SELECT id FROM tweets WHERE id IN (
        SELECT id FROM tweets WHERE in_reply_to_user_id = $1 LIMIT $2
    ) ORDER BY id FOR NO KEY UPDATE
"""
FORGET_WHOM = """
    UPDATE tweets SET in_reply_to_user_id = NULL, version = version + 1
    WHERE id = ANY($1::bigint[]) RETURNING 1
"""
REMOVE_TWEETS = "DELETE FROM tweets WHERE id = ANY($1::bigint[]) RETURNING 1"


async def erase_likes_of_tweets(user_id: int, _objects: Objects) -> bool:
    """Delete likes of the user's tweets."""
    async with transaction():
        liked = [found["id"] for found in await rows(LIKED_TWEETS, user_id, personal.BATCH)]
        return bool(liked and await rows(REMOVE_LIKES_OF_TWEETS, liked, personal.BATCH))


async def erase_reposts_of_tweets(user_id: int, _objects: Objects) -> bool:
    """Delete reposts of the user's tweets."""
    async with transaction():
        reposted = [found["id"] for found in await rows(REPOSTED_TWEETS, user_id, personal.BATCH)]
        return bool(reposted and await rows(REMOVE_REPOSTS_OF_TWEETS, reposted, personal.BATCH))


async def erase_tweets(user_id: int, _objects: Objects) -> bool:
    """Delete the user's tweets. Their pictures are removed later."""
    async with transaction():
        locked = await rows(TWEETS, user_id, personal.BATCH)
        tweets = [found["id"] for found in locked if found["author_id"] == user_id]
        if tweets:
            await rows(DETACH, tweets)
            await rows(REMOVE_TWEETS, tweets)
        return bool(tweets)


async def erase_replies_to(user_id: int, _objects: Objects) -> bool:
    """Remove the user's id from replies to their tweets."""
    async with transaction():
        replies = [found["id"] for found in await rows(REPLIES_TO, user_id, personal.BATCH)]
        if replies:
            await rows(FORGET_WHOM, replies)
    await changes.tell([topics.tweet(reply) for reply in replies])
    return bool(replies)


PERSONAL = PersonalData(
    (Exported("tweets", "your tweets, with the ids of their pictures", EXPORT, nested=("pictures", "poll")),),
    (erase_likes_of_tweets, erase_reposts_of_tweets, erase_tweets, erase_replies_to),
    (
        "SELECT 1 FROM tweets WHERE author_id = u.id",
        "SELECT 1 FROM tweets WHERE in_reply_to_user_id = u.id",
    ),
)
