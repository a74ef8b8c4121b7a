"""Timelines: everyone's tweets, those of the people you follow, those of one author."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.inputs import After, Before, Limit
from server.api.http.operation import operation
from server.api.perch.shapes.tweets import Tweet
from server.api.perch.tweets import LikersCount, pages
from server.core.errors import UserNotFound
from server.core.paging import NEWEST, PAGE_SIZE
from server.core.viewer import Viewer
from server.features.likes.likes import LIKES
from server.features.timelines import home, profile, timelines
from server.features.timelines.pages import Part
from server.features.timelines.timeline import Timeline
from server.features.timelines.timelines import DEEPEST, EMBEDDED_LIKERS

bp = Blueprint("timelines", url_prefix="/api")

PageNumber = Annotated[
    int,
    Meta(
        ge=0,
        description=(
            "The 1-based number of a PAGE of `limit` tweets, for old clients. New ones use `before`. "
            f"`offset` times `limit` is at most {DEEPEST:,}."
        ),
    ),
]


class TimelineName(StrEnum):
    """Which timeline."""

    ALL = "all"
    FOLLOWING = "following"


class ListQuery(msgspec.Struct, frozen=True):
    """Which part of a list of tweets."""

    limit: Limit = PAGE_SIZE
    before: Before = NEWEST
    after: After | None = None
    likers: LikersCount = EMBEDDED_LIKERS


class TweetsQuery(ListQuery, frozen=True):
    """The same, for clients that count pages too."""

    offset: PageNumber = 1


class TimelineQuery(TweetsQuery, frozen=True):
    """Which timeline, and which part of it."""

    timeline: TimelineName = TimelineName.ALL


class TweetsPage(Answer, frozen=True, kw_only=True):
    """A page of tweets, newest first."""

    tweets: list[Tweet]
    next: Annotated[int | None, Meta(description="Send this as `before` to get the next page.")]
    previous: Annotated[
        int | None, Meta(description="Send this as `after` to get the tweets just newer than this page.")
    ]


@bp.get("/tweets")
@operation(scope="read", query=TimelineQuery, answer=TweetsPage)
async def read(request: Request, viewer: Viewer, query: TimelineQuery) -> Rendered:
    """Read a timeline.

    Everyone's tweets, or with `timeline=following` your own and those of the people you follow. To get the
    next page, send `next` as `before`: this stays correct while others post. To get what is newer, send
    `previous` as `after`: you get the tweets just above, newest first as always.
    """
    if query.timeline is TimelineName.FOLLOWING:
        return Rendered(await timelines.own(viewer, pages(request), home.FOLLOWING, part(query)))
    return Rendered(await timelines.of_all(viewer, pages(request), home.ALL, part(query)))


@bp.get("/users/<user_id:id>/tweets")
@operation(scope="read", query=TweetsQuery, answer=TweetsPage, errors=(UserNotFound,))
async def of_author(request: Request, viewer: Viewer, query: TweetsQuery, user_id: int) -> Rendered:
    """Read one author's tweets."""
    return await _of_user(request, viewer, profile.TWEETS, user_id, query)


@bp.get("/users/<user_id:id>/media")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(UserNotFound,))
async def with_media(request: Request, viewer: Viewer, query: ListQuery, user_id: int) -> Rendered:
    """Read one author's tweets that have pictures."""
    return await _of_user(request, viewer, profile.WITH_PICTURES, user_id, query)


@bp.get("/users/<user_id:id>/likes")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(UserNotFound,))
async def liked_by(request: Request, viewer: Viewer, query: ListQuery, user_id: int) -> Rendered:
    """Read the tweets that a user likes, newest like first. Cursors refer to likes, not tweets."""
    return await _of_user(request, viewer, LIKES, user_id, query)


async def _of_user(
    request: Request, viewer: Viewer, timeline: Timeline, user_id: int, query: ListQuery
) -> Rendered:
    return Rendered(await timelines.of_user(viewer, pages(request), timeline, user_id, part(query)))


@lru_cache(maxsize=1024)  # most requests ask for the same few
def part(query: ListQuery) -> Part:
    """The requested part of a timeline, within our limits."""
    page = query.offset if isinstance(query, TweetsQuery) else 1
    return timelines.part(
        limit=query.limit, before=query.before, after=query.after, page=page, likers=query.likers
    )
