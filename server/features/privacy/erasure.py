"""Removing what a user left, a batch in each transaction.

Each takes its locks in the order of everybody else: tweets by their ids, then users by theirs. What it did
tells the domain what to tell of; what is left is found by the next one.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.core.database.connection import row, rows, transaction

# Rows that one transaction removes.
BATCH = 500

# Whoever has this handle again is refused (the trigger of the eighth migration).
RETIRE = """
    INSERT INTO retired_handles (hash) VALUES (sha256(convert_to($1, 'UTF8'))) ON CONFLICT DO NOTHING
    RETURNING 1
"""
# The name is nobody's business any more; the row and its handle go last.
MARK = """
    UPDATE users SET deleted_at = least(deleted_at, now()), erase_after = NULL, name = handle,
        suspension_reason = '', hidden = true, unsettled = unsettled OR NOT hidden
    WHERE id = $1 RETURNING 1
"""
# $1 user, $2 days. It counts as deleted at the end of these, so that a worker of an earlier version, which
# knows nothing of them, erases nothing before.
HIDE = """
    UPDATE users SET deleted_at = now() + $2 * interval '1 day', erase_after = now() + $2 * interval '1 day',
        hidden = true, unsettled = unsettled OR NOT hidden
    WHERE id = $1 RETURNING 1
"""
KEEP = """
    UPDATE users SET deleted_at = NULL, erase_after = NULL, hidden = suspended_at IS NOT NULL,
        unsettled = unsettled OR (hidden AND suspended_at IS NULL)
    WHERE id = $1 AND erase_after > now() RETURNING 1
"""
LEAVING = """
    SELECT handle, name, erase_after FROM users WHERE id = $1 AND erase_after IS NOT NULL
"""
ALL_LEAVING = "SELECT id, erase_after FROM users WHERE deleted_at IS NOT NULL AND erase_after IS NOT NULL"
DUE = "SELECT handle FROM users WHERE id = $1 AND erase_after <= now() FOR UPDATE"
DELETED = "SELECT 1 FROM users WHERE id = $1 AND deleted_at IS NOT NULL AND erase_after IS NULL"
REVOKE_KEYS = "UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL RETURNING 1"

# $1 user, $2 how many. Tweets with likes: one may have more of them than a transaction should remove.
LIKED_TWEETS = """
    SELECT id FROM tweets WHERE author_id = $1 AND likes_count > 0 ORDER BY id LIMIT $2 FOR NO KEY UPDATE
"""
REMOVE_LIKES_OF_TWEETS = """
    DELETE FROM likes WHERE id IN (SELECT id FROM likes WHERE tweet_id = ANY($1::bigint[]) LIMIT $2)
    RETURNING 1
"""
TWEETS = "SELECT id FROM tweets WHERE author_id = $1 ORDER BY id LIMIT $2 FOR UPDATE"
DETACH = """
    UPDATE media_attachments SET tweet_id = NULL, state = 'removed', changed_at = now()
    WHERE tweet_id = ANY($1::bigint[]) RETURNING 1
"""
REMOVE_TWEETS = "DELETE FROM tweets WHERE id = ANY($1::bigint[]) RETURNING 1"

LOCK_LIKED = """
    SELECT id FROM tweets WHERE id IN (
        SELECT tweet_id FROM likes WHERE user_id = $1 ORDER BY tweet_id LIMIT $2
    ) ORDER BY id FOR NO KEY UPDATE
"""
UNLIKE = "DELETE FROM likes WHERE user_id = $1 AND tweet_id = ANY($2::bigint[]) RETURNING tweet_id"

FOLLOWS = """
    (SELECT id, follower_id, followee_id FROM follows WHERE follower_id = $1 ORDER BY id DESC LIMIT $2)
    UNION ALL
    (SELECT id, follower_id, followee_id FROM follows WHERE followee_id = $1 ORDER BY id DESC LIMIT $2)
    LIMIT $2
"""
LOCK_USERS = "SELECT id FROM users WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
UNFOLLOW = "DELETE FROM follows WHERE id = ANY($1::bigint[]) RETURNING follower_id, followee_id"

# Those that a worker is at are left for later: what it is about to store would be orphaned.
PICTURES = """
    UPDATE media_attachments SET state = 'removed', tweet_id = NULL, changed_at = now() WHERE id IN (
        SELECT id FROM media_attachments
        WHERE owner_id = $1 AND (working_until IS NULL OR working_until < now())
        ORDER BY id LIMIT $2 FOR UPDATE
    ) RETURNING id
