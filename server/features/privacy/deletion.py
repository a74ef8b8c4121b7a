"""Deletion of an account: from one moment on nobody sees anything of it; then it is removed in batches.

Between the two lie some days where the owner asks for it, or whoever has stolen their key: until they are
over, the account can be kept as it was.

The removal may be killed at any point and run again, by several at once too: each batch is a transaction, and
the row of the user, which says that there is something to do, goes last.
"""

from __future__ import annotations

from server.core import audit
from server.core.audit import Act, Actor
from server.core.cache import changes
from server.core.database.connection import row, transaction
from server.core.errors import InvalidBody, InvalidKey, PublicKey
from server.core.jobs import Job, Jobs
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

# How long an account is there after its owner has deleted it.
GRACE_DAYS = 7

# Remove all that a deleted user left.
ERASE_USER = Job("people.erase_user")

# Longer than a task waits in a busy queue: after this a crash lost it. Seconds.
FORGOTTEN_AFTER = 120

# Users that are taken up again in one go.
AT_ONCE = 100

NOT_CONFIRMED = "handle must be the handle of the account to delete."

# $1 user, locked. Nobody where they are suspended, or erased already.
OWNER = """
    SELECT demo, erase_after IS NOT NULL AS is_leaving FROM users
    WHERE id = $1 AND suspended_at IS NULL AND (deleted_at IS NULL OR erase_after > now()) FOR UPDATE
"""


async def delete_oneself(viewer: Viewer, handle: str, jobs: Jobs) -> LeavingRow:
    """Hide the viewer's account at once, with the links that they made; it is erased after `GRACE_DAYS`.

    Asked for again, it stays as it is.

    Raises:
        InvalidBody: the handle is not the viewer's: it is what confirms this.
        InvalidKey: the viewer was suspended or deleted at this moment.
        PublicKey: a demo user, whose key is everybody's.
        LastAdministrator: nobody else could act as one.
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
    """Until when the viewer's account, which is being deleted, can be kept; None where it is not."""
    return await erasure.leaving(viewer.id)


async def keep(user_id: int, jobs: Jobs, by: Actor | None = None) -> bool:
    """Take back that a user deleted their account; whether there was something to take back.

    Args:
        by: who does it in their place; None for the user.
    """
    async with transaction():
        kept = await erasure.keep(user_id)
        if kept and by is not None:
            await audit.record(by, Act.USER_KEPT, user_id=user_id)
    if kept:  # a suspension whose time came meanwhile has waited for this, and waits no longer
        await suspension_requests.carry_out(jobs)
    await changes.tell(moderation.visibility(user_id))
    await hiding.begin(user_id, jobs)
    return kept


async def delete(user_id: int, handle: str, by: Actor, jobs: Jobs) -> None:
    """Delete somebody's account at once, as an administrator. Not to be taken back.

    Raises:
        UserNotFound: there is none.
        Administrator: only the terminal deletes one.
        LastAdministrator: nobody else could act as one.
        InvalidBody: the handle is not the user's: it is what confirms this.
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
    """Remove a batch of what a deleted user left; whether anything was.

    Of a user who is not deleted nothing is removed: a message may be sent again, or be somebody else's.
    """
    if not await erasure.is_deleted(user_id):
        return False
    objects = Objects(store, media_folder)
    for step in ERASE:
        if await step(user_id, objects):
            return True
    return await exports.remove_of(user_id, store)


async def erase(user_id: int, store: ObjectStore, media_folder: str) -> bool:
    """Remove all that a deleted user left, and the user; whether that is done.

    It is not where a worker is at one of the pictures at this moment: `resume` comes again then.
    """
    await _end_grace(user_id)
    while await erase_some(user_id, store, media_folder):
        pass
    return await erasure.remove_user(user_id)


async def resume(jobs: Jobs, *, older_than: float = FORGOTTEN_AFTER) -> int:
    """Queue those whose time has come, and what a crash has left; how many users."""
    found = await erasure.forgotten(older_than, AT_ONCE)
    for user_id in found:
        await jobs.send(ERASE_USER, user_id)
    return len(found)


async def _end_grace(user_id: int) -> None:
    """Where its time has come: from here on the account cannot be kept."""
    async with transaction():
        handle = await erasure.lock_due(user_id)
        if handle is None:
            return
        await _mark(user_id, handle)
    await changes.tell(moderation.visibility(user_id))


async def _mark(user_id: int, handle: str) -> None:
    await invitation.revoke_made_by(user_id)
    await erasure.mark(user_id, handle)
