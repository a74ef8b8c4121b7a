"""Bookmarks: tweets that a user keeps for later, in private."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.operation import operation
from server.api.perch.timelines import ListQuery, TweetsPage, part
from server.api.perch.tweet_ids import or_of_repost
from server.api.perch.tweets import pages
from server.core.errors import TweetNotFound
from server.core.viewer import Viewer
from server.features.bookmarks import bookmarks
from server.features.timelines import timelines

bp = Blueprint("bookmarks", url_prefix="/api")


@bp.post("/tweets/<tweet_id:id>/bookmarks")
@operation(scope="write", errors=(TweetNotFound,))
@or_of_repost
async def add(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Bookmark a tweet. Only you can see your bookmarks. Adding one again succeeds and changes nothing."""
    await bookmarks.add(viewer, tweet_id)
    return Answer()


@bp.delete("/tweets/<tweet_id:id>/bookmarks")
@operation(scope="write", errors=(TweetNotFound,))
@or_of_repost
async def remove(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Remove a bookmark. This also succeeds if you haven't bookmarked the tweet."""
    await bookmarks.remove(viewer, tweet_id)
    return Answer()


@bp.get("/bookmarks")
@operation(scope="read", query=ListQuery, answer=TweetsPage)
async def read(request: Request, viewer: Viewer, query: ListQuery) -> Rendered:
    """Read the tweets that you bookmarked, newest bookmark first. Cursors refer to bookmarks, not tweets."""
    return Rendered(await timelines.own(viewer, pages(request), bookmarks.BOOKMARKS, part(query)))
