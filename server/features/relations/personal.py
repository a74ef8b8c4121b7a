"""A user's blocks and mutes in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData
from server.features.relations import events

# Who blocks the user is not theirs to know.
EXPORT = """
    SELECT r.id, u.id AS user_id, u.handle, r.blocking, r.blocked_at, r.muted, r.notifications_muted,
        r.muted_until, r.muted_at
    FROM relations r JOIN users u ON u.id = r.other_id
    WHERE r.user_id = $1 AND r.id > $2 AND (r.blocking OR r.muted) AND u.deleted_at IS NULL
    ORDER BY r.id LIMIT $3
"""
EXPORT_THREADS = """
    SELECT root_id AS id, created_at FROM muted_threads WHERE user_id = $1 AND root_id > $2
    ORDER BY root_id LIMIT $3
"""
ERASE = """
    DELETE FROM relations WHERE id IN (
        (SELECT id FROM relations WHERE user_id = $1 LIMIT $2)
        UNION ALL
        (SELECT id FROM relations WHERE other_id = $1 LIMIT $2)
        LIMIT $2
    ) RETURNING user_id, other_id
"""
ERASE_THREADS = """
    DELETE FROM muted_threads WHERE (user_id, root_id) IN (
        SELECT user_id, root_id FROM muted_threads WHERE user_id = $1 LIMIT $2
    ) RETURNING 1
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's blocks and mutes, and those of others about the user."""
    gone = await rows(ERASE, user_id, personal.BATCH)
    await changes.tell({topic for one in gone for topic in events.related(one["user_id"], one["other_id"])})
    return bool(gone)


async def erase_threads(user_id: int, _objects: Objects) -> bool:
    """Forget which conversations the user muted."""
    return bool(await rows(ERASE_THREADS, user_id, personal.BATCH))


PERSONAL = PersonalData(
    (
        Exported("blocks_and_mutes", "the people whom you block or mute; nobody else sees them", EXPORT),
        Exported("muted_conversations", "the first tweets of conversations that you muted", EXPORT_THREADS),
    ),
    (erase, erase_threads),
    (
        "SELECT 1 FROM relations WHERE user_id = u.id OR other_id = u.id",
        "SELECT 1 FROM muted_threads WHERE user_id = u.id",
    ),
)
