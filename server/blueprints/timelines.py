"""Timelines: everybody's tweets, those that one follows, one author's."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.blueprints.tweets import LikersCount
from server.domain import timelines
from server.domain.errors import UserNotFound
from server.domain.paging import MAX_PAGE_SIZE, NEWEST, PAGE_SIZE
from server.domain.timelines import EMBEDDED_LIKERS, Timeline
from server.domain.viewer import Viewer
from server.http.envelope import Answer
from server.http.guards import context
from server.http.inputs import Before, Limit
from server.http.operation import operation
from server.wire import tweets as wire
from server.wire.tweets import Tweet

bp = Blueprint("timelines", url_prefix="/api")

PageNumber = Annotated[
    int,
    Meta(
        ge=0,
        description="The 1-based number of a PAGE of `limit` tweets, for old clients; use `before`.",
    ),
]


class TweetsQuery(msgspec.Struct, frozen=True):
    """Which part of a timeline."""

    limit: Limit = PAGE_SIZE
    offset: PageNumber = 1
    before: Before = NEWEST
    likers: LikersCount = EMBEDDED_LIKERS


class TimelineQuery(TweetsQuery, frozen=True):
    """Which timeline, and which part of it."""

    timeline: Timeline = Timeline.ALL


class TweetsPage(Answer, frozen=True, kw_only=True):
    """A page of tweets, the newest first."""

    tweets: list[Tweet]
    next: Annotated[int | None, Meta(description="What to give as `before` for the page after this one.")]


@bp.get("/tweets")
@operation(scope="read", query=TimelineQuery, answer=TweetsPage)
async def read(request: Request, viewer: Viewer, query: TimelineQuery) -> TweetsPage:
    """Read a timeline.

    Everybody's tweets, or with `timeline=following` one's own and those of the people one follows.
    Go on with `before` and `next`: these stay right while others tweet.
    """
    page = await timelines.read(viewer, query.timeline, **_part(query))
    return TweetsPage(tweets=[wire.tweet(row, context(request).urls) for row in page.items], next=page.next)


@bp.get("/users/<user_id:id>/tweets")
@operation(scope="read", query=TweetsQuery, answer=TweetsPage, errors=(UserNotFound,))
async def of_author(request: Request, viewer: Viewer, query: TweetsQuery, user_id: int) -> TweetsPage:
    """Read one author's tweets."""
    page = await timelines.of_author(viewer, user_id, **_part(query))
    return TweetsPage(tweets=[wire.tweet(row, context(request).urls) for row in page.items], next=page.next)


class UserTweetsQuery(msgspec.Struct, frozen=True):
    """Which part of a user's list of tweets."""

    limit: Limit = PAGE_SIZE
    before: Before = NEWEST
    likers: LikersCount = EMBEDDED_LIKERS


@bp.get("/users/<user_id:id>/media")
@operation(scope="read", query=UserTweetsQuery, answer=TweetsPage, errors=(UserNotFound,))
async def with_media(request: Request, viewer: Viewer, query: UserTweetsQuery, user_id: int) -> TweetsPage:
    """Read one author's tweets that have pictures."""
    page = await timelines.with_media(viewer, user_id, **_later_part(query))
    return TweetsPage(tweets=[wire.tweet(row, context(request).urls) for row in page.items], next=page.next)


@bp.get("/users/<user_id:id>/likes")
@operation(scope="read", query=UserTweetsQuery, answer=TweetsPage, errors=(UserNotFound,))
async def liked_by(request: Request, viewer: Viewer, query: UserTweetsQuery, user_id: int) -> TweetsPage:
    """Read the tweets that a user likes, the newest like first. `next` counts likes, not tweets."""
    page = await timelines.liked_by(viewer, user_id, **_later_part(query))
    return TweetsPage(tweets=[wire.tweet(row, context(request).urls) for row in page.items], next=page.next)


def _later_part(query: UserTweetsQuery | TweetsQuery) -> dict[str, int]:
    return {
        "limit": min(query.limit, MAX_PAGE_SIZE),
        "before": query.before,
        "likers": min(query.likers, EMBEDDED_LIKERS),
    }


def _part(query: TweetsQuery) -> dict[str, int]:
    return {**_later_part(query), "page": query.offset}
