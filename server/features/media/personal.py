"""A user's pictures in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData
from server.features.media import cleanup

EXPORT = """
    SELECT id, token, tweet_id, purpose, alt, focus, content_type, width, height, created_at,
        digests::text AS digests
    FROM media_attachments WHERE owner_id = $1 AND state = 'ready' AND id > $2
    ORDER BY id LIMIT $3
"""

# Pictures that a worker is processing are left for later: what it is about to store would be orphaned.
TAKE = """
    UPDATE media_attachments SET state = 'removed', tweet_id = NULL, on_profile = false, changed_at = now()
    WHERE id IN (
        SELECT id FROM media_attachments
        WHERE owner_id = $1 AND (working_until IS NULL OR working_until < now())
        ORDER BY id LIMIT $2 FOR UPDATE
    ) RETURNING id
"""


async def erase(user_id: int, objects: Objects) -> bool:
    """Delete a batch of the user's pictures, with their objects."""
    pictures = [found["id"] for found in await rows(TAKE, user_id, personal.BATCH)]
    if pictures:
        await cleanup.remove(pictures, objects.store, objects.media_folder)
    return bool(pictures)


PICTURES = Exported("pictures", "your pictures; each is a file in the folder pictures", EXPORT)

PERSONAL = PersonalData(
    (PICTURES,),
    (erase,),
    ("SELECT 1 FROM media_attachments WHERE owner_id = u.id",),
)
