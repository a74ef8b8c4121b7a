"""Tweets."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from server.features.people.user import User


class Tweet(Model):
    """A tweet. Triggers keep its counters, and `version` grows with them: they are never written here.

    A reply has the ids of the tweet that it replies to, of that tweet's author and of the thread's first
    tweet, and its path there (`server.features.replies.threads`). The ids stay when these tweets are deleted.

    `hidden` is for indexes: such a tweet is on no list, because its author is hidden (the mark follows a
    moment later) or because it is for the people mentioned only. The author's row and `visibility`, a level
    of `server.features.visibility`, say whether it is shown.

    `warning` is what readers see until they ask for the rest; if the tweet is `sensitive`, its pictures are
    covered until then. A tweet with a warning is always `sensitive`.

    `who_may_quote` is a level of `server.features.quotes.rules`, `language` a code of ISO 639-1.
    `preview_id` is the preview of the page that it links to (`server.features.previews`).

    Of several tweets that were published together, `part` is its number, from 1, and `parts` how many they
    were.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    author: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="tweets", on_delete=fields.CASCADE
    )
    author_id: int
    content = fields.TextField()
    warning = fields.TextField(null=True)
    sensitive = fields.BooleanField(default=False)
    in_reply_to_id: fields.Field[int | None] = fields.BigIntField(null=True)
    in_reply_to_user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="replies", null=True, on_delete=fields.SET_NULL
    )
    in_reply_to_user_id: int | None
    thread_root_id: fields.Field[int | None] = fields.BigIntField(null=True)
    thread_path: fields.Field[list[int] | None] = ArrayField("bigint", null=True)
    replies_count = fields.BigIntField(default=0)
    likes_count = fields.BigIntField(default=0)
    reposts_count = fields.BigIntField(default=0)
    has_poll = fields.BooleanField(default=False)
    has_quote = fields.BooleanField(default=False)
    who_may_quote = fields.SmallIntField(default=0)
    language = fields.TextField(null=True)
    preview_id: fields.Field[int | None] = fields.BigIntField(null=True)
    quotes_count = fields.BigIntField(default=0)
    hidden = fields.BooleanField(default=False)
    visibility = fields.SmallIntField(default=0)
    part = fields.SmallIntField(null=True)
    parts = fields.SmallIntField(null=True)
    version = fields.BigIntField(default=1)
    edited_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "tweets"
