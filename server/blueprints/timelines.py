"""Timelines: everybody's tweets, those that one follows, one author's."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.blueprints.tweets import LikersCount
from server.domain import timelines
from server.domain.errors import UserNotFound
from server.domain.paging import MAX_PAGE_SIZE, NEWEST, PAGE_SIZE, Page
from server.domain.timelines import EMBEDDED_LIKERS, Timeline, UserList
from server.domain.viewer import Viewer
from server.http.envelope import Answer
from server.http.guards import context
from server.http.inputs import Before, Limit
from server.http.operation import operation
from server.models.timeline import TweetRow
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


class ListQuery(msgspec.Struct, frozen=True):
    """Which part of a list of tweets."""

    limit: Limit = PAGE_SIZE
    before: Before = NEWEST
    likers: LikersCount = EMBEDDED_LIKERS


class TweetsQuery(ListQuery, frozen=True):
    """The same, for clients that count pages too."""

    offset: PageNumber = 1


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
    return _answer(request, page)


@bp.get("/users/<user_id:id>/tweets")
@operation(scope="read", query=TweetsQuery, answer=TweetsPage, errors=(UserNotFound,))
async def of_author(request: Request, viewer: Viewer, query: TweetsQuery, user_id: int) -> TweetsPage:
    """Read one author's tweets."""
    return _answer(request, await timelines.of_user(viewer, UserList.TWEETS, user_id, **_part(query)))


@bp.get("/users/<user_id:id>/media")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(UserNotFound,))
async def with_media(request: Request, viewer: Viewer, query: ListQuery, user_id: int) -> TweetsPage:
    """Read one author's tweets that have pictures."""
    return _answer(request, await timelines.of_user(viewer, UserList.MEDIA, user_id, **_part(query)))


@bp.get("/users/<user_id:id>/likes")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(UserNotFound,))
async def liked_by(request: Request, viewer: Viewer, query: ListQuery, user_id: int) -> TweetsPage:
    """Read the tweets that a user likes, the newest like first. `next` counts likes, not tweets."""
    return _answer(request, await timelines.of_user(viewer, UserList.LIKES, user_id, **_part(query)))


def _answer(request: Request, page: Page[TweetRow]) -> TweetsPage:
    urls = context(request).urls
    return TweetsPage(tweets=[wire.tweet(row, urls) for row in page.items], next=page.next)


def _part(query: ListQuery) -> dict[str, int]:
    return {
        "limit": min(query.limit, MAX_PAGE_SIZE),
        "before": query.before,
        "page": query.offset if isinstance(query, TweetsQuery) else 1,
        "likers": min(query.likers, EMBEDDED_LIKERS),
    }
