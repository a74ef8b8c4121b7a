"""The stages of erasing an account: hidden while its owner can still keep it, then marked, then removed.

The features declare how to erase their part of a user's data (`server.features.registry`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.core.database.connection import row, rows
from server.features.people.user import User
from server.features.registry import LEFT

# Nobody can have this handle again: the trigger of the eighth migration refuses it.
RETIRE = """
    INSERT INTO retired_handles (hash) VALUES (sha256(convert_to($1, 'UTF8'))) ON CONFLICT DO NOTHING
    RETURNING 1
"""
# Removes the name, which is no longer anyone's business; the row and its handle go last.
MARK = """
    UPDATE users SET deleted_at = least(deleted_at, now()), erase_after = NULL, name = handle,
        avatar = NULL, header = NULL, suspension_reason = '', hidden = true,
        unsettled = unsettled OR NOT hidden
    WHERE id = $1 RETURNING 1
"""
# $1 user, $2 days. The deletion time is set to the end of these days, so that a worker of an earlier version,
# which doesn't know about them, erases nothing before.
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

# Only if nothing of the user's that must be removed first is left.
REMOVE_USER = f"""
    DELETE FROM users u WHERE id = $1 AND deleted_at IS NOT NULL AND erase_after IS NULL
        AND NOT EXISTS (SELECT 1 FROM exports WHERE user_id = u.id)
        {" ".join(f"AND NOT EXISTS ({sql})" for sql in LEFT)}
    RETURNING 1
"""
# Includes users whose days have just ended: nothing else looks for them.
FORGOTTEN = """
    SELECT id FROM users WHERE deleted_at IS NOT NULL
        AND (erase_after <= now() OR (erase_after IS NULL AND deleted_at < now() - $1 * interval '1 s'))
    ORDER BY id LIMIT $2
"""


class LeavingRow(msgspec.Struct, frozen=True):
    """An account that its owner deleted, and that can be kept until `erase_after`."""

    handle: str
    name: str
    erase_after: datetime


async def mark(user_id: int, handle: str) -> None:
    """Inside a transaction: once it commits, nobody sees the user, and the handle is gone for good."""
    await rows(REVOKE_KEYS, user_id)
    await rows(RETIRE, handle)
    await rows(MARK, user_id)


async def hide(user_id: int, days: int) -> None:
    """Inside a transaction: once it commits, nobody sees the user, who will be erased in `days` days."""
    await rows(HIDE, user_id, days)


async def keep(user_id: int) -> bool:
    """Undo `hide` before its days are over; return whether it was undone."""
    return await row(KEEP, user_id) is not None


async def leaving(user_id: int) -> LeavingRow | None:
    """The state that `hide` left, if it was called for this user."""
    found = await row(LEAVING, user_id)
    return LeavingRow(**found) if found else None


async def all_leaving() -> dict[int, datetime]:
    """The users who deleted their account, by id, with the time when each will be erased."""
    return {found["id"]: found["erase_after"] for found in await rows(ALL_LEAVING)}


async def lock_due(user_id: int) -> str | None:
    """Inside a transaction: lock a user whose days are over and who can't be kept; return their handle."""
    found = await row(DUE, user_id)
    return found["handle"] if found else None


async def is_deleted(user_id: int) -> bool:
    """Whether the user was marked, and their row still exists."""
    return await row(DELETED, user_id) is not None


async def remove_user(user_id: int) -> bool:
    """Delete the user's row and keys if nothing else is left; return whether the row is gone."""
    await rows(REMOVE_USER, user_id)
    return not await User.exists(id=user_id)


async def forgotten(older_than: float, limit: int) -> list[int]:
    """Users who were marked more than `older_than` seconds ago and still exist."""
    return [found["id"] for found in await rows(FORGOTTEN, older_than, limit)]
