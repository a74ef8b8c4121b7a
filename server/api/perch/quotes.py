"""Quotes: tweets that quote a tweet, and withdrawing your tweet from one."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.operation import operation
from server.api.perch.timelines import ListQuery, TweetsPage, part
from server.api.perch.tweet_ids import or_of_repost
from server.api.perch.tweets import pages
from server.core.errors import NotAuthor, TweetNotFound
from server.core.viewer import Viewer
from server.features.quotes import quotes, rules

bp = Blueprint("quotes", url_prefix="/api/tweets")


@bp.get("/<tweet_id:id>/quotes")
@operation(scope="read", query=ListQuery, answer=TweetsPage, errors=(TweetNotFound,))
@or_of_repost
async def read(request: Request, viewer: Viewer, query: ListQuery, tweet_id: int) -> Rendered:
    """Read the tweets that quote a tweet, newest first: those that you may see."""
    return Rendered(await quotes.of_tweet(viewer, pages(request), tweet_id, part(query)))


@bp.delete("/<quote_id:id>/quote")
@operation(scope="write", errors=(TweetNotFound, NotAuthor))
@or_of_repost
async def withdraw(request: Request, viewer: Viewer, quote_id: int) -> Answer:
    """Withdraw your tweet from one that quotes it. That one stays, without yours. This can't be undone."""
    await rules.withdraw(viewer, quote_id)
    return Answer()
