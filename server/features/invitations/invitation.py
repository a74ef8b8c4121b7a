"""Invitations: links that create a user, or another key for one. Only a token's SHA-256 is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from tortoise import fields
from tortoise.models import Model

from server.core.database.connection import row, rows
from server.core.viewer import Person
from server.features.people.user import User

# The number of uses and the lifetime of an invitation: the maximum and the default.
MAX_USES = 1000
DAYS, MAX_DAYS = 7, 365

# A link that makes an administrator has one use, and lasts at most this many hours.
ADMIN_HOURS = 48

State = Literal["open", "used_up", "expired", "revoked"]


class Invitation(Model):
    """One link. `user` is set where it recovers an existing user, who gets another key by it."""

    id = fields.BigIntField(primary_key=True, generated=True)
    token_hash = fields.BinaryField()  # unique by the migration: Tortoise cannot say it of bytes
    created_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="invitations", on_delete=fields.SET_NULL, null=True
    )
    created_by_id: int | None  # None: made on a terminal
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="recoveries", on_delete=fields.CASCADE, null=True
    )
    user_id: int | None
    admin = fields.BooleanField(default=False)  # whom it makes becomes an administrator
    note = fields.CharField(200, default="")
    max_uses = fields.IntField(default=1)
    used = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitations"


class InvitationRow(msgspec.Struct, frozen=True):
    """An invitation as administrators see it."""

    id: int
    note: str
    admin: bool
    max_uses: int
    used: int
    state: State
    created_at: datetime
    expires_at: datetime
    created_by: Person | None
    user: Person | None


class OpenInvitation(msgspec.Struct, frozen=True):
    """An invitation that can still be used, and the user it recovers, if any."""

    admin: bool
    expires_at: datetime
    user_id: int | None
    handle: str | None
    name: str | None


# A link stops working when the key that it was made with does.
KEY_ENDED = """
    EXISTS (SELECT 1 FROM api_keys k WHERE k.id = made_by_key_id
        AND (k.revoked_at IS NOT NULL OR k.expires_at <= now()))
"""

# The database's clock decides, whichever machine asks.
USABLE = f"revoked_at IS NULL AND expires_at > now() AND used < max_uses AND NOT {KEY_ENDED}"

# $1 before, $2 how many, $3 the id of a single invitation, or null for all.
LISTED = f"""
    SELECT i.id, i.note, i.admin, i.max_uses, i.used, i.created_at, i.expires_at,
        CASE WHEN i.revoked_at IS NOT NULL THEN 'revoked' WHEN i.used >= i.max_uses THEN 'used_up'
            WHEN i.expires_at <= now() THEN 'expired' WHEN {KEY_ENDED} THEN 'revoked' ELSE 'open'
            END AS state,
        CASE WHEN c.id IS NOT NULL THEN jsonb_build_object(
            'id', c.id, 'name', c.name, 'handle', c.handle, 'avatar', c.avatar) END AS created_by,
        CASE WHEN u.id IS NOT NULL THEN jsonb_build_object(
            'id', u.id, 'name', u.name, 'handle', u.handle, 'avatar', u.avatar) END AS "user"
    FROM invitations i LEFT JOIN users c ON c.id = i.created_by_id LEFT JOIN users u ON u.id = i.user_id
    WHERE i.id < $1 AND ($3::bigint IS NULL OR i.id = $3) ORDER BY i.id DESC LIMIT $2
"""

FOUND = f"""
    SELECT i.admin, i.expires_at, i.user_id, u.handle, u.name
    FROM invitations i LEFT JOIN users u ON u.id = i.user_id WHERE token_hash = $1 AND {USABLE}
"""

# If two requests take the last use at once, the second waits here for the first, then finds it taken.
TAKE = f"UPDATE invitations SET used = used + 1 WHERE token_hash = $1 AND {USABLE} RETURNING user_id, admin"


MADE_WITH = "UPDATE invitations SET made_by_key_id = $2 WHERE id = $1 RETURNING 1"

REVOKE_OF = """
    UPDATE invitations SET revoked_at = now()
    WHERE (created_by_id = $1 OR user_id = $1) AND revoked_at IS NULL RETURNING 1
"""


async def page(*, before: int, limit: int, only: int | None = None) -> list[InvitationRow]:
    """Invitations, the newest first."""
    found = await rows(LISTED, before, limit, only)
    return [InvitationRow(**{**one, **_people(one)}) for one in found]


async def usable(token_hash: bytes) -> OpenInvitation | None:
    """The invitation, while it can be used."""
    found = await row(FOUND, token_hash)
    return OpenInvitation(**found) if found else None


async def take(token_hash: bytes) -> tuple[int | None, bool] | None:
    """Take one use, inside a transaction; return whom it recovers and whether it makes an administrator."""
    found = await row(TAKE, token_hash)
    return (found["user_id"], found["admin"]) if found else None


async def remember_key(invitation_id: int, key_id: int | None) -> None:
    """Record the key that a link was made with; None if it was made on the terminal."""
    await rows(MADE_WITH, invitation_id, key_id)


async def revoke_made_by(user_id: int) -> None:
    """Revoke all links that a user made, or that would give this user another key."""
    await rows(REVOKE_OF, user_id)


def _people(found: dict[str, str | None]) -> dict[str, Person | None]:
    texts = {name: found[name] for name in ("created_by", "user")}
    return {name: msgspec.json.decode(text, type=Person) if text else None for name, text in texts.items()}
