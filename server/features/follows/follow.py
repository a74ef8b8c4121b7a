"""Who follows whom."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from server.features.people.user import User


class Follow(Model):
    """`follower` reads the tweets of `followee`, and what they repost unless that is hidden.

    With `notify`, new tweets of `followee` notify `follower`.

    The id orders the lists, newest first.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    follower: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="follows_made", on_delete=fields.CASCADE
    )
    follower_id: int
    followee: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="follows_received", on_delete=fields.CASCADE
    )
    followee_id: int
    reposts_hidden = fields.BooleanField(default=False)
    notify = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "follows"
        unique_together = (("follower", "followee"),)
