"""A user's follows in the data export and in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes
from server.core.database.connection import rows, transaction
from server.core.personal import Exported, Objects, PersonalData
from server.features.follows import events

# The users on the other side of rows of a table: $1 whose rows, $2 only after this id, $3 limit.
_OTHERS = """
    SELECT x.id, u.id AS user_id, u.handle, x.created_at{more}
    FROM {table} x JOIN users u ON u.id = x.{other}
    WHERE x.{own} = $1 AND x.id > $2 AND u.deleted_at IS NULL ORDER BY x.id LIMIT $3
"""
EXPORT_FOLLOWING = _OTHERS.format(
    table="follows", own="follower_id", other="followee_id", more=", x.reposts_hidden, x.notify"
)
EXPORT_FOLLOWERS = _OTHERS.format(table="follows", own="followee_id", other="follower_id", more="")
EXPORT_REQUESTS = _OTHERS.format(table="follow_requests", own="follower_id", other="followee_id", more="")
EXPORT_REQUESTS_TO = _OTHERS.format(table="follow_requests", own="followee_id", other="follower_id", more="")

ERASE_REQUESTS = """
    DELETE FROM follow_requests WHERE id IN (
        (SELECT id FROM follow_requests WHERE follower_id = $1 LIMIT $2)
        UNION ALL
        (SELECT id FROM follow_requests WHERE followee_id = $1 LIMIT $2)
        LIMIT $2
    ) RETURNING 1
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


async def erase_requests(user_id: int, _objects: Objects) -> bool:
    """Delete the user's follow requests, and those to the user."""
    return bool(await rows(ERASE_REQUESTS, user_id, personal.BATCH))


PERSONAL = PersonalData(
    (
        Exported("following", "the people you follow", EXPORT_FOLLOWING),
        Exported("followers", "the people who follow you", EXPORT_FOLLOWERS),
        Exported("follow_requests_made", "the people whom you ask to follow", EXPORT_REQUESTS),
        Exported("follow_requests", "the people who ask to follow you", EXPORT_REQUESTS_TO),
    ),
    (erase, erase_requests),
    (
        "SELECT 1 FROM follows WHERE follower_id = u.id OR followee_id = u.id",
        "SELECT 1 FROM follow_requests WHERE follower_id = u.id OR followee_id = u.id",
    ),
)
