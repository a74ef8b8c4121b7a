"""Follows. Following twice and unfollowing what was not followed succeed and change nothing."""

from __future__ import annotations

from server.core.cache import changes
from server.core.database.connection import row
from server.core.errors import SelfFollow, UserNotFound
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.follows import events
from server.features.people import accounts, people
from server.features.people.people import ListedPerson

# Both users are locked first, in the order of their ids: otherwise two users who follow each other at the
# same moment would deadlock. A trigger updates the counters.
BOTH = """
    WITH both_users AS MATERIALIZED (
        SELECT id FROM users WHERE id IN ($1, $2) AND deleted_at IS NULL
        ORDER BY id FOR NO KEY UPDATE
    ), followee AS (SELECT id FROM both_users WHERE id = $1)"""
FOLLOW = f"""{BOTH}, followed AS (
        INSERT INTO follows (follower_id, followee_id) SELECT $2, id FROM followee
        WHERE EXISTS (SELECT 1 FROM both_users WHERE id = $2)
        ON CONFLICT (follower_id, followee_id) DO NOTHING RETURNING 1
    )
    SELECT 1 FROM followee
"""
UNFOLLOW = f"""{BOTH}, unfollowed AS (
        DELETE FROM follows WHERE followee_id = (SELECT id FROM followee) AND follower_id = $2 RETURNING 1
    )
    SELECT 1 FROM followee
"""


async def follow(viewer: Viewer, user_id: int) -> None:
    """Raises UserNotFound, or SelfFollow if the user is the viewer."""
    if user_id == viewer.id:
        raise SelfFollow
    await _set(FOLLOW, viewer, user_id)


async def unfollow(viewer: Viewer, user_id: int) -> None:
    """Raises UserNotFound."""
    await _set(UNFOLLOW, viewer, user_id)


async def followers(viewer: Viewer, user_id: int, *, limit: int, before: int = NEWEST) -> Page[ListedPerson]:
    """A page of a user's followers, the newest first. Raises UserNotFound."""
    found = await people.followers(user_id, viewer.id, before=before, limit=limit + 1)
    return await _page(found, user_id, limit)


async def following(viewer: Viewer, user_id: int, *, limit: int, before: int = NEWEST) -> Page[ListedPerson]:
    """A page of the people that a user follows, the newest first. Raises UserNotFound."""
    found = await people.following(user_id, viewer.id, before=before, limit=limit + 1)
    return await _page(found, user_id, limit)


async def _page(found: list[ListedPerson], user_id: int, limit: int) -> Page[ListedPerson]:
    if not found:
        await accounts.ensure_exists(user_id)
    return people.people_page(found, limit)


async def _set(statement: str, viewer: Viewer, user_id: int) -> None:
    if await row(statement, user_id, viewer.id) is None:
        raise UserNotFound
    await changes.tell(events.followed(viewer.id, user_id))
