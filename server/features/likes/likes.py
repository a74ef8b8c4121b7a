"""Likes. Liking twice and unliking what was not liked succeed and change nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from server.core.cache import changes, topics
from server.core.errors import TweetNotFound
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.likes import events, liking
from server.features.likes.liking import Pair
from server.features.notifications.told import notifications_of
from server.features.people import people
from server.features.people.people import ListedPerson
from server.features.timelines.timeline import Timeline
from server.features.visibility.visibility import is_shown

# Ordered by like, newest first; the cursor is the like's id.
PLACES_OF_LIKES = """
    SELECT tweet_id AS id, id AS cursor FROM likes WHERE user_id = $4 AND id {beyond} $1
        AND (SELECT {shown} FROM tweets t WHERE t.id = tweet_id)
        AND (SELECT deleted_at IS NULL FROM users WHERE id = $4)
    ORDER BY cursor {order} LIMIT $2 OFFSET $3
""".replace("{shown}", is_shown("t"))

LIKES = Timeline(PLACES_OF_LIKES, lambda user_id: [topics.likes_of(user_id), topics.DELETIONS], is_mixed=True)


async def like(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound if the tweet does not exist, or no longer does."""
    await _set(liking.like, viewer, tweet_id)


async def unlike(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound if the tweet does not exist, or no longer does."""
    await _set(liking.unlike, viewer, tweet_id)


async def of_tweet(viewer: Viewer, tweet_id: int, *, limit: int, before: int = NEWEST) -> Page[ListedPerson]:
    """A page of the people who like a tweet, the newest like first.

    Raises:
        TweetNotFound: there is no such tweet.
    """
    found = await people.likers(tweet_id, viewer.id, before=before, limit=limit + 1)
    if not found and not await people.is_tweet_shown(tweet_id, viewer.id):
        raise TweetNotFound
    return people.people_page(found, limit)


async def _set(write: Callable[[Pair], Awaitable[int | None]], viewer: Viewer, tweet_id: int) -> None:
    author_id = await write(Pair(tweet_id, viewer.id))
    if author_id is None:
        raise TweetNotFound
    await changes.tell([*events.liked(tweet_id, viewer.id), notifications_of(author_id)])
