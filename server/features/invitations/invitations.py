"""Administrators make, list and revoke invitations; anyone who has the link can use it until it's used up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.core import audit, text
from server.core.audit import TERMINAL, Act, Actor
from server.core.database.connection import transaction
from server.core.errors import Administrator, InvalidBody, InvitationNotFound, UserNotFound
from server.core.paging import NEWEST, Page
from server.core.security.api_keys import INVITATION, digest, generate, is_well_formed
from server.features.api_keys import api_keys as keys
from server.features.invitations import invitation
from server.features.invitations.invitation import (
    ADMIN_HOURS,
    DAYS,
    MAX_DAYS,
    MAX_USES,
    Invitation,
    InvitationRow,
    OpenInvitation,
)
from server.features.moderation import suspension_requests, suspensions
from server.features.people import accounts
from server.features.people.user import User

NOTE_MAX_LENGTH = 200

# The name of the key that a recovery link gives.
RECOVERED = "recovered"


async def make(
    *,
    by: Actor = TERMINAL,
    uses: int = 1,
    days: int = DAYS,
    note: str = "",
    user_id: int | None = None,
    admin: bool = False,
) -> tuple[InvitationRow, str]:
    """Make an invitation; this is the only time that its token is returned.

    Args:
        by: the administrator who makes it.
        user_id: the existing user who gets another key by it, instead of a new user.
        admin: whether it makes an administrator; then it has one use and lasts 48 hours at most.

    Raises:
        InvalidBody: a number or the note breaks a rule, or the arguments contradict each other.
        UserNotFound: there is no user to recover.
        InvalidKey: the administrator was suspended or deleted in the meantime.
        NoConsent: a suspension of the administrator who makes it is pending.
        Administrator: only the terminal can give an administrator another key, so that no administrator can
            take over another's account.
    """
    if not 1 <= uses <= MAX_USES:
        raise InvalidBody(f"max_uses must be from 1 to {MAX_USES}.")
    if not 1 <= days <= MAX_DAYS:
        raise InvalidBody(f"expires_in_days must be from 1 to {MAX_DAYS}.")
    shown = text.line("note", note, NOTE_MAX_LENGTH) if note.strip() else ""
    if user_id is not None:
        if uses != 1 or admin:
            raise InvalidBody("A link for an existing user works once and makes nobody an administrator.")
        await _recoverable(user_id, by)
    lasts = timedelta(days=days)
    if admin:
        uses, lasts = 1, min(lasts, timedelta(hours=ADMIN_HOURS))
    token = generate(INVITATION)
    async with transaction():
        await suspensions.keep_acting(by)
        await suspension_requests.refuse_subject(by)
        record = await Invitation.create(
            token_hash=digest(token),
            created_by_id=by.user_id,
            user_id=user_id,
            admin=admin,
            note=shown,
            max_uses=uses,
            expires_at=datetime.now(UTC) + lasts,
        )
        await invitation.remember_key(record.id, by.key_id)
        await audit.record(
            by, Act.INVITATION_MADE, user_id=user_id, subject_id=record.id, max_uses=uses, admin=admin
        )
    (made,) = await invitation.page(before=NEWEST, limit=1, only=record.id)
    return made, token


async def listed(*, limit: int, before: int) -> Page[InvitationRow]:
    """Invitations, the newest first."""
    found = await invitation.page(before=before, limit=limit + 1)
    items = found[:limit]
    return Page(items, items[-1].id if len(found) > limit and items else None)


async def revoke(invitation_id: int, by: Actor = TERMINAL) -> None:
    """Revoke an invitation for good; the users whom it created stay.

    Raises:
        InvitationNotFound: it is unknown, or revoked already.
    """
    async with transaction():
        found = Invitation.filter(id=invitation_id, revoked_at=None)
        if not await found.update(revoked_at=datetime.now(UTC)):
            raise InvitationNotFound("No invitation with this id can be revoked.")
        await audit.record(by, Act.INVITATION_REVOKED, subject_id=invitation_id)


async def read(token: str) -> OpenInvitation:
    """Tell what a link is for, as long as it can be used.

    Raises:
        InvitationNotFound: it is mistyped, unknown, expired, used up or revoked; we never say which.
    """
    if not is_well_formed(token, INVITATION):
        raise InvitationNotFound
    found = await invitation.usable(digest(token))
    if found is None:
        raise InvitationNotFound
    return found


async def accept(token: str, handle: str | None, name: str | None) -> tuple[User, str]:
    """Use a link: return the new or recovered user with a key, whose text is returned only this once.

    One transaction takes the use and does the work: if the work fails, the use is not taken.

    Raises:
        InvitationNotFound: as in `read`.
        InvalidBody: handle or name break a rule, or were chosen for an existing user.
        HandleTaken: another user has this handle.
    """
    if not is_well_formed(token, INVITATION):
        raise InvitationNotFound
    async with transaction():
        taken = await invitation.take(digest(token))
        if taken is None:
            raise InvitationNotFound
        user_id, admin = taken
        if user_id is not None:
            return await _recover(user_id, handle, name)
        if handle is None:
            raise InvalidBody("handle is missing.")
        return await accounts.create(handle, name, admin=admin)


async def _recover(user_id: int, handle: str | None, name: str | None) -> tuple[User, str]:
    if handle is not None or name is not None:
        raise InvalidBody("This link is for an existing user, so you can't choose a handle or a name.")
    user = await User.get(id=user_id)
    # A user who lost their key can't revoke others to make room.
    _, key = await keys.create(user, RECOVERED, beyond_bound=True)
    return user, key


async def _recoverable(user_id: int, by: Actor) -> None:
    user = await User.get_or_none(id=user_id, deleted_at=None)
    if user is None:
        raise UserNotFound
    if user.is_admin and not by.is_terminal:
        raise Administrator
    if user.suspended_at is not None:
        raise InvalidBody("This user is suspended and can't get a key. End the suspension first.")
    if user.demo:
        raise InvalidBody("Everyone shares the demo users' keys, so there is nothing to recover.")
