"""Suspension: a user's keys stop working, and their tweets are hidden or stay. All of it can be undone."""

from __future__ import annotations

from server.core import audit, text
from server.core.audit import Act, Actor
from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.errors import Administrator, InvalidKey, LastAdministrator, UserNotFound
from server.core.jobs import Jobs
from server.features.invitations import invitation
from server.features.moderation import events, hiding

REASON_MAX_LENGTH = 200

# $1 user, $2 reason, $3 whether tweets are hidden; NULL for either keeps its current value. No row if nothing
# changes.
SUSPEND = """
    UPDATE users u SET suspended_at = coalesce(u.suspended_at, now()), suspension_reason = new.reason,
        hidden = new.hidden, unsettled = u.unsettled OR u.hidden <> new.hidden
    FROM (SELECT id, coalesce($2, suspension_reason) AS reason, coalesce($3::boolean, hidden) AS hidden
        FROM users WHERE id = $1) new
    WHERE u.id = new.id AND (suspended_at IS NULL OR u.suspension_reason <> new.reason
        OR u.hidden <> new.hidden)
    RETURNING u.suspension_reason AS reason, u.hidden
"""
# Locks all administrators who can act: if two leave at once, the second one must be seen to be the last.
ADMINISTRATORS = """
    SELECT id FROM users WHERE is_admin AND suspended_at IS NULL AND deleted_at IS NULL ORDER BY id FOR UPDATE
"""
# $1 administrator, $2 key.
ACTING = """
    SELECT 1 FROM users u JOIN api_keys k ON k.user_id = u.id
    WHERE u.id = $1 AND k.id = $2 AND u.is_admin AND u.suspended_at IS NULL AND u.deleted_at IS NULL
        AND k.revoked_at IS NULL
    FOR SHARE
"""
SUBJECT = """
    SELECT is_admin, erase_after IS NOT NULL AS is_leaving FROM users
    WHERE id = $1 AND (deleted_at IS NULL OR erase_after IS NOT NULL) FOR NO KEY UPDATE
"""
UNSUSPEND = """
    UPDATE users SET suspended_at = NULL, suspension_reason = '', hidden = false,
        unsettled = unsettled OR hidden
    WHERE id = $1 AND suspended_at IS NOT NULL RETURNING 1
"""


async def suspend(
    user_id: int, by: Actor, jobs: Jobs, *, hide_tweets: bool | None = None, reason: str | None = None
) -> None:
    """Stop a user's keys everywhere, and the links that they made; if suspended already, change the options.

    When it returns, no process accepts their keys any more; their streams end within a second.

    Args:
        hide_tweets: whether their tweets are hidden from everyone; None keeps the current visibility, which
            is visible unless it was changed.
        reason: for administrators; None keeps the current one.

    Raises:
        UserNotFound: there is no such user.
        Administrator: the user is one, whom only the terminal can suspend at once, so that no administrator
            locks out the others. Administrators ask for it instead
            (`server.features.moderation.suspension_requests`).
        LastAdministrator: there would be no administrator left who can act.
        InvalidBody: the reason breaks a rule.
    """
    shown = reason
    if reason is not None:
        shown = text.line("reason", reason, REASON_MAX_LENGTH) if reason.strip() else ""
    async with transaction():
        if by.is_terminal:
            await keep_one(user_id)
        await lock_subject(user_id, by)
        await apply(user_id, by, hide_tweets=hide_tweets, reason=shown)
    await told(user_id, jobs)


async def apply(
    user_id: int, by: Actor, *, hide_tweets: bool | None, reason: str | None, **details: object
) -> None:
    """Inside a transaction, with the user locked: suspend them, and record it with these details."""
    if now := await row(SUSPEND, user_id, reason, hide_tweets):
        await invitation.revoke_made_by(user_id)
        said = {"hide_tweets": now["hidden"], "reason": now["reason"], **details}
        await audit.record(by, Act.USER_SUSPENDED, user_id=user_id, **said)


async def unsuspend(user_id: int, by: Actor, jobs: Jobs) -> bool:
    """Let a user's keys work again, and show their tweets; return whether they were suspended.

    Raises:
        UserNotFound: there is no such user.
    """
    async with transaction():
        await lock_subject(user_id, by)
        ended = await row(UNSUSPEND, user_id) is not None
        if ended:
            await audit.record(by, Act.USER_UNSUSPENDED, user_id=user_id)
    await told(user_id, jobs)
    return ended


async def lock_administrators() -> list[int]:
    """Inside a transaction, before any other lock: lock and return all administrators who can act."""
    return [found["id"] for found in await rows(ADMINISTRATORS)]


async def keep_one(user_id: int) -> None:
    """Inside a transaction: raises LastAdministrator if nobody but this user can act as administrator."""
    if await lock_administrators() == [user_id]:
        raise LastAdministrator


async def lock_subject(user_id: int, by: Actor, *, leaving: bool = False) -> None:
    """Inside a transaction: lock a user against changes. Raises UserNotFound, Administrator.

    Args:
        leaving: whether to accept a user whose account is being deleted and can still be kept.
    """
    found = await row(SUBJECT, user_id)
    if found is None or (found["is_leaving"] and not leaving):
        raise UserNotFound
    if found["is_admin"] and not by.is_terminal:
        raise Administrator


async def keep_acting(by: Actor) -> None:
    """Inside a transaction: make sure that an administrator stays one until it ends.

    For things that outlive the administrator: a concurrent suspension waits, and then finds what was made.
    Raises InvalidKey if the key or its user is no longer an administrator's.
    """
    if not by.is_terminal and not await row(ACTING, by.user_id, by.key_id):
        raise InvalidKey


async def told(user_id: int, jobs: Jobs) -> None:
    """After the commit: make all processes reject their keys and stop showing what is hidden."""
    # Even if nothing changed: the process that made the change may have died before invalidating the caches.
    await changes.tell(events.visibility(user_id))
    await hiding.begin(user_id, jobs)
