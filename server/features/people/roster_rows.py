"""Users as administrators look them up: plain SQL, one statement."""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.core.database.connection import rows


class MemberRow(msgspec.Struct, frozen=True):
    """A user, and how many of their keys work."""

    id: int
    handle: str
    name: str
    is_admin: bool
    created_at: datetime
    suspended_at: datetime | None
    hidden: bool
    tweets_count: int
    keys: int


# $1 a part of the handle or the name, as LIKE takes it, $2 before, $3 how many.
MEMBERS = """
    SELECT u.id, u.handle, u.name, u.is_admin, u.created_at, u.suspended_at, u.hidden, u.tweets_count,
        (SELECT count(*) FROM api_keys k WHERE k.user_id = u.id AND k.revoked_at IS NULL
            AND (k.expires_at IS NULL OR k.expires_at > now()))::int AS keys
    FROM users u
    WHERE u.deleted_at IS NULL AND u.id < $2 AND (u.handle ILIKE $1 OR u.name ILIKE $1)
    ORDER BY u.id DESC LIMIT $3
"""


async def members(part: str, *, before: int, limit: int) -> list[MemberRow]:
    """The users with this text in their handle or name, the newest first."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [MemberRow(**found) for found in await rows(MEMBERS, f"%{escaped}%", before, limit)]
