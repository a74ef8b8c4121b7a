"""Deletion of an account: it disappears from view at once, and is then removed in batches.

If the owner deletes it (or someone who stole their key), some days pass in between, during which the account
can be kept as it was.

The removal can be killed at any point and run again, even several times at once: each batch is a transaction,
and the user's row, which marks the work to do, goes last.
"""

from __future__ import annotations

from server.core import audit
from server.core.audit import Act, Actor
from server.core.cache import changes
from server.core.database.connection import row, transaction
from server.core.errors import InvalidBody, InvalidKey, PublicKey
from server.core.jobs import Job, Jobs
from server.core.live import event
from server.core.personal import Objects
from server.core.viewer import Viewer
from server.features.invitations import invitation
from server.features.moderation import events as moderation
from server.features.moderation import hiding, suspension_requests, suspensions
from server.features.people.user import User
from server.features.privacy import erasure, exports
from server.features.privacy.erasure import LeavingRow
from server.features.registry import ERASE
from storage.base import ObjectStore

# The number of days for which a user can keep the account that they deleted.
GRACE_DAYS = 7

# Remove everything that a deleted user left.
ERASE_USER = Job("people.erase_user")

# A task that was queued more seconds ago than this was lost in a crash: even a busy queue is faster.
FORGOTTEN_AFTER = 120

# The maximum number of users that one run resumes.
AT_ONCE = 100

NOT_CONFIRMED = "handle must be the handle of the account to delete."

# $1 user, whose row is locked. No row if they are suspended, or erased already.
OWNER = """
    SELECT demo, erase_after IS NOT NULL AS is_leaving FROM users
    WHERE id = $1 AND suspended_at IS NULL AND (deleted_at IS NULL OR erase_after > now()) FOR UPDATE
"""


async def delete_oneself(viewer: Viewer, handle: str, jobs: Jobs) -> LeavingRow:
    """Hide the viewer's account and revoke their links at once; the account is erased after `GRACE_DAYS`.

    Asking again changes nothing.

    Raises:
        InvalidBody: the handle, which confirms the deletion, is not the viewer's.
        InvalidKey: the viewer was suspended or deleted in the meantime.
        PublicKey: the viewer is a demo user, whose key is public.
        LastAdministrator: nobody else could act as an administrator.
    """
    if handle != viewer.handle:
        raise InvalidBody(NOT_CONFIRMED)
    async with transaction():
        if viewer.is_admin:
            await suspensions.keep_one(viewer.id)
        user = await row(OWNER, viewer.id)
        if user is None:
            raise InvalidKey
        if user["demo"]:
            raise PublicKey("The demo users are shared by everyone, so nobody can delete them.")
        if not user["is_leaving"]:
            await invitation.revoke_made_by(viewer.id)
            await erasure.hide(viewer.id, GRACE_DAYS)
    # Also where nothing was changed: whoever did that may have died before anybody was told.
    await changes.tell(moderation.visibility(viewer.id))
    await hiding.begin(viewer.id, jobs)
    found = await erasure.leaving(viewer.id)
    if found is None:  # kept, or erased, in this moment
        raise InvalidKey
    return found


async def read(viewer: Viewer) -> LeavingRow | None:
    """Until when the viewer's account can be kept, if it is being deleted; else None."""
    return await erasure.leaving(viewer.id)


async def keep(user_id: int, jobs: Jobs, by: Actor | None = None) -> bool:
    """Undo a user's deletion of their account; return whether there was one to undo.

    Args:
        by: the administrator who does it for the user; None for the user.
    """
    async with transaction():
        kept = await erasure.keep(user_id)
        if kept and by is not None:
            await audit.record(by, Act.USER_KEPT, user_id=user_id)
    if kept:  # a requested suspension that became due meanwhile has waited for this
        await suspension_requests.carry_out(jobs)
    # Also where nothing was changed: whoever did that may have died before anybody was told.
    await changes.tell(moderation.visibility(user_id))
    await hiding.begin(user_id, jobs)
    return kept


async def delete(user_id: int, handle: str, by: Actor, jobs: Jobs) -> None:
    """Delete a user's account at once, as an administrator. This cannot be undone.

    Raises:
        UserNotFound: there is no such user.
        Administrator: the user is an administrator, whom only the terminal can delete.
        LastAdministrator: nobody else could act as an administrator.
        InvalidBody: the handle, which confirms the deletion, is not the user's.
    """
    async with transaction():
        if by.is_terminal:
            await suspensions.keep_one(user_id)
        await suspensions.lock_subject(user_id, by, leaving=True)
        user = await User.get_or_none(id=user_id)
        if user is None or user.handle != handle:
            raise InvalidBody(NOT_CONFIRMED)
        await _mark(user_id, handle)
        await audit.record(by, Act.USER_DELETED, user_id=user_id)
    await changes.tell(moderation.visibility(user_id))
    await hiding.settle_some(user_id)  # so that most pages are full at once; the others when all are gone
    await jobs.send(ERASE_USER, user_id)


async def erase_some(user_id: int, store: ObjectStore, media_folder: str) -> bool:
    """Remove a batch of what a deleted user left; return whether there was anything.

    Nothing is removed if the user is not deleted: a message may be repeated, or come from someone else.
    """
    if not await erasure.is_deleted(user_id):
        return False
    objects = Objects(store, media_folder)
    for step in ERASE:
        if await step(user_id, objects):
            return True
    return await exports.remove_of(user_id, store)


async def erase(user_id: int, store: ObjectStore, media_folder: str) -> bool:
    """Remove everything that a deleted user left, and the user; return whether that is complete.

    It isn't if a worker is processing one of the pictures just now; `resume` finishes it later.
    """
    await _end_grace(user_id)
    while await erase_some(user_id, store, media_folder):
        await event.let_pass()
    return await erasure.remove_user(user_id)


async def resume(jobs: Jobs, *, older_than: float = FORGOTTEN_AFTER) -> int:
    """Queue the users who are due, and those that a crash left unfinished; return their number."""
    found = await erasure.forgotten(older_than, AT_ONCE)
    for user_id in found:
        await jobs.send(ERASE_USER, user_id)
    return len(found)


async def _end_grace(user_id: int) -> None:
    """If the grace period is over, make sure that the account can no longer be kept."""
    async with transaction():
        handle = await erasure.lock_due(user_id)
        if handle is None:
            return
        await _mark(user_id, handle)
    await changes.tell(moderation.visibility(user_id))


async def _mark(user_id: int, handle: str) -> None:
    await invitation.revoke_made_by(user_id)
    await erasure.mark(user_id, handle)
