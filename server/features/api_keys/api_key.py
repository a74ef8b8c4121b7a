"""API keys: only the SHA-256 of a key is known here."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from server.features.people.user import User


class ApiKey(Model):
    """One key of a user. `public` marks the demo users' known keys, which nobody can revoke.

    `made_with` is the key that was shown when this one was made; None where nobody showed one. One that does
    not know the scope `account` was made by a process of an earlier version, and gets it by `adopt`.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="api_keys", on_delete=fields.CASCADE
    )
    user_id: int
    hash = fields.BinaryField()  # unique by the first migration: Tortoise cannot say it of bytes
    name = fields.CharField(50)
    scopes: list[str] = ArrayField("text")
    public = fields.BooleanField(default=False)
    made_with: fields.ForeignKeyNullableRelation[ApiKey] = fields.ForeignKeyField(
        "models.ApiKey", related_name="made", on_delete=fields.SET_NULL, null=True
    )
    made_with_id: int | None
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    knows_account = fields.BooleanField(default=True)

    class Meta:
        table = "api_keys"
