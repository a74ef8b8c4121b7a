"""Timelines: everyone's tweets, those of the people you follow, those of one author."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Rendered
from server.api.http.inputs import After, Before, Limit
from server.api.http.operation import operation
from server.api.perch.shapes.quoted import WithQuoted
from server.api.perch.shapes.tweets import RepostEntry, Tweet, TweetEntry
from server.api.perch.tweets import LikersCount, pages
from server.core.errors import InvalidParameter, UserNotFound
from server.core.paging import NEWEST, PAGE_SIZE
from server.core.viewer import Viewer
from server.features.likes.likes import LIKES
from server.features.reposts import timelines as with_reposts
from server.features.timelines import home, profile, timelines
from server.features.timelines.page import Part
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
    PRIVATE = "private"


# The viewer's own ones.
OWN = {TimelineName.FOLLOWING: home.FOLLOWING, TimelineName.PRIVATE: home.PRIVATE}


class ListQuery(msgspec.Struct, frozen=True):
    """Which part of a list of tweets."""

    limit: Limit = PAGE_SIZE
    before: Before = NEWEST
    after: After | None = None
    likers: LikersCount = EMBEDDED_LIKERS


class TweetsQuery(ListQuery, frozen=True):
    """The same, for clients that count pages too."""

    offset: PageNumber = 1


class EntriesQuery(TweetsQuery, frozen=True):
    """The same, with or without reposts."""

    entries: Annotated[
        bool,
        Meta(
            description="Whether to return `entries`, which are tweets and reposts, instead of `tweets`. Not "
            "together with `offset`."
        ),
    ] = False


class TimelineQuery(EntriesQuery, frozen=True):
    """Which timeline, and which part of it. Only `following` has entries."""

    timeline: TimelineName = TimelineName.ALL


class AuthorQuery(EntriesQuery, frozen=True):
    """The same, with or without replies."""

    replies: Annotated[bool, Meta(description="Whether to include replies to other people.")] = True


class TweetsPage(WithQuoted, frozen=True, kw_only=True):
    """A page of tweets, newest first."""

    tweets: Annotated[
        list[Tweet] | msgspec.UnsetType, Meta(description="Absent if `entries` were asked for.")
    ] = msgspec.UNSET
    entries: Annotated[
        list[TweetEntry | RepostEntry] | msgspec.UnsetType,
        Meta(description="Only if asked for: tweets and reposts. Each tweet is on a page once."),
    ] = msgspec.UNSET
    next: Annotated[int | None, Meta(description="Send this as `before` to get the next page.")]
    previous: Annotated[
        int | None, Meta(description="Send this as `after` to get the tweets just newer than this page.")
    ]


@bp.get("/tweets")
@operation(scope="read", query=TimelineQuery, answer=TweetsPage)
async def read(request: Request, viewer: Viewer, query: TimelineQuery) -> Rendered:
    """Read a timeline.

    Everyone's public tweets, or with `timeline=following` your own, those of the people you follow, without
    their replies to people whom you don't follow, and public ones with a hashtag that you follow, without
    replies to others. Tweets for mentioned people only are on neither: `timeline=private` has those that you
    wrote and those that mention you or reply to you.

    With `entries=1`, `timeline=following` has reposts by you and the people you follow, too.

    To get the next page, send `next` as `before`: this stays correct while others post. To get what is newer,
    send `previous` as `after`: you get the tweets just above, newest first as always.
    """
    if query.entries:
        if query.timeline is not TimelineName.FOLLOWING:
            raise InvalidParameter("Only timeline=following has entries.")
        return Rendered(await timelines.own(viewer, pages(request), with_reposts.FOLLOWING, part(query)))
    if (own := OWN.get(query.timeline)) is not None:
        return Rendered(await timelines.own(viewer, pages(request), own, part(query)))
    return Rendered(await timelines.of_all(viewer, pages(request), home.ALL, part(query)))


@bp.get("/users/<user_id:id>/tweets")
@operation(scope="read", query=AuthorQuery, answer=TweetsPage, errors=(UserNotFound,))
async def of_author(request: Request, viewer: Viewer, query: AuthorQuery, user_id: int) -> Rendered:
    """Read one author's tweets; with `entries=1`, what they reposted too."""
    of = with_reposts if query.entries else profile
    published = of.TWEETS if query.replies else of.STARTED
    return Rendered(await timelines.of_author(viewer, pages(request), published, user_id, part(query)))


@bp.get("/users/<user_id:id>/media")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(UserNotFound,))
async def with_media(request: Request, viewer: Viewer, query: ListQuery, user_id: int) -> Rendered:
    """Read one author's tweets that have pictures."""
    published = profile.WITH_PICTURES
    return Rendered(await timelines.of_author(viewer, pages(request), published, user_id, part(query)))


@bp.get("/users/<user_id:id>/likes")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(UserNotFound,))
async def liked_by(request: Request, viewer: Viewer, query: ListQuery, user_id: int) -> Rendered:
    """Read the tweets that a user likes, newest like first. Cursors refer to likes, not tweets."""
    return Rendered(await timelines.of_user(viewer, pages(request), LIKES, user_id, part(query)))


@lru_cache(maxsize=1024)  # most requests ask for the same few
def part(query: ListQuery) -> Part:
    """The requested part of a timeline, within our limits."""
    page = query.offset if isinstance(query, TweetsQuery) else 1
    if isinstance(query, EntriesQuery) and query.entries and page > 1:
        raise InvalidParameter("Entries have no page numbers. Pass next as before.")
    return timelines.part(
        limit=query.limit, before=query.before, after=query.after, page=page, likers=query.likers
    )
