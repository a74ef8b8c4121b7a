"""Tweets: publish, read one, delete, like."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch import dialect
from server.api.perch.shapes import tweets as wire
from server.api.perch.shapes.tweets import LikeInList, NewTweet, Tweet
from server.core.errors import (
    BrokenPicture,
    IdempotencyKeyReused,
    MediaInUse,
    MediaNotFound,
    NotAuthor,
    QuotaExceeded,
    TweetNotFound,
)
from server.core.viewer import Viewer
from server.features.likes import likes
from server.features.timelines import timelines
from server.features.timelines.pages import Pages
from server.features.timelines.timelines import EMBEDDED_LIKERS
from server.features.tweets import idempotency, tweets

bp = Blueprint("tweets", url_prefix="/api/tweets")

LikersCount = Annotated[
    int, Meta(ge=0, description=f"How many likers to embed in a tweet; at most {EMBEDDED_LIKERS}.")
]


IdempotencyKey = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=idempotency.MAX_LENGTH,
        pattern="^[ -~]+$",
        description="1 to 200 printable ASCII characters of the client's choice, new for each tweet. The "
        "same key with the same tweet is published once, however often and wherever it is sent within a day; "
        "with another tweet it is refused.",
    ),
]


class LikersQuery(msgspec.Struct, frozen=True):
    """How many likers a tweet's answer embeds."""

    likers: LikersCount = EMBEDDED_LIKERS


class PublishHeaders(msgspec.Struct, frozen=True, rename={"idempotency_key": "Idempotency-Key"}):
    """What makes a tweet that is sent twice one tweet."""

    idempotency_key: IdempotencyKey | msgspec.UnsetType = msgspec.UNSET

    @property
    def key(self) -> str | None:
        """The key, if there is one."""
        return None if self.idempotency_key is msgspec.UNSET else self.idempotency_key


class Published(Answer, frozen=True, kw_only=True):
    """A new tweet."""

    tweet_id: int
    tweet: Tweet


class OneTweet(Answer, frozen=True, kw_only=True):
    """One tweet."""

    tweet: Tweet


class LikesPage(Answer, frozen=True, kw_only=True):
    """A page of likers, the newest first."""

    likes: list[LikeInList]
    next: int | None


def pages(request: Request) -> Pages:
    """The cache of rendered tweets."""
    return context(request).memory.pages[dialect.NAME]


@bp.post("/")
@operation(
    scope="write",
    body=NewTweet,
    answer=Published,
    status=201,
    headers=PublishHeaders,
    told={"Idempotency-Replayed": "`true` where an earlier request with the same key published the tweet."},
    errors=(MediaNotFound, MediaInUse, BrokenPicture, TweetNotFound, IdempotencyKeyReused, QuotaExceeded),
)
async def publish(
    request: Request, viewer: Viewer, body: NewTweet, headers: PublishHeaders
) -> Published | Rendered:
    """Publish a tweet.

    It needs text or a picture. The text survives unchanged, whatever Unicode it holds. Unknown fields
    are ignored. Whoever got no answer sends the same again with the same `Idempotency-Key`: the tweet that
    was published by then is the answer, marked by `Idempotency-Replayed`, or `tweet_not_found` where it was
    deleted since. A request that fails takes no key.
    """
    perch = context(request)
    published = await tweets.publish(
        viewer,
        body.tweet_data or "",
        body.tweet_media_ids or [],
        max_length=perch.settings.tweet_max_length,
        day_bytes=perch.settings.text_bytes_per_day,
        key=headers.key,
    )
    if published.shown is not None:
        return Published(tweet_id=published.tweet_id, tweet=wire.tweet(published.shown, perch.urls))
    shown = await timelines.tweet(viewer, pages(request), published.tweet_id, likers=0)
    told = {"idempotency-replayed": "true"}
    return Rendered(wire.published(published.tweet_id, shown), told)


@bp.get("/<tweet_id:id>")
@operation(scope="read", query=LikersQuery, answer=OneTweet, errors=(TweetNotFound,))
async def read(request: Request, viewer: Viewer, query: LikersQuery, tweet_id: int) -> Rendered:
    """Read one tweet."""
    return Rendered(wire.one(await timelines.tweet(viewer, pages(request), tweet_id, likers=query.likers)))


@bp.delete("/<tweet_id:id>")
@operation(scope="write", errors=(TweetNotFound, NotAuthor))
async def delete(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Delete one's own tweet, with its likes and its pictures.

    With the scope `admin`, anybody's: that is on record.
    """
    await tweets.delete(viewer, tweet_id, context(request).jobs)
    return Answer()


@bp.post("/<tweet_id:id>/likes")
@operation(scope="write", errors=(TweetNotFound,))
async def like(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Like a tweet. Liking again changes nothing and succeeds."""
    await likes.like(viewer, tweet_id)
    return Answer()


@bp.delete("/<tweet_id:id>/likes")
@operation(scope="write", errors=(TweetNotFound,))
async def unlike(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Take a like back. Where there is none, this succeeds too."""
    await likes.unlike(viewer, tweet_id)
    return Answer()


@bp.get("/<tweet_id:id>/likes")
@operation(scope="read", query=PageQuery, answer=LikesPage, errors=(TweetNotFound,))
async def likers(request: Request, viewer: Viewer, query: PageQuery, tweet_id: int) -> LikesPage:
    """List who likes a tweet, the newest first."""
    page = await likes.of_tweet(viewer, tweet_id, limit=query.size, before=query.before)
    return LikesPage(likes=wire.likes(page.items), next=page.next)
