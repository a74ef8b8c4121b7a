"""Tweets in bodies and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.shapes.media import Media, media
from server.core.viewer import Person
from server.features.media.urls import MediaUrls
from server.features.people.people import ListedPerson
from server.features.timelines.timeline import TweetRow


class NewTweet(msgspec.Struct, frozen=True):
    """The request body that publishes a tweet. Other fields are ignored, because old clients send some."""

    tweet_data: Annotated[
        str | None, Meta(description="The text. It can be empty or absent if there is a picture.")
    ] = None
    tweet_media_ids: Annotated[
        list[int] | None,
        Meta(description="Up to 4 of your pictures, in the order to show them."),
    ] = None


class Like(msgspec.Struct, frozen=True):
    """A user who likes a tweet. `id` and `user_id` are the same number, for two generations of clients."""

    id: int
    user_id: int
    name: str


class LikeInList(msgspec.Struct, frozen=True):
    """A user who likes a tweet, in a paged list."""

    id: int
    user_id: int
    name: str
    handle: str
    followed: Annotated[bool, Meta(description="Whether the viewer follows this user.")]


class Tweet(msgspec.Struct, frozen=True):
    """A tweet, with at most 100 likers (`?likers=<n>` asks for fewer), the viewer first."""

    id: int
    content: str
    attachments: Annotated[list[str], Meta(description="URLs of the pictures, for `<img src>`.")]
    media: list[Media]
    author: Person
    likes: list[Like]
    likes_count: int
    liked: Annotated[bool, Meta(description="Whether the viewer likes it.")]
    bookmarked: Annotated[bool, Meta(description="Whether the viewer has bookmarked it.")]
    version: Annotated[int, Meta(description="Increases with each change of `likes_count`.")]
    created_at: datetime
    stamp: Annotated[datetime, Meta(description="The same as `created_at`.")]


def tweet(row: TweetRow, urls: MediaUrls) -> Tweet:
    """The tweet as an answer shows it to somebody who does not like it."""
    pictures = [media(item, urls) for item in row.media]
    return Tweet(
        id=row.id,
        content=row.content,
        attachments=[picture.url for picture in pictures],
        media=pictures,
        author=Person(row.author_id, row.author_name, row.author_handle),
        likes=[Like(liker.id, liker.id, liker.name) for liker in row.likers],
        likes_count=row.likes_count,
        liked=False,
        bookmarked=False,
        version=row.version,
        created_at=row.created_at,
        stamp=row.created_at,
    )


def one(shown: bytes) -> bytes:
    """The answer of one tweet that is JSON already (`OneTweet`)."""
    return b'{"result":true,"tweet":%b}' % shown


def published(tweet_id: int, shown: bytes) -> bytes:
    """The answer of a new tweet that is JSON already (`Published`)."""
    return b'{"result":true,"tweet_id":%d,"tweet":%b}' % (tweet_id, shown)


def likes(found: list[ListedPerson]) -> list[LikeInList]:
    """A page of likers as an answer shows them."""
    return [LikeInList(who.id, who.id, who.name, who.handle, who.followed) for who in found]
