"""Pictures: the row beside the objects in storage."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from server.features.people.user import User
from server.features.tweets.tweet import Tweet


class MediaState(StrEnum):
    """Where a picture is on its way."""

    PENDING = "pending"  # uploaded; a worker makes its variants
    READY = "ready"  # variants stand in storage
    BROKEN = "broken"  # could not be decoded, or breaks a limit
    REMOVED = "removed"  # its objects are to be deleted, then the row


class Purpose(StrEnum):
    """What a picture is for, which decides about its variants."""

    TWEET = "tweet"
    AVATAR = "avatar"
    HEADER = "header"


class MediaAttachment(Model):
    """A picture. `token` is the random part of its URL and of its object keys.

    The owner cannot vanish before the picture (RESTRICT): its objects would be orphaned. A tweet that
    vanishes leaves the row behind unattached, to be cleaned up. `position` is its place in the tweet; null if
    only earlier versions of it show the picture. `focus` is its focal point, which stays visible when it is
    shown cropped: x from -1 at the left to 1 at the right, and y from -1 at the bottom to 1 at the top.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    token = fields.CharField(32, unique=True)
    owner: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="media", on_delete=fields.RESTRICT
    )
    owner_id: int
    tweet: fields.ForeignKeyNullableRelation[Tweet] = fields.ForeignKeyField(
        "models.Tweet", related_name="media", on_delete=fields.SET_NULL, null=True
    )
    tweet_id: int | None
    position: fields.Field[int | None] = fields.SmallIntField(default=0, null=True)
    state = fields.CharEnumField(MediaState, max_length=10, default=MediaState.PENDING)
    attempts = fields.SmallIntField(default=0)
    working_until = fields.DatetimeField(null=True)  # the lease of the worker that is at it
    failure = fields.TextField(null=True)
    purpose = fields.CharEnumField(Purpose, max_length=10, default=Purpose.TWEET)
    on_profile = fields.BooleanField(default=False)  # it is its owner's avatar or header
    alt = fields.TextField(default="")
    focus: fields.Field[list[float] | None] = ArrayField("float8", null=True)
    content_type = fields.CharField(20, null=True)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    thumbhash = fields.CharField(64, null=True)
    digests = fields.JSONField(null=True)  # type: ignore[var-annotated]  # of each variant: size, SHA-256
    slow = fields.BooleanField(default=False)  # it was too much for the quick lane
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "media_attachments"
