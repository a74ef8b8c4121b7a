"""A user's notifications in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData

EXPORT = """
    SELECT n.id, n.kind, u.handle AS by, n.tweet_id, n.created_at
    FROM notifications n JOIN users u ON u.id = n.actor_id
    WHERE n.user_id = $1 AND n.id > $2 AND NOT n.undone AND u.deleted_at IS NULL ORDER BY n.id LIMIT $3
"""

ERASE = """
    DELETE FROM notifications WHERE id IN (
        (SELECT id FROM notifications WHERE user_id = $1 LIMIT $2)
        UNION ALL
        (SELECT id FROM notifications WHERE actor_id = $1 LIMIT $2)
        LIMIT $2
    ) RETURNING 1
"""
ERASE_NEW = "DELETE FROM tweets_to_notify_of WHERE author_id = $1 RETURNING 1"
ERASE_GROUPS = """
    WITH marker AS (DELETE FROM notification_markers WHERE user_id = $1)
    DELETE FROM notification_groups WHERE user_id = $1 RETURNING 1
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's notifications, and those of others about what the user did."""
    await rows(ERASE_NEW, user_id)
    return bool(await rows(ERASE, user_id, personal.BATCH))


async def erase_groups(user_id: int, _objects: Objects) -> bool:
    """Delete what the groups and the marker say."""
    return bool(await rows(ERASE_GROUPS, user_id))


PERSONAL = PersonalData(
    (Exported("notifications", "what others did that concerned you, for 90 days", EXPORT),),
    (erase, erase_groups),
    (
        "SELECT 1 FROM notifications WHERE user_id = u.id OR actor_id = u.id",
        "SELECT 1 FROM tweets_to_notify_of WHERE author_id = u.id",
        "SELECT 1 FROM notification_groups WHERE user_id = u.id",
        "SELECT 1 FROM notification_markers WHERE user_id = u.id",
    ),
)
