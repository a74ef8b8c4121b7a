"""The hashtags that a user follows, in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData

EXPORT = """
    SELECT hashtag_id AS id, shown AS name, created_at FROM followed_hashtags
    WHERE user_id = $1 AND hashtag_id > $2 ORDER BY hashtag_id LIMIT $3
"""
ERASE = """
    DELETE FROM followed_hashtags WHERE (user_id, hashtag_id) IN (
        SELECT user_id, hashtag_id FROM followed_hashtags WHERE user_id = $1 LIMIT $2
    ) RETURNING 1
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Forget which hashtags the user follows."""
    return bool(await rows(ERASE, user_id, personal.BATCH))


PERSONAL = PersonalData(
    (Exported("followed_hashtags", "the hashtags that you follow; nobody else sees them", EXPORT),),
    (erase,),
    ("SELECT 1 FROM followed_hashtags WHERE user_id = u.id",),
)
