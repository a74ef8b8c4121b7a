"""Tweets."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from server.features.people.user import User


class Tweet(Model):
    """A tweet. `likes_count` is kept by a trigger, and `version` grows with it: never written here.

    `hidden` follows the author's, a moment later: for indexes. Whether it is shown, the author's row says.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    author: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="tweets", on_delete=fields.CASCADE
    )
    author_id: int
    content = fields.TextField()
    likes_count = fields.BigIntField(default=0)
    hidden = fields.BooleanField(default=False)
    version = fields.BigIntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "tweets"
