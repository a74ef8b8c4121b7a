"""Reads the texts of tweets that were written before Perch knew hashtags and mentions, or were imported.

`unread_texts` holds the id up to which they are still to be read, the newest first. Nobody is notified of a
mention in them.
"""

from __future__ import annotations

import time

from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.entities import entities
from server.features.hashtags import hashtags
from server.features.hashtags.hashtags import Hashtag
from server.features.mentions import mentions
from server.features.visibility.visibility import PUBLIC

# How many tweets are read in a transaction; and how long one run may take, in seconds.
BATCH, LONGEST = 1_000, 20.0

CLAIM = "SELECT up_to FROM unread_texts ORDER BY up_to DESC LIMIT 1 FOR UPDATE SKIP LOCKED"
# $1 the newest, $2 how many. None of them is deleted meanwhile.
TEXTS = "SELECT id, content, visibility FROM tweets WHERE id <= $1 ORDER BY id DESC LIMIT $2 FOR KEY SHARE"
DONE = "DELETE FROM unread_texts WHERE up_to = $1"
GO_ON = "UPDATE unread_texts SET up_to = $2 WHERE up_to = $1"
QUIET = "SELECT set_config('perch.quiet', 'on', true)"

ADD_NAMES = hashtags.ADD_NAMES.format(ids="$1", names="$2", shown="$3", where="true")
# $1 hashtags, $2 tweets.
ADD_HASHTAGS = """
    INSERT INTO hashtags_in_tweets (hashtag_id, tweet_id, is_reply)
    SELECT found.hashtag_id, t.id,
        t.in_reply_to_id IS NOT NULL AND t.in_reply_to_user_id IS DISTINCT FROM t.author_id
    FROM unnest($1::bigint[], $2::bigint[]) AS found (hashtag_id, tweet_id)
        JOIN tweets t ON t.id = found.tweet_id
    ON CONFLICT DO NOTHING
"""
# $1 tweets, $2 handles, $3 places.
ADD_MENTIONS = """
    INSERT INTO mentions (tweet_id, user_id, position)
    SELECT found.tweet_id, u.id, found.position
    FROM unnest($1::bigint[], $2::text[], $3::smallint[]) AS found (tweet_id, handle, position)
        JOIN users u ON u.handle = found.handle WHERE NOT u.hidden ON CONFLICT DO NOTHING
"""


async def read_some(*, batch: int = BATCH) -> int:
    """Read texts for a while; return of how many tweets."""
    began, count = time.monotonic(), 0
    while time.monotonic() - began < LONGEST and (done := await _read_batch(batch)) is not None:
        count += done
    return count


async def _read_batch(batch: int) -> int | None:
    """Read a batch; return the number of its tweets, or None if there is nothing more to do."""
    tagged: list[tuple[Hashtag, int]] = []
    mentioned: list[tuple[int, str, int]] = []
    async with transaction():
        claimed = await row(CLAIM)
        if claimed is None:
            return None
        up_to = claimed["up_to"]
        tweets = await rows(TEXTS, up_to, batch)
        for tweet in tweets:
            found = entities(tweet["content"])
            if tweet["visibility"] == PUBLIC:
                tagged += [(tag, tweet["id"]) for tag in hashtags.hashtags(found)[: hashtags.MAX_HASHTAGS]]
            handles = mentions.handles(found)[: mentions.MAX_MENTIONS]
            mentioned += [(tweet["id"], handle, place) for place, handle in enumerate(handles, 1)]
        await rows(QUIET)
        if tagged:
            tags = [tag for tag, _ in tagged]
            names, shown = [tag.name for tag in tags], [tag.shown for tag in tags]
            await rows(ADD_NAMES, [tag.id for tag in tags], names, shown)
            await rows(ADD_HASHTAGS, [tag.id for tag in tags], [tweet_id for _, tweet_id in tagged])
        if mentioned:
            await rows(ADD_MENTIONS, *map(list, zip(*mentioned, strict=True)))
        if len(tweets) < batch:
            await rows(DONE, up_to)
        else:
            await rows(GO_ON, up_to, tweets[-1]["id"] - 1)
    changed = {topics.tweet(tweet_id) for tweet_id, _, _ in mentioned}
    await changes.tell(changed | ({topics.ALL_TWEETS} if tagged else set()))
    return len(tweets)
