"""Publishing several tweets together, each of which replies to the one before: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from server.core.database.connection import records, transaction
from server.features.hashtags.hashtags import ADD_NAMES
from server.features.tweets.publishing import NewTweet, Published, publish_here
from server.features.visibility.visibility import PUBLIC

# All parts together lock what they need before the first is published, in the order of the statement for one
# tweet: pictures, the author's day, hashtags. Otherwise they could deadlock with another tweet.

# $1 pictures, $2 their owner. A picture in a tweet stays unlocked: who deletes that tweet locks the tweet
# first and its pictures afterwards.
LOCK_PICTURES = """
    SELECT 1 FROM media_attachments
    WHERE id = ANY($1::bigint[]) AND owner_id = $2 AND tweet_id IS NULL ORDER BY id FOR UPDATE
"""

# $1 the author.
LOCK_DAY = """
    INSERT INTO upload_days AS d (user_id, day, pictures, bytes, text_bytes)
    VALUES ($1, current_date, 0, 0, 0)
    ON CONFLICT (user_id, day) DO UPDATE SET text_bytes = d.text_bytes RETURNING 1
"""

# $1 hashtags, $2 and $3 their names, $4 the level of the visibility or null, $5 the author, $6 the tweet that
# is replied to, or null. Only public tweets have hashtags.
ADD_ALL_NAMES = ADD_NAMES.format(
    ids="$1",
    names="$2",
    shown="$3",
    where=f"""
        coalesce($4::smallint, (SELECT default_visibility FROM users WHERE id = $5)) = {PUBLIC}
        AND NOT EXISTS (SELECT 1 FROM tweets WHERE id = $6 AND visibility > {PUBLIC})
    """,
)


class _NotPublished(Exception):
    """A part got no row: the others are rolled back."""


async def publish_all(parts: Sequence[NewTweet]) -> list[Published] | None:
    """Publish these as a thread, in one transaction; None if the statement gives one of them no row."""
    done: list[Published] = []
    try:
        async with transaction():
            await _lock(parts)
            for new in parts:
                before = done[-1].id if done else new.in_reply_to_id
                (published,) = await publish_here([new._replace(in_reply_to_id=before)])
                if published is None:
                    raise _NotPublished
                done.append(published)
    except _NotPublished:
        return None
    return done


async def _lock(parts: Sequence[NewTweet]) -> None:
    first = parts[0]
    if pictures := [media_id for new in parts for media_id in new.media_ids]:
        await records(LOCK_PICTURES, pictures, first.author_id)
    await records(LOCK_DAY, first.author_id)
    if tags := [tag for new in parts for tag in new.hashtags]:
        level = None if first.visibility is None else first.visibility.level
        columns = [[tag.id for tag in tags], [tag.name for tag in tags], [tag.shown for tag in tags]]
        await records(ADD_ALL_NAMES, *columns, level, first.author_id, first.in_reply_to_id)
