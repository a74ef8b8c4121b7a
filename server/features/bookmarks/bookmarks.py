"""Bookmarks. Adding one twice and removing one that isn't there succeed and change nothing."""

from __future__ import annotations

from server.core.cache import changes, topics
from server.core.cache.marks import Mark
from server.core.database.connection import row
from server.core.errors import TweetNotFound
from server.core.viewer import Viewer
from server.features.timelines.timeline import Timeline

# Which tweets a user has bookmarked.
bookmarks_of = topics.per("bookmarks")

# $1 the user, $2 the tweet. Returns the tweet if it exists and isn't hidden.
ADD = """
    WITH tweet AS (
        SELECT id FROM tweets WHERE id = $2 AND NOT hidden FOR KEY SHARE
    ), added AS (
        INSERT INTO bookmarks (user_id, tweet_id) SELECT $1, id FROM tweet ON CONFLICT DO NOTHING
    )
    SELECT id FROM tweet
"""
REMOVE = """
    WITH removed AS (DELETE FROM bookmarks WHERE user_id = $1 AND tweet_id = $2)
    SELECT id FROM tweets WHERE id = $2 AND NOT hidden
"""

NEWEST = "SELECT tweet_id FROM bookmarks WHERE user_id = $1 ORDER BY tweet_id DESC LIMIT $2"
AMONG = "SELECT tweet_id FROM bookmarks WHERE user_id = $1 AND tweet_id = ANY($2::bigint[])"

# Ordered by bookmark, newest first; the cursor is the bookmark's id.
PLACES = """
    SELECT tweet_id AS id, id AS cursor FROM bookmarks WHERE user_id = $4 AND id {beyond} $1
        AND (SELECT NOT hidden FROM tweets WHERE tweets.id = tweet_id)
    ORDER BY cursor {order} LIMIT $2 OFFSET $3
"""

BOOKMARKED = Mark("bookmarked", bookmarks_of, NEWEST, AMONG)

BOOKMARKS = Timeline(PLACES, lambda user_id: [bookmarks_of(user_id), topics.DELETIONS])


async def add(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound if there is no such tweet."""
    await _write(ADD, viewer, tweet_id)


async def remove(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound if there is no such tweet."""
    await _write(REMOVE, viewer, tweet_id)


async def _write(statement: str, viewer: Viewer, tweet_id: int) -> None:
    if await row(statement, viewer.id, tweet_id) is None:
        raise TweetNotFound
    await changes.tell([bookmarks_of(viewer.id)])
