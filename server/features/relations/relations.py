"""Blocking and muting people. Doing either twice, or undoing what isn't there, succeeds and changes nothing.

A block cuts follows and requests in both directions, takes both off the other's lists, and removes the
notifications of both about each other.
Ending it restores nothing. People aren't told that they are muted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from asyncpg.exceptions import DeadlockDetectedError

from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.errors import SelfRelation, TooManyRelations, UserNotFound
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.relations import events
from server.features.relations.visible import IS_MUTED

# $1 the user, $2 the other. Users are locked in the order of their ids, as by follows.
LOCK = """
    SELECT id FROM users WHERE id IN ($1, $2) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE
"""
BLOCK = """
    INSERT INTO relations AS r (user_id, other_id, blocking, blocked_at) VALUES ($1, $2, true, now())
    ON CONFLICT (user_id, other_id) DO UPDATE SET id = DEFAULT, blocking = true, blocked_at = now()
    WHERE NOT r.blocking
"""
BLOCKED_BY = """
    INSERT INTO relations AS r (user_id, other_id, blocked_by) VALUES ($2, $1, true)
    ON CONFLICT (user_id, other_id) DO UPDATE SET blocked_by = true WHERE NOT r.blocked_by
"""
CUT = """
    DELETE FROM follows WHERE follower_id = $1 AND followee_id = $2 OR follower_id = $2 AND followee_id = $1
"""
CUT_REQUESTS = """
    DELETE FROM follow_requests
    WHERE follower_id = $1 AND followee_id = $2 OR follower_id = $2 AND followee_id = $1
"""
CUT_LISTS = """
    DELETE FROM list_members m USING lists l
    WHERE l.id = m.list_id AND (l.user_id = $1 AND m.person_id = $2 OR l.user_id = $2 AND m.person_id = $1)
"""
# The notifications of either about the other, as if what they are about was undone: doing it again, after the
# block, doesn't notify again. $3 how many.
UNTELL = """
    WITH found AS MATERIALIZED (
        SELECT id FROM notifications
        WHERE (user_id = $1 AND actor_id = $2 OR user_id = $2 AND actor_id = $1) AND NOT undone
        ORDER BY id LIMIT $3 FOR UPDATE
    )
    UPDATE notifications SET undone = true WHERE id IN (SELECT id FROM found) RETURNING 1
"""
UNBLOCK = """
    UPDATE relations SET blocking = false, blocked_at = NULL WHERE user_id = $1 AND other_id = $2 AND blocking
"""
UNBLOCKED_BY = """
    UPDATE relations SET blocked_by = false WHERE user_id = $2 AND other_id = $1 AND blocked_by
"""
# Of those that a user blocks or mutes.
COUNT = "SELECT count(*) AS count FROM relations WHERE user_id = $1 AND (blocking OR muted)"
# $3 whether notifications are muted too, $4 until when.
MUTE = """
    INSERT INTO relations AS r (user_id, other_id, muted, notifications_muted, muted_until, muted_at)
    VALUES ($1, $2, true, $3::boolean, $4::timestamptz, now())
    ON CONFLICT (user_id, other_id) DO UPDATE SET id = DEFAULT, muted = true, notifications_muted = $3,
        muted_until = $4, muted_at = now()
"""
UNMUTE = """
    UPDATE relations SET muted = false, notifications_muted = false, muted_until = NULL, muted_at = NULL
    WHERE user_id = $1 AND other_id = $2 AND muted
"""
# What says nothing any more.
TIDY = """
    DELETE FROM relations
    WHERE (user_id, other_id) IN (($1, $2), ($2, $1)) AND NOT blocking AND NOT blocked_by AND NOT muted
