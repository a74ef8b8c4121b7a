"""The users, for administrators."""

from __future__ import annotations

from collections.abc import Sequence

from server.core.errors import UserNotFound
from server.core.paging import Page
from server.features.api_keys import api_keys as keys
from server.features.api_keys.api_key import ApiKey
from server.features.people import roster_rows as roster
from server.features.people.roster_rows import MemberRow
from server.features.people.user import User

# The maximum length of a search text in characters; no handle or name is longer.
LONGEST_QUERY = 50


async def listed(part: str, *, limit: int, before: int) -> Page[MemberRow]:
    """The users with this text in their handle or name, the newest first."""
    part = part.strip().removeprefix("@")
    if len(part) > LONGEST_QUERY or "\0" in part:
        return Page([], None)
    found = await roster.members(part, before=before, limit=limit + 1)
    items = found[:limit]
    return Page(items, items[-1].id if len(found) > limit and items else None)


async def keys_of(user_id: int) -> Sequence[ApiKey]:
    """A user's keys that are not revoked, the newest first. Raises UserNotFound."""
    if not await User.exists(id=user_id, deleted_at=None):
        raise UserNotFound
    return await keys.of_user(user_id)
