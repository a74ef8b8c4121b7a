"""Likes."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from server.features.people.user import User
from server.features.tweets.tweet import Tweet


class Like(Model):
    """A user's like of a tweet. The id orders the lists, newest first."""

    id = fields.BigIntField(primary_key=True, generated=True)
    tweet: fields.ForeignKeyRelation[Tweet] = fields.ForeignKeyField(
        "models.Tweet", related_name="likes", on_delete=fields.CASCADE
    )
    tweet_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="likes", on_delete=fields.CASCADE
    )
    user_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "likes"
        unique_together = (("tweet", "user"),)