"""

# Mutes whose time is over, the oldest first: $1 how many.
ENDED = """
    WITH ended AS MATERIALIZED (
        SELECT id FROM relations WHERE muted_until <= now()
        ORDER BY muted_until LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    UPDATE relations SET muted = false, notifications_muted = false, muted_until = NULL, muted_at = NULL
    WHERE id IN (SELECT id FROM ended) RETURNING user_id, other_id
"""
BATCH = 1000

# How often it is tried to take notifications back.
TRIES = 3

# The most people whom a user may block and mute: all are in memory while the user reads.
MOST = 10_000

# $1 the user, $2 before, $3 how many.
LISTED = """
    SELECT r.id AS cursor, o.id, o.name, o.handle, CASE WHEN NOT o.hidden THEN o.avatar END AS avatar,
        notifications_muted, muted_until,
        (SELECT true FROM follows WHERE follower_id = $1 AND followee_id = o.id) IS NOT NULL AS followed
    FROM relations r JOIN users o ON o.id = r.other_id
    WHERE r.user_id = $1 AND r.id < $2 AND {which} AND o.deleted_at IS NULL
    ORDER BY r.id DESC LIMIT $3
"""
BLOCKS = LISTED.format(which="blocking")
MUTES = LISTED.format(which=IS_MUTED)


class Related(msgspec.Struct, frozen=True):
    """A person whom a user blocks or mutes; a page that continues after this person starts at `cursor`."""

    id: int
    name: str
    handle: str
    avatar: str | None
    followed: bool
    notifications_muted: bool
    muted_until: datetime | None
    cursor: int


async def block(viewer: Viewer, user_id: int) -> None:
    """Raises UserNotFound, SelfRelation if the user is the viewer, or TooManyRelations."""
    await _ensure_room(viewer)
    await _change(viewer, user_id, [BLOCK, BLOCKED_BY, CUT, CUT_REQUESTS, CUT_LISTS])
    # No longer in the transaction: whoever deletes a tweet locks its notifications before the author.
    while await _untell(viewer.id, user_id):
        pass


async def unblock(viewer: Viewer, user_id: int) -> None:
    """Raises UserNotFound, or SelfRelation if the user is the viewer."""
    await _change(viewer, user_id, [UNBLOCK, UNBLOCKED_BY, TIDY])


async def mute(viewer: Viewer, user_id: int, *, notifications: bool, seconds: int | None) -> None:
    """Mute a user, for so many seconds or until it is undone. Muting again replaces the choices.

    Args:
        notifications: whether their notifications are muted too.

    Raises:
        UserNotFound, SelfRelation if the user is the viewer, or TooManyRelations.
    """
    await _ensure_room(viewer)
    until = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
    await _change(viewer, user_id, [MUTE], notifications, until)


async def unmute(viewer: Viewer, user_id: int) -> None:
    """Raises UserNotFound, or SelfRelation if the user is the viewer."""
    await _change(viewer, user_id, [UNMUTE, TIDY])


async def end_mutes() -> int:
    """End the mutes whose time is over; return how many."""
    ended = 0
    while found := await rows(ENDED, BATCH):
        for one in found:
            await rows(TIDY, one["user_id"], one["other_id"])
        await changes.tell(
            {topic for one in found for topic in events.related(one["user_id"], one["other_id"])}
        )
        ended += len(found)
    return ended


async def blocks(viewer: Viewer, *, limit: int, before: int = NEWEST) -> Page[Related]:
    """A page of the people whom the viewer blocks."""
    return await _page(BLOCKS, viewer, limit, before)


async def mutes(viewer: Viewer, *, limit: int, before: int = NEWEST) -> Page[Related]:
    """A page of the people whom the viewer mutes."""
    return await _page(MUTES, viewer, limit, before)


async def _ensure_room(viewer: Viewer) -> None:
    found = await row(COUNT, viewer.id)
    if found is not None and found["count"] >= MOST:
        raise TooManyRelations


async def _untell(user_id: int, other_id: int) -> bool:
    """Take back some notifications of two users about each other; return whether there were any.

    Nobody sees them from the block on. If this fails, they are only counted, in the groups that they are in.
    """
    for _ in range(TRIES):
        try:
            return bool(await rows(UNTELL, user_id, other_id, BATCH))
        except DeadlockDetectedError:  # with somebody who undoes some of them
            continue
    return False


async def _page(statement: str, viewer: Viewer, limit: int, before: int) -> Page[Related]:
    found = [Related(**one) for one in await rows(statement, viewer.id, before, limit + 1)]
    items = found[:limit]
    return Page(items, items[-1].cursor if len(found) > limit and items else None)


async def _change(viewer: Viewer, user_id: int, statements: Sequence[str], *more: object) -> None:
    """Run the statements for the viewer, the other user and `more`, with both users locked."""
    if user_id == viewer.id:
        raise SelfRelation
    async with transaction():
        locked = await rows(LOCK, viewer.id, user_id)
        if user_id not in {one["id"] for one in locked}:
            raise UserNotFound
        for statement in statements:
            await row(statement, viewer.id, user_id, *more)
    await changes.tell({*events.related(viewer.id, user_id), *events.related(user_id, viewer.id)})