"""
REMOVE_USER = """
    DELETE FROM users u WHERE id = $1 AND deleted_at IS NOT NULL AND erase_after IS NULL
        AND NOT EXISTS (SELECT 1 FROM tweets WHERE author_id = u.id)
        AND NOT EXISTS (SELECT 1 FROM likes WHERE user_id = u.id)
        AND NOT EXISTS (SELECT 1 FROM follows WHERE follower_id = u.id OR followee_id = u.id)
        AND NOT EXISTS (SELECT 1 FROM media_attachments WHERE owner_id = u.id)
        AND NOT EXISTS (SELECT 1 FROM exports WHERE user_id = u.id)
    RETURNING 1
"""
# Those too whose time has come: nobody else looks for them.
FORGOTTEN = """
    SELECT id FROM users WHERE deleted_at IS NOT NULL
        AND (erase_after <= now() OR (erase_after IS NULL AND deleted_at < now() - $1 * interval '1 s'))
    ORDER BY id LIMIT $2
"""


class LeavingRow(msgspec.Struct, frozen=True):
    """An account that its owner deleted, and that is there until `erase_after`."""

    handle: str
    name: str
    erase_after: datetime


async def mark(user_id: int, handle: str) -> None:
    """Inside a transaction: from its commit on the user is gone for everybody, and the handle for ever."""
    await rows(REVOKE_KEYS, user_id)
    await rows(RETIRE, handle)
    await rows(MARK, user_id)


async def hide(user_id: int, days: int) -> None:
    """Inside a transaction: from its commit on the user is gone for everybody; erased in so many days."""
    await rows(HIDE, user_id, days)


async def keep(user_id: int) -> bool:
    """Undo `hide`, as long as its time has not come; whether it was undone."""
    return await row(KEEP, user_id) is not None


async def leaving(user_id: int) -> LeavingRow | None:
    """What `hide` has done, if it has."""
    found = await row(LEAVING, user_id)
    return LeavingRow(**found) if found else None


async def all_leaving() -> dict[int, datetime]:
    """When users are erased who deleted their account, by their ids."""
    return {found["id"]: found["erase_after"] for found in await rows(ALL_LEAVING)}


async def lock_due(user_id: int) -> str | None:
    """Inside a transaction: the handle of a user whose time has come, who cannot be kept any more."""
    found = await row(DUE, user_id)
    return found["handle"] if found else None


async def is_deleted(user_id: int) -> bool:
    """Whether the user was marked, and is there still."""
    return await row(DELETED, user_id) is not None


async def remove_likes_received(user_id: int) -> int:
    """Likes of the user's tweets; how many."""
    async with transaction():
        liked = [found["id"] for found in await rows(LIKED_TWEETS, user_id, BATCH)]
        return len(await rows(REMOVE_LIKES_OF_TWEETS, liked, BATCH)) if liked else 0


async def remove_tweets(user_id: int) -> int:
    """The user's tweets; how many. Their pictures are left to be removed."""
    async with transaction():
        tweets = [found["id"] for found in await rows(TWEETS, user_id, BATCH)]
        if tweets:
            await rows(DETACH, tweets)
            await rows(REMOVE_TWEETS, tweets)
        return len(tweets)


async def remove_likes(user_id: int) -> list[int]:
    """The user's likes of others' tweets; which tweets."""
    async with transaction():
        tweets = [found["id"] for found in await rows(LOCK_LIKED, user_id, BATCH)]
        return [found["tweet_id"] for found in await rows(UNLIKE, user_id, tweets)] if tweets else []


async def remove_follows(user_id: int) -> list[tuple[int, int]]:
    """Follows of the user's and of the user; follower and followee of each."""
    async with transaction():
        found = await rows(FOLLOWS, user_id, BATCH)
        if not found:
            return []
        people = {user_id, *(who for one in found for who in (one["follower_id"], one["followee_id"]))}
        await rows(LOCK_USERS, list(people))
        gone = await rows(UNFOLLOW, [one["id"] for one in found])
        return [(one["follower_id"], one["followee_id"]) for one in gone]


async def take_pictures(user_id: int) -> list[int]:
    """Some of the user's pictures, in the state `removed`: their objects and rows are to go."""
    return [found["id"] for found in await rows(PICTURES, user_id, BATCH)]


async def remove_user(user_id: int) -> bool:
    """The row itself, with its keys, where nothing else is left; whether it is gone."""
    await rows(REMOVE_USER, user_id)
    return await row("SELECT 1 FROM users WHERE id = $1", user_id) is None


async def forgotten(older_than: float, limit: int) -> list[int]:
    """Users who were marked so many seconds ago and are still there."""
    return [found["id"] for found in await rows(FORGOTTEN, older_than, limit)]
