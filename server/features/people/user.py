"""People."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class User(Model):
    """A person. The three counters are kept by triggers, and `version` grows with them and with a new name:
    never written here.

    `demo` marks the two users of demo mode: outside of it none of their keys is honoured. No key of who is
    suspended or being deleted is. `hidden` is whether their tweets are shown to nobody, and `unsettled` that
    not all of the tweets say so yet. `default_visibility` is the level of tweets that say nothing else;
    following somebody who is `locked` takes their consent. `default_sensitive` is whether the pictures of
    their tweets are covered unless a tweet says otherwise. `time_zone` is its name in the IANA database.
    `avatar` and `header` are the paths of pictures (`MediaAttachment`).
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    handle = fields.CharField(30, unique=True)
    name = fields.CharField(50)
    avatar = fields.TextField(null=True)
    header = fields.TextField(null=True)
    is_admin = fields.BooleanField(default=False)
    demo = fields.BooleanField(default=False)
    suspended_at = fields.DatetimeField(null=True)
    suspension_reason = fields.CharField(200, default="")
    deleted_at = fields.DatetimeField(null=True)
    hidden = fields.BooleanField(default=False)
    unsettled = fields.BooleanField(default=False)
    default_visibility = fields.SmallIntField(default=0)
    default_sensitive = fields.BooleanField(default=False)
    locked = fields.BooleanField(default=False)
    time_zone = fields.TextField(null=True)
    tweets_count = fields.BigIntField(default=0)
    followers_count = fields.BigIntField(default=0)
    following_count = fields.BigIntField(default=0)
    version = fields.BigIntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "users"
