"""Liking tweets, and the list of people who like one."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import tweets as wire
from server.api.perch.shapes.tweets import LikeInList
from server.api.perch.tweet_ids import or_of_repost
from server.core.errors import TweetNotFound
from server.core.viewer import Viewer
from server.features.likes import likes

bp = Blueprint("likes", url_prefix="/api/tweets")


class LikesPage(Answer, frozen=True, kw_only=True):
    """A page of likers, newest first."""

    likes: list[LikeInList]
    next: int | None


@bp.post("/<tweet_id:id>/likes")
@operation(scope="write", errors=(TweetNotFound,))
@or_of_repost
async def like(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Like a tweet. Liking it again succeeds and changes nothing."""
    await likes.like(viewer, tweet_id)
    return Answer()


@bp.delete("/<tweet_id:id>/likes")
@operation(scope="write", errors=(TweetNotFound,))
@or_of_repost
async def unlike(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Unlike a tweet. This also succeeds if you don't like it."""
    await likes.unlike(viewer, tweet_id)
    return Answer()


@bp.get("/<tweet_id:id>/likes")
@operation(scope="read", query=PageQuery, answer=LikesPage, errors=(TweetNotFound,))
@or_of_repost
async def likers(request: Request, viewer: Viewer, query: PageQuery, tweet_id: int) -> LikesPage:
    """List the users who like a tweet, newest like first."""
    page = await likes.of_tweet(viewer, tweet_id, limit=query.size, before=query.before)
    return LikesPage(likes=wire.likes(page.items), next=page.next)
