"""Pins: tweets at the top of their author's profile.

Pinning a tweet again and unpinning one that isn't pinned succeed and change nothing.
"""

from __future__ import annotations

from server.core.cache import changes, topics
from server.core.cache.marks import Mark
from server.core.database.connection import row, rows, transaction
from server.core.errors import NotPinnable, TooManyPins, TweetNotFound
from server.core.viewer import Viewer
from server.features.timelines.profile import published
from server.features.visibility.visibility import MENTIONED, is_shown, may_see

# At the top of one profile.
MAX_PINS = 5

# Which tweets a user has pinned.
pins_of = topics.per("pins")

# $1 the user, $2 the tweet. Whether the user may pin it; no row if it doesn't exist for the user. It stays
# until the transaction ends.
MAY_PIN = f"""
    SELECT t.author_id = $1 AND t.visibility < {MENTIONED} AS may_pin
    FROM tweets t WHERE t.id = $2 AND {is_shown("t")} AND {may_see("$1", "t")} FOR KEY SHARE OF t
"""
# So that no two requests of one user count at the same moment.
LOCK = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"
# $1 the user, $2 the tweet. No row if others are pinned already.
ADD = f"""
    WITH added AS (
        INSERT INTO pins (user_id, tweet_id) SELECT $1, $2
        WHERE (SELECT count(*) FROM pins WHERE user_id = $1) < {MAX_PINS}
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT 1 FROM added UNION ALL SELECT 1 FROM pins WHERE user_id = $1 AND tweet_id = $2
"""
REMOVE = f"""
    WITH removed AS (DELETE FROM pins WHERE user_id = $1 AND tweet_id = $2 RETURNING 1)
    SELECT 1 FROM tweets t WHERE t.id = $2 AND {is_shown("t")} AND {may_see("$1", "t")}
"""

NEWEST = "SELECT tweet_id FROM pins WHERE user_id = $1 ORDER BY tweet_id DESC LIMIT $2"
AMONG = "SELECT tweet_id FROM pins WHERE user_id = $1 AND tweet_id = ANY($2::bigint[])"

# The newest pin first; the cursor is the pin's id.
PLACES = """
    SELECT tweet_id AS id, id AS cursor FROM pins WHERE user_id = $4 AND id {beyond} $1
        AND (SELECT true FROM tweets t WHERE t.id = tweet_id AND NOT t.hidden {open}) IS NOT NULL
    ORDER BY cursor {order} LIMIT $2 OFFSET $3
"""

PINNED = Mark("pinned", pins_of, NEWEST, AMONG)

PINS = published(PLACES, lambda user_id: [pins_of(user_id), topics.tweets_of(user_id)])


async def add(viewer: Viewer, tweet_id: int) -> None:
    """Pin one of the viewer's own tweets.

    Raises:
        TweetNotFound: there is no such tweet.
        NotPinnable: somebody else wrote it, or it is for mentioned people only.
        TooManyPins: MAX_PINS others are pinned.
    """
    async with transaction():
        # Deleting a tweet locks the tweet before its author too; the other way round, both could deadlock.
        found = await row(MAY_PIN, viewer.id, tweet_id)
        if found is None:
            raise TweetNotFound
        if not found["may_pin"]:
            raise NotPinnable
        await rows(LOCK, viewer.id)
        if await row(ADD, viewer.id, tweet_id) is None:
            raise TooManyPins
    await changes.tell([pins_of(viewer.id)])


async def remove(viewer: Viewer, tweet_id: int) -> None:
    """Unpin a tweet. Raises TweetNotFound if there is no such tweet."""
    if await row(REMOVE, viewer.id, tweet_id) is None:
        raise TweetNotFound
    await changes.tell([pins_of(viewer.id)])
