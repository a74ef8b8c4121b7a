"""Hashtags: the tweets that have one, completing their names, and following them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.operation import operation
from server.api.perch.timelines import ListQuery, TweetsPage, part
from server.api.perch.tweets import pages
from server.core.errors import InvalidParameter, TooManyHashtags
from server.core.prefixes import MAX_COMPLETIONS
from server.core.viewer import Viewer
from server.features.hashtags import completions, followed, hashtags
from server.features.hashtags.feature import FOLLOWS
from server.features.timelines import timelines

bp = Blueprint("hashtags", url_prefix="/api")


class UsedHashtag(msgspec.Struct, frozen=True):
    """A hashtag, without the #, as somebody first wrote it."""

    name: str
    tweets_count: Annotated[
        int, Meta(description=f"How many tweets have it; {completions.MOST_COUNTED} stands for that or more.")
    ]


class Hashtags(Answer, frozen=True, kw_only=True):
    """Hashtags that may be meant, the likeliest first."""

    hashtags: list[UsedHashtag]


class CompletionsQuery(msgspec.Struct, frozen=True):
    """What was typed of a hashtag, and how many to list."""

    prefix: Annotated[str, Meta(description="What was typed after the #; empty for the most used.")] = ""
    limit: Annotated[
        int, Meta(ge=0, description=f"The most hashtags to return, {MAX_COMPLETIONS} at most.")
    ] = 8


class Followed(Answer, frozen=True, kw_only=True):
    """Whether you follow a hashtag."""

    followed: bool


class FollowedHashtags(Answer, frozen=True, kw_only=True):
    """The hashtags that you follow."""

    hashtags: Annotated[
        list[str],
        Meta(
            description="Without the #, as you wrote them, the newest follow first. "
            f"{followed.MAX_FOLLOWED} at most."
        ),
    ]


@bp.get("/hashtags/<name:str>/tweets")
@operation(scope="read", query=ListQuery, answer=TweetsPage)
async def with_hashtag(request: Request, viewer: Viewer, query: ListQuery, name: str) -> Rendered:
    """Read the tweets with a hashtag, given without the #.

    Case and accents on Latin letters don't matter.
    """
    hashtag = hashtags.hashtag_id(unquote(name))
    return Rendered(await timelines.of_subject(viewer, pages(request), hashtags.TWEETS, hashtag, part(query)))


@bp.get("/hashtags/completions")
@operation(scope="read", query=CompletionsQuery, answer=Hashtags)
async def complete_hashtag(request: Request, viewer: Viewer, query: CompletionsQuery) -> Hashtags:
    """List hashtags by the beginning of their names, the most used first."""
    found = await completions.completions(query.prefix, limit=query.limit)
    return Hashtags(hashtags=[UsedHashtag(one.name, one.tweets_count) for one in found])


@bp.get("/hashtags/<name:str>/follow")
@operation(scope="read", answer=Followed, errors=(InvalidParameter,))
async def is_followed(request: Request, viewer: Viewer, name: str) -> Followed:
    """Say whether you follow a hashtag, given without the #."""
    return Followed(followed=await followed.is_followed(viewer, unquote(name)))


@bp.post("/hashtags/<name:str>/follow")
@operation(scope="write", limit=FOLLOWS, errors=(InvalidParameter, TooManyHashtags))
async def follow(request: Request, viewer: Viewer, name: str) -> Answer:
    """Follow a hashtag: public tweets that have it are on your Following timeline, except replies to others.

    Following it again succeeds and changes nothing.
    """
    await followed.follow(viewer, unquote(name))
    return Answer()


@bp.delete("/hashtags/<name:str>/follow")
@operation(scope="write", errors=(InvalidParameter,))
async def unfollow(request: Request, viewer: Viewer, name: str) -> Answer:
    """Stop following a hashtag. This also succeeds if you don't follow it."""
    await followed.unfollow(viewer, unquote(name))
    return Answer()


@bp.get("/followed-hashtags")
@operation(scope="read", answer=FollowedHashtags)
async def followed_hashtags(request: Request, viewer: Viewer) -> FollowedHashtags:
    """List the hashtags that you follow. Only you can see this list."""
    return FollowedHashtags(hashtags=await followed.of_viewer(viewer))
