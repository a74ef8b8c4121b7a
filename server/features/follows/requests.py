"""Requests to follow locked accounts, which their owners accept or decline.

Asking again after a request was declined is allowed; the limits of the feature bound it.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.errors import UserNotFound
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.follows import events
from server.features.notifications.told import notifications_of
from server.features.people import people, preferences
from server.features.people.people import ListedPerson
from server.features.people.preferences import Preferences
from server.features.visibility.visibility import Visibility

# $1 whose requests, $2 before, $3 how many.
LISTED = """
    SELECT o.id, o.name, o.handle, CASE WHEN NOT o.hidden THEN o.avatar END AS avatar, r.id AS cursor,
        (SELECT true FROM follows WHERE follower_id = $1 AND followee_id = o.id) IS NOT NULL AS followed
    FROM follow_requests r JOIN users o ON o.id = r.follower_id
    WHERE r.followee_id = $1 AND r.id < $2 AND o.deleted_at IS NULL ORDER BY r.id DESC LIMIT $3
"""
SOME = """
    SELECT follower_id FROM follow_requests WHERE followee_id = $1 AND id <= $3
        AND (SELECT deleted_at IS NULL FROM users WHERE users.id = follower_id) ORDER BY id LIMIT $2
"""
# Users whose account isn't locked and who still have requests: Perch stopped while it accepted them, or the
# person who asks was leaving meanwhile. $1 how many.
LEFT_OVER = """
    SELECT DISTINCT followee_id AS id FROM follow_requests r
    WHERE (SELECT NOT locked AND deleted_at IS NULL FROM users WHERE users.id = r.followee_id)
        AND (SELECT deleted_at IS NULL FROM users WHERE users.id = r.follower_id) LIMIT $1
"""
NEWEST_REQUEST = "SELECT max(id) AS id FROM follow_requests WHERE followee_id = $1"
# $1 users. As for all follows, in the order of their ids.
LOCK = (
    "SELECT id, locked FROM users WHERE id = ANY($1::bigint[]) AND deleted_at IS NULL "
    "ORDER BY id FOR NO KEY UPDATE"
)
# $1 the followee, $2 followers. A request that was withdrawn meanwhile is none. Those who asked are notified.
ACCEPT = """
    WITH accepted AS (
        DELETE FROM follow_requests WHERE followee_id = $1 AND follower_id = ANY($2::bigint[])
        RETURNING follower_id
    ), followed AS (
        INSERT INTO follows (follower_id, followee_id) SELECT follower_id, $1 FROM accepted
        ON CONFLICT DO NOTHING
    ), notified AS (
        INSERT INTO notifications AS n (user_id, kind, actor_id)
        SELECT follower_id, 'follow_accepted', $1 FROM accepted
        WHERE NOT EXISTS (
            SELECT 1 FROM relations WHERE user_id = follower_id AND other_id = $1
                AND (blocking OR blocked_by OR notifications_muted AND coalesce(muted_until > now(), true))
        ) ORDER BY follower_id
        ON CONFLICT (user_id, kind, coalesce(tweet_id, 0), actor_id)
        DO UPDATE SET undone = false WHERE n.undone
    )
    SELECT follower_id FROM accepted
"""
# Suppresses the notification of a new follower: the user has just accepted the request.
QUIET = "SELECT set_config('perch.quiet', 'on', true)"
DECLINE = "DELETE FROM follow_requests WHERE followee_id = $1 AND follower_id = $2 RETURNING 1"

# How many are accepted in a transaction when an account is unlocked.
BATCH = 500


async def of_viewer(viewer: Viewer, *, limit: int, before: int = NEWEST) -> Page[ListedPerson]:
    """A page of the people who ask to follow the viewer, the newest request first."""
    found = await rows(LISTED, viewer.id, before, limit + 1)
    return people.people_page([ListedPerson(**one) for one in found], limit)


async def accept(viewer: Viewer, follower_id: int) -> None:
    """Raises UserNotFound if this person doesn't ask to follow the viewer."""
    if not await _accept(viewer.id, [follower_id]):
        raise UserNotFound("This user doesn't ask to follow you.")


async def accept_all(user_id: int) -> None:
    """Accept all requests to a user whose account is no longer locked, as long as it isn't locked again."""
    newest = await row(NEWEST_REQUEST, user_id)
    if newest is None or newest["id"] is None:
        return
    while found := await rows(SOME, user_id, BATCH, newest["id"]):
        if await _accept(user_id, [one["follower_id"] for one in found], unless_locked=True) is None:
            return


async def change_preferences(
    viewer: Viewer,
    *,
    default_visibility: Visibility | None = None,
    default_sensitive: bool | None = None,
    locked: bool | None = None,
    time_zone: str | None = None,
) -> Preferences:
    """Change those that are given; accept all requests if the account is no longer locked."""
    now = await preferences.change(
        viewer,
        default_visibility=default_visibility,
        default_sensitive=default_sensitive,
        locked=locked,
        time_zone=time_zone,
    )
    if locked is False:
        await accept_all(viewer.id)
    return now


async def accept_left_over() -> int:
    """Accept the requests to some users whose account isn't locked; returns how many these users are."""
    found = await rows(LEFT_OVER, BATCH)
    for one in found:
        await accept_all(one["id"])
    return len(found)


async def decline(viewer: Viewer, follower_id: int) -> None:
    """Raises UserNotFound if this person doesn't ask to follow the viewer."""
    if await row(DECLINE, viewer.id, follower_id) is None:
        raise UserNotFound("This user doesn't ask to follow you.")
    await changes.tell([notifications_of(viewer.id)])


async def _accept(
    user_id: int, follower_ids: Sequence[int], *, unless_locked: bool = False
) -> list[int] | None:
    """Accept the requests of these people that exist; return whose these were, or None if it is locked."""
    async with transaction():
        held = {one["id"]: one["locked"] for one in await rows(LOCK, [user_id, *follower_ids])}
        if unless_locked and held.get(user_id, True):
            return None
        await rows(QUIET)
        there = [one for one in follower_ids if one in held]
        accepted = [one["follower_id"] for one in await rows(ACCEPT, user_id, there)]
    told = {topic for one in accepted for topic in (*events.followed(one, user_id), notifications_of(one))}
    await changes.tell(told)
    return accepted
