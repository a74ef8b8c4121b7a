"""A user's lists, and where the user is on those of others, in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.database.connection import rows
from server.core.personal import Exported, Objects, PersonalData

EXPORT = """
    SELECT id, title, replies, exclusive, created_at FROM lists
    WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""
# Users must not learn whose lists they are on.
EXPORT_MEMBERS = """
    SELECT m.id, m.list_id, u.id AS user_id, u.handle, m.added_at
    FROM lists l JOIN list_members m ON m.list_id = l.id JOIN users u ON u.id = m.person_id
    WHERE l.user_id = $1 AND m.id > $2 AND u.deleted_at IS NULL ORDER BY m.id LIMIT $3
"""
ERASE_MEMBERS = """
    DELETE FROM list_members WHERE id IN (
        (SELECT m.id FROM lists l JOIN list_members m ON m.list_id = l.id WHERE l.user_id = $1 LIMIT $2)
        UNION ALL
        (SELECT id FROM list_members WHERE person_id = $1 LIMIT $2)
        LIMIT $2
    ) RETURNING 1
"""
ERASE = "DELETE FROM lists WHERE user_id = $1 RETURNING 1"


async def erase_members(user_id: int, _objects: Objects) -> bool:
    """Empty the user's lists, and take the user off those of others."""
    return bool(await rows(ERASE_MEMBERS, user_id, personal.BATCH))


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's lists."""
    return bool(await rows(ERASE, user_id))


PERSONAL = PersonalData(
    (
        Exported("lists", "your lists of people; nobody else sees them", EXPORT),
        Exported("list_members", "the people on your lists", EXPORT_MEMBERS),
    ),
    (erase_members, erase),
    (
        "SELECT 1 FROM lists WHERE user_id = u.id",
        "SELECT 1 FROM list_members WHERE person_id = u.id",
    ),
)
