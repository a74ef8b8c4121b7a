"""Suspension: a user's keys stop, and their tweets are hidden or kept. All of it can be taken back."""

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

# $1 user, $2 reason, $3 whether tweets are hidden; of these two, NULL is what is so already. No row where
# nothing changes.
SUSPEND = """
    UPDATE users u SET suspended_at = coalesce(u.suspended_at, now()), suspension_reason = new.reason,
        hidden = new.hidden, unsettled = u.unsettled OR u.hidden <> new.hidden
    FROM (SELECT id, coalesce($2, suspension_reason) AS reason, coalesce($3::boolean, hidden) AS hidden
        FROM users WHERE id = $1) new
    WHERE u.id = new.id AND (suspended_at IS NULL OR u.suspension_reason <> new.reason
        OR u.hidden <> new.hidden)
    RETURNING u.suspension_reason AS reason, u.hidden
"""
# All administrators who can act, locked: of two that go at once one is the last.
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
    """Stop a user's keys everywhere, and the links that they made. Again, it changes what is given.

    When it returns, no process honours a key of theirs; their streams end within a second.

    Args:
        hide_tweets: whether nobody sees their tweets any more; None leaves that as it is, which is that
            all see them where nobody said otherwise.
        reason: for administrators; None leaves it.

    Raises:
        UserNotFound: there is none.
        Administrator: only the terminal suspends one at once, so that none locks out the others. Others ask
            for it (`server.features.moderation.suspension_requests`).
        LastAdministrator: nobody else could act as one.
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
    """Inside a transaction, with the user locked: suspend them, and put it on record with these details."""
    if now := await row(SUSPEND, user_id, reason, hide_tweets):
        await invitation.revoke_made_by(user_id)
        said = {"hide_tweets": now["hidden"], "reason": now["reason"], **details}
        await audit.record(by, Act.USER_SUSPENDED, user_id=user_id, **said)


async def unsuspend(user_id: int, by: Actor, jobs: Jobs) -> bool:
    """Let a user's keys work again, and show their tweets; whether they were suspended.

    Raises:
        UserNotFound: there is none.
    """
    async with transaction():
        await lock_subject(user_id, by)
        ended = await row(UNSUSPEND, user_id) is not None
        if ended:
            await audit.record(by, Act.USER_UNSUSPENDED, user_id=user_id)
    await told(user_id, jobs)
    return ended


async def lock_administrators() -> list[int]:
    """Inside a transaction, before any other lock: all who can act as one, and keep them from changing."""
    return [found["id"] for found in await rows(ADMINISTRATORS)]


async def keep_one(user_id: int) -> None:
    """Inside a transaction: raises LastAdministrator where nobody but this user could act as one."""
    if await lock_administrators() == [user_id]:
        raise LastAdministrator


async def lock_subject(user_id: int, by: Actor, *, leaving: bool = False) -> None:
    """Inside a transaction: keep a user from changing meanwhile. Raises UserNotFound, Administrator.

    Args:
        leaving: whether it may be somebody whose account is being deleted, and can still be kept.
    """
    found = await row(SUBJECT, user_id)
    if found is None or (found["is_leaving"] and not leaving):
        raise UserNotFound
    if found["is_admin"] and not by.is_terminal:
        raise Administrator


async def keep_acting(by: Actor) -> None:
    """Inside a transaction: keep an administrator one until it ends.

    For what goes on without them: whoever is suspended meanwhile waits, and finds what was made. Raises
    InvalidKey where the key, or who shows it, is no administrator's any more.
    """
    if not by.is_terminal and not await row(ACTING, by.user_id, by.key_id):
        raise InvalidKey


async def told(user_id: int, jobs: Jobs) -> None:
    """After the commit: no process honours their keys any more, or shows what is hidden."""
    # Also where nothing was changed: who did that may have died before anybody was told.
    await changes.tell(events.visibility(user_id))
    await hiding.begin(user_id, jobs)
