"""Bookmarks."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from server.features.people.user import User
from server.features.tweets.tweet import Tweet


class Bookmark(Model):
    """A tweet that a user keeps for later, in private. The id orders the list, newest first."""

    id = fields.BigIntField(primary_key=True, generated=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="bookmarks", on_delete=fields.CASCADE
    )
    user_id: int
    tweet: fields.ForeignKeyRelation[Tweet] = fields.ForeignKeyField(
        "models.Tweet", related_name="bookmarks", on_delete=fields.CASCADE
    )
    tweet_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "bookmarks"
        unique_together = (("user", "tweet"),)
