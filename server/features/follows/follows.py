"""Follows. Following twice and unfollowing what was not followed succeed and change nothing."""

from __future__ import annotations

from typing import Any

from server.core.cache import changes
from server.core.database.connection import row
from server.core.errors import Blocked, SelfFollow, UserNotFound
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.follows import events
from server.features.people import accounts, people
from server.features.people.people import ListedPerson
from server.features.people.user import User
from server.features.relations.visible import visible_to

# Both users are locked first, in the order of their ids: otherwise two users who follow each other at the
# same moment would deadlock. A trigger updates the counters.
BOTH = """
    WITH both_users AS MATERIALIZED (
        SELECT id, locked FROM users WHERE id IN ($1, $2) AND deleted_at IS NULL
        ORDER BY id FOR NO KEY UPDATE
    ), followee AS (SELECT id, locked FROM both_users WHERE id = $1)"""
# Adds a follow or, if the followee's account is locked, a request; returns whether there is one or the other
# now. A trigger refuses both across a block, even one of the same moment.
FOLLOW = f"""{BOTH}, already AS (
        SELECT true AS yes FROM follows WHERE follower_id = $2 AND followee_id = $1
    ), followed AS (
        INSERT INTO follows (follower_id, followee_id) SELECT $2, id FROM followee
        WHERE NOT locked AND EXISTS (SELECT 1 FROM both_users WHERE id = $2)
        ON CONFLICT (follower_id, followee_id) DO NOTHING RETURNING true AS yes
    ), requested AS (
        INSERT INTO follow_requests (follower_id, followee_id) SELECT $2, id FROM followee
        WHERE locked AND EXISTS (SELECT 1 FROM both_users WHERE id = $2)
            AND NOT EXISTS (SELECT 1 FROM already)
        ON CONFLICT (follower_id, followee_id) DO UPDATE SET created_at = follow_requests.created_at
        RETURNING true AS yes
    )
    SELECT coalesce((SELECT yes FROM already), (SELECT yes FROM followed), false) AS followed,
        coalesce((SELECT yes FROM requested), false) AS requested FROM followee
"""
UNFOLLOW = f"""{BOTH}, unfollowed AS (
        DELETE FROM follows WHERE followee_id = (SELECT id FROM followee) AND follower_id = $2 RETURNING 1
    ), withdrawn AS (
        DELETE FROM follow_requests WHERE followee_id = (SELECT id FROM followee) AND follower_id = $2
        RETURNING 1
    )
    SELECT 1 FROM followee
"""
# $1 the followee, $2 the follower.
BLOCKED = f"SELECT NOT {visible_to('$2', '$1')} AS blocked"
# The same, seen from the other side: $1 the followee, $2 the follower.
UNFOLLOWED_BY = f"""{BOTH}, unfollowed AS (
        DELETE FROM follows WHERE followee_id = (SELECT id FROM followee)
            AND follower_id = (SELECT id FROM both_users WHERE id = $2) RETURNING 1
    ), declined AS (
        DELETE FROM follow_requests WHERE followee_id = (SELECT id FROM followee)
            AND follower_id = (SELECT id FROM both_users WHERE id = $2) RETURNING 1
    )
    SELECT 1 FROM both_users WHERE id = $2
"""


async def is_locked(user_id: int) -> bool:
    """Whether following this user takes their consent."""
    return await User.exists(id=user_id, locked=True)


async def follow(viewer: Viewer, user_id: int) -> bool:
    """Follow a user, or ask to; return whether the viewer has yet to be accepted.

    Raises:
        UserNotFound, SelfFollow if the user is the viewer, or Blocked.
    """
    if user_id == viewer.id:
        raise SelfFollow
    found = await _set(FOLLOW, viewer, user_id)
    if found["followed"] or found["requested"]:
        return not found["followed"]
    relation = await row(BLOCKED, user_id, viewer.id)
    if relation is not None and relation["blocked"]:
        raise Blocked
    return False  # another request of the same moment has done it


async def unfollow(viewer: Viewer, user_id: int) -> None:
    """Stop following a user, or asking to. Raises UserNotFound."""
    await _set(UNFOLLOW, viewer, user_id)


async def remove_follower(viewer: Viewer, user_id: int) -> None:
    """Make a user stop following the viewer. Raises UserNotFound."""
    if await row(UNFOLLOWED_BY, viewer.id, user_id) is None:
        raise UserNotFound
    await changes.tell(events.followed(user_id, viewer.id))


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


async def _set(statement: str, viewer: Viewer, user_id: int) -> dict[str, Any]:
    found = await row(statement, user_id, viewer.id)
    if found is None:
        raise UserNotFound
    await changes.tell(events.followed(viewer.id, user_id))
    return found
