"""A user's bookmarks in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData
from server.features.bookmarks.bookmarks import bookmarks_of

EXPORT = """
    SELECT id, tweet_id, created_at FROM bookmarks WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""

ERASE = """
    DELETE FROM bookmarks WHERE id IN (
        SELECT id FROM bookmarks WHERE user_id = $1 ORDER BY id LIMIT $2
    ) RETURNING 1
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's bookmarks."""
    gone = await rows(ERASE, user_id, personal.BATCH)
    if gone:
        await changes.tell([bookmarks_of(user_id)])
    return bool(gone)


PERSONAL = PersonalData(
    (Exported("bookmarks", "the ids of the tweets that you bookmarked; nobody else sees them", EXPORT),),
    (erase,),
    ("SELECT 1 FROM bookmarks WHERE user_id = u.id",),
)
