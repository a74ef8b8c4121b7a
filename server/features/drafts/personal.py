"""A user's drafts in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData

EXPORT = """
    SELECT id, body::text AS body, publish_at, failure, updated_at FROM drafts
    WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""

ERASE = """
    DELETE FROM drafts WHERE id IN (SELECT id FROM drafts WHERE user_id = $1 ORDER BY id LIMIT $2) RETURNING 1
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's drafts."""
    return bool(await rows(ERASE, user_id, personal.BATCH))


PERSONAL = PersonalData(
    (Exported("drafts", "your drafts and scheduled tweets", EXPORT, nested=("body",)),),
    (erase,),
    ("SELECT 1 FROM drafts WHERE user_id = u.id",),
)
