"""Bookmarks. Adding one twice and removing one that isn't there succeed and change nothing."""

from __future__ import annotations

from server.core.cache import changes, topics
from server.core.cache.marks import Mark
from server.core.database.connection import row
from server.core.errors import TweetNotFound
from server.core.viewer import Viewer
from server.features.timelines.timeline import Timeline
from server.features.visibility.visibility import is_shown, may_see

# Which tweets a user has bookmarked.
bookmarks_of = topics.per("bookmarks")

# $1 the user, $2 the tweet. Returns the tweet if it exists for the user.
ADD = f"""
    WITH tweet AS (
        SELECT id FROM tweets t WHERE id = $2 AND {is_shown("t")} AND {may_see("$1", "t")} FOR KEY SHARE OF t
    ), added AS (
        INSERT INTO bookmarks (user_id, tweet_id) SELECT $1, id FROM tweet ON CONFLICT DO NOTHING
    )
    SELECT id FROM tweet
"""
REMOVE = f"""
    WITH removed AS (DELETE FROM bookmarks WHERE user_id = $1 AND tweet_id = $2 RETURNING tweet_id)
    SELECT id FROM tweets t WHERE id = $2 AND {is_shown("t")}
        AND ({may_see("$1", "t")} OR EXISTS (SELECT 1 FROM removed))
"""

NEWEST = "SELECT tweet_id FROM bookmarks WHERE user_id = $1 ORDER BY tweet_id DESC LIMIT $2"
AMONG = "SELECT tweet_id FROM bookmarks WHERE user_id = $1 AND tweet_id = ANY($2::bigint[])"

# Ordered by bookmark, newest first; the cursor is the bookmark's id.
PLACES = """
    SELECT tweet_id AS id, id AS cursor FROM bookmarks WHERE user_id = $4 AND id {beyond} $1
        AND (SELECT {shown} FROM tweets t WHERE t.id = tweet_id)
    ORDER BY cursor {order} LIMIT $2 OFFSET $3
""".replace("{shown}", is_shown("t"))

BOOKMARKED = Mark("bookmarked", bookmarks_of, NEWEST, AMONG)

BOOKMARKS = Timeline(PLACES, lambda user_id: [bookmarks_of(user_id), topics.DELETIONS], is_mixed=True)


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
