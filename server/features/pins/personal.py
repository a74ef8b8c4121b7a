"""A user's pins in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData
from server.features.pins.pins import pins_of

EXPORT = "SELECT id, tweet_id, created_at FROM pins WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3"

ERASE = """
    DELETE FROM pins WHERE id IN (SELECT id FROM pins WHERE user_id = $1 ORDER BY id LIMIT $2) RETURNING 1
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's pins."""
    gone = await rows(ERASE, user_id, personal.BATCH)
    if gone:
        await changes.tell([pins_of(user_id)])
    return bool(gone)


PERSONAL = PersonalData(
    (Exported("pins", "the ids of your tweets at the top of your profile", EXPORT),),
    (erase,),
    ("SELECT 1 FROM pins WHERE user_id = u.id",),
)
