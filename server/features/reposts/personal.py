"""A user's reposts in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes
from server.core.personal import Exported, Objects, PersonalData
from server.features.reposts import events

EXPORT = """
    SELECT id, tweet_id, created_at FROM reposts WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""

LOCK_REPOSTED = """
    SELECT id FROM tweets WHERE id IN (
        SELECT tweet_id FROM reposts WHERE user_id = $1 ORDER BY tweet_id LIMIT $2
    ) ORDER BY id FOR NO KEY UPDATE
"""
UNDO = "DELETE FROM reposts WHERE user_id = $1 AND tweet_id = ANY($2::bigint[]) RETURNING tweet_id"


async def erase(user_id: int, _objects: Objects) -> bool:
    """Undo the user's reposts."""
    gone = await personal.remove(user_id, LOCK_REPOSTED, UNDO)
    await changes.tell({topic for tweet_id in gone for topic in events.reposted(tweet_id, user_id)})
    return bool(gone)


PERSONAL = PersonalData(
    (Exported("reposts", "the ids of the tweets that you reposted", EXPORT),),
    (erase,),
    ("SELECT 1 FROM reposts WHERE user_id = u.id",),
)
