"""A user's likes in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes
from server.core.personal import Exported, Objects, PersonalData
from server.features.likes import events

EXPORT = """
    SELECT id, tweet_id, created_at FROM likes WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""

LOCK_LIKED = """
    SELECT id FROM tweets WHERE id IN (
        SELECT tweet_id FROM likes WHERE user_id = $1 ORDER BY tweet_id LIMIT $2
    ) ORDER BY id FOR NO KEY UPDATE
"""
UNLIKE = "DELETE FROM likes WHERE user_id = $1 AND tweet_id = ANY($2::bigint[]) RETURNING tweet_id"


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's likes of other people's tweets."""
    gone = await personal.remove(user_id, LOCK_LIKED, UNLIKE)
    await changes.tell({topic for tweet_id in gone for topic in events.liked(tweet_id, user_id)})
    return bool(gone)


PERSONAL = PersonalData(
    (Exported("likes", "the ids of the tweets that you like", EXPORT),),
    (erase,),
    ("SELECT 1 FROM likes WHERE user_id = u.id",),
)
