"""Tweets in bodies and answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.models.people import ListedPerson, Person
from server.models.timeline import TweetRow
from server.wire.media import Media, MediaUrls


class NewTweet(msgspec.Struct, frozen=True):
    """The body that publishes. Other fields are ignored: old clients send some."""

    tweet_data: Annotated[
        str | None, Meta(description="The text; may be empty or absent where there is a picture.")
    ] = None
    tweet_media_ids: Annotated[
        list[int] | None,
        Meta(description="Up to 4 pictures of one's own, in the order to be shown."),
    ] = None


class Like(msgspec.Struct, frozen=True):
    """Who likes a tweet: `id` and `user_id` are the same number, for two generations of clients."""

    id: int
    user_id: int
    name: str


class LikeInList(msgspec.Struct, frozen=True):
    """Who likes a tweet, in a paged list."""

    id: int
    user_id: int
    name: str
    handle: str
    followed: Annotated[bool, Meta(description="Whether the viewer follows this user.")]


class Tweet(msgspec.Struct, frozen=True):
    """A tweet. At most 100 likers stand here (`?likers=<n>` asks for fewer), the viewer first."""

    id: int
    content: str
    attachments: Annotated[list[str], Meta(description="URLs of the pictures, for `<img src>`.")]
    media: list[Media]
    author: Person
    likes: list[Like]
    likes_count: int
    liked: Annotated[bool, Meta(description="Whether the viewer likes it.")]
    version: Annotated[int, Meta(description="Grows with each change of `likes_count`.")]
    created_at: datetime
    stamp: Annotated[datetime, Meta(description="The same as `created_at`.")]


def tweet(row: TweetRow, urls: MediaUrls) -> Tweet:
    """The tweet as an answer shows it to somebody who does not like it."""
    media = [urls.media(item) for item in row.media]
    return Tweet(
        id=row.id,
        content=row.content,
        attachments=[item.url for item in media],
        media=media,
        author=Person(row.author_id, row.author_name, row.author_handle),
        likes=[Like(liker.id, liker.id, liker.name) for liker in row.likers],
        likes_count=row.likes_count,
        liked=False,
        version=row.version,
        created_at=row.created_at,
        stamp=row.created_at,
    )


def liked_by(shown: Tweet, user_id: int, name: str, *, likers: int) -> Tweet:
    """The same for somebody who does: who leads the likers, however many are newer."""
    others = [like for like in shown.likes if like.id != user_id]
    likes = [Like(user_id, user_id, name), *others][:likers]
    return msgspec.structs.replace(shown, liked=True, likes=likes)


def page(shown: Sequence[bytes], next_cursor: int | None) -> bytes:
    """The answer of a page of tweets that are JSON already (`TweetsPage`)."""
    cursor = b"null" if next_cursor is None else b"%d" % next_cursor
    return b'{"result":true,"tweets":[%b],"next":%b}' % (b",".join(shown), cursor)


def one(shown: bytes) -> bytes:
    """The answer of one tweet that is JSON already (`OneTweet`)."""
    return b'{"result":true,"tweet":%b}' % shown


def published(tweet_id: int, shown: bytes) -> bytes:
    """The answer of a new tweet that is JSON already (`Published`)."""
    return b'{"result":true,"tweet_id":%d,"tweet":%b}' % (tweet_id, shown)


def likes(found: list[ListedPerson]) -> list[LikeInList]:
    """A page of likers as an answer shows them."""
    return [LikeInList(who.id, who.id, who.name, who.handle, who.followed) for who in found]
