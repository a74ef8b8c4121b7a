"""A user's follows in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes
from server.core.database.connection import rows, transaction
from server.core.personal import Exported, Objects, PersonalData
from server.features.follows import events

EXPORT_FOLLOWING = """
    SELECT f.id, u.id AS user_id, u.handle, f.created_at
    FROM follows f JOIN users u ON u.id = f.followee_id
    WHERE f.follower_id = $1 AND f.id > $2 ORDER BY f.id LIMIT $3
"""

EXPORT_FOLLOWERS = """
    SELECT f.id, u.id AS user_id, u.handle, f.created_at
    FROM follows f JOIN users u ON u.id = f.follower_id
    WHERE f.followee_id = $1 AND f.id > $2 ORDER BY f.id LIMIT $3
"""

FOLLOWS = """
    (SELECT id, follower_id, followee_id FROM follows WHERE follower_id = $1 ORDER BY id DESC LIMIT $2)
    UNION ALL
    (SELECT id, follower_id, followee_id FROM follows WHERE followee_id = $1 ORDER BY id DESC LIMIT $2)
    LIMIT $2
"""
LOCK_USERS = "SELECT id FROM users WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
UNFOLLOW = "DELETE FROM follows WHERE id = ANY($1::bigint[]) RETURNING follower_id, followee_id"


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the follows in which the user is the follower or the followee."""
    async with transaction():
        found = await rows(FOLLOWS, user_id, personal.BATCH)
        if not found:
            return False
        people = {user_id, *(who for one in found for who in (one["follower_id"], one["followee_id"]))}
        await rows(LOCK_USERS, list(people))
        gone = await rows(UNFOLLOW, [one["id"] for one in found])
    pairs = [(one["follower_id"], one["followee_id"]) for one in gone]
    await changes.tell({topic for pair in pairs for topic in events.followed(*pair)})
    return bool(gone)


PERSONAL = PersonalData(
    (
        Exported("following", "the people you follow", EXPORT_FOLLOWING),
        Exported("followers", "the people who follow you", EXPORT_FOLLOWERS),
    ),
    (erase,),
    ("SELECT 1 FROM follows WHERE follower_id = u.id OR followee_id = u.id",),
)
