"""Likes. Liking twice and unliking what was not liked succeed and change nothing."""

from __future__ import annotations

from server.cache import changes
from server.domain.errors import TweetNotFound
from server.domain.paging import NEWEST, Page, people_page
from server.domain.viewer import Viewer
from server.models import people
from server.models.connection import row
from server.models.people import ListedPerson

# One statement: the row, and by its trigger the counter, or neither. The tweet is locked first, as its
# deletion does too: the other order would let the two wait for each other for ever.
LIKE = """
    WITH tweet AS MATERIALIZED (SELECT id FROM tweets WHERE id = $1 FOR NO KEY UPDATE), liked AS (
        INSERT INTO likes (tweet_id, user_id) SELECT id, $2 FROM tweet
        ON CONFLICT (tweet_id, user_id) DO NOTHING RETURNING 1
    )
    SELECT 1 FROM tweet
"""
UNLIKE = """
    WITH tweet AS MATERIALIZED (SELECT id FROM tweets WHERE id = $1 FOR NO KEY UPDATE), unliked AS (
        DELETE FROM likes WHERE tweet_id = (SELECT id FROM tweet) AND user_id = $2 RETURNING 1
    )
    SELECT 1 FROM tweet
"""


async def like(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound where there is no such tweet, or no more."""
    await _set(LIKE, viewer, tweet_id)


async def unlike(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound where there is no such tweet, or no more."""
    await _set(UNLIKE, viewer, tweet_id)


async def of_tweet(viewer: Viewer, tweet_id: int, *, limit: int, before: int = NEWEST) -> Page[ListedPerson]:
    """A page of who likes a tweet, the newest first.

    Raises:
        TweetNotFound: there is no such tweet.
    """
    found = await people.likers(tweet_id, viewer.id, before=before, limit=limit + 1)
    if not found and await row("SELECT 1 FROM tweets WHERE id = $1", tweet_id) is None:
        raise TweetNotFound
    return people_page(found, limit)


async def _set(statement: str, viewer: Viewer, tweet_id: int) -> None:
    if await row(statement, tweet_id, viewer.id) is None:
        raise TweetNotFound
    await changes.tell(changes.liked(tweet_id, viewer.id))
