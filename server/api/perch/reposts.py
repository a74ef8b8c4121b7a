"""Reposts: showing somebody's tweet to your own followers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http import admission
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import users as wire
from server.api.perch.tweet_ids import or_of_repost
from server.api.perch.users import PeoplePage
from server.core.errors import NotFollowed, NotRepostable, TweetNotFound, UserNotFound
from server.core.viewer import Viewer
from server.features.reposts import reposts
from server.features.reposts.feature import REPOSTS

bp = Blueprint("reposts", url_prefix="/api")


class Reposted(Answer, frozen=True, kw_only=True):
    """Your repost of a tweet."""

    repost_id: Annotated[
        int, Meta(description="Its id. Where the id of a tweet is expected, it stands for the tweet.")
    ]


@bp.post("/tweets/<tweet_id:id>/reposts")
@operation(scope="write", limit=REPOSTS, answer=Reposted, errors=(TweetNotFound, NotRepostable))
@or_of_repost
async def repost(request: Request, viewer: Viewer, tweet_id: int) -> Reposted:
    """Repost a tweet: it appears on your profile and on your followers' Following timelines.

    Reposting it again succeeds and changes nothing. Long texts count as several writes.
    """
    made, rates = await reposts.repost(viewer, tweet_id), context(request).rates
    if rates is not None:
        admission.charge(rates.writes, viewer, made.size, admission.WRITE_WEIGHT)
    return Reposted(repost_id=made.id)


@bp.delete("/tweets/<tweet_id:id>/reposts")
@operation(scope="write", errors=(TweetNotFound,))
@or_of_repost
async def undo(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Undo your repost of a tweet. This also succeeds if there is none."""
    await reposts.undo(viewer, tweet_id)
    return Answer()


@bp.get("/tweets/<tweet_id:id>/reposts")
@operation(scope="read", query=PageQuery, answer=PeoplePage, errors=(TweetNotFound,))
@or_of_repost
async def reposters(request: Request, viewer: Viewer, query: PageQuery, tweet_id: int) -> PeoplePage:
    """List the users who reposted a tweet, newest repost first."""
    page = await reposts.of_tweet(viewer, tweet_id, limit=query.size, before=query.before)
    return PeoplePage(users=wire.people(page.items), next=page.next)


@bp.post("/users/<user_id:id>/reposts/hidden")
@operation(scope="write", errors=(UserNotFound, NotFollowed))
async def hide(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Leave a followee's reposts out of your Following timeline. Their own tweets stay."""
    await reposts.hide(viewer, user_id, hidden=True)
    return Answer()


@bp.delete("/users/<user_id:id>/reposts/hidden")
@operation(scope="write", errors=(UserNotFound, NotFollowed))
async def show(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Show a followee's reposts on your Following timeline again."""
    await reposts.hide(viewer, user_id, hidden=False)
    return Answer()
