"""Pins: tweets at the top of their author's profile."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.operation import operation
from server.api.perch.timelines import ListQuery, TweetsPage, part
from server.api.perch.tweet_ids import or_of_repost
from server.api.perch.tweets import pages
from server.core.errors import NotPinnable, TooManyPins, TweetNotFound, UserNotFound
from server.core.viewer import Viewer
from server.features.pins import pins
from server.features.timelines import timelines

bp = Blueprint("pins", url_prefix="/api")


@bp.post("/tweets/<tweet_id:id>/pin")
@operation(scope="write", errors=(TweetNotFound, NotPinnable, TooManyPins))
@or_of_repost
async def add(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Pin one of your tweets to the top of your profile; at most five. Pinning one again changes nothing."""
    await pins.add(viewer, tweet_id)
    return Answer()


@bp.delete("/tweets/<tweet_id:id>/pin")
@operation(scope="write", errors=(TweetNotFound,))
@or_of_repost
async def remove(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Unpin a tweet. This also succeeds if it isn't pinned."""
    await pins.remove(viewer, tweet_id)
    return Answer()


@bp.get("/users/<user_id:id>/pins")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(UserNotFound,))
async def read(request: Request, viewer: Viewer, query: ListQuery, user_id: int) -> Rendered:
    """Read the tweets that a user pinned, newest pin first. Cursors refer to pins, not tweets."""
    return Rendered(await timelines.of_author(viewer, pages(request), pins.PINS, user_id, part(query)))
