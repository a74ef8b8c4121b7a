"""Likes. Liking twice and unliking what was not liked succeed and change nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from server.cache import changes
from server.domain.errors import TweetNotFound
from server.domain.paging import NEWEST, Page, people_page
from server.domain.viewer import Viewer
from server.models import liking, people
from server.models.liking import Pair
from server.models.people import ListedPerson


async def like(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound where there is no such tweet, or no more."""
    await _set(liking.like, viewer, tweet_id)


async def unlike(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound where there is no such tweet, or no more."""
    await _set(liking.unlike, viewer, tweet_id)


async def of_tweet(viewer: Viewer, tweet_id: int, *, limit: int, before: int = NEWEST) -> Page[ListedPerson]:
    """A page of who likes a tweet, the newest first.

    Raises:
        TweetNotFound: there is no such tweet.
    """
    found = await people.likers(tweet_id, viewer.id, before=before, limit=limit + 1)
    if not found and not await people.is_tweet_shown(tweet_id):
        raise TweetNotFound
    return people_page(found, limit)


async def _set(write: Callable[[Pair], Awaitable[bool]], viewer: Viewer, tweet_id: int) -> None:
    if not await write(Pair(tweet_id, viewer.id)):
        raise TweetNotFound
    await changes.tell(changes.liked(tweet_id, viewer.id))
