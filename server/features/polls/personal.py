"""A user's votes in the data export and in erasure. The polls go with their tweets."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes, topics
from server.core.personal import Exported, Objects, PersonalData
from server.features.polls.poll import MOST_OPTIONS

# The numbers of options, from 0.
EXPORT = f"""
    SELECT tweet_id AS id, tweet_id, (
        SELECT coalesce(jsonb_agg(number), '[]') FROM generate_series(0, {MOST_OPTIONS - 1}) number
        WHERE choices >> number & 1 = 1
    )::text AS choices, created_at
    FROM poll_votes WHERE user_id = $1 AND tweet_id > $2 ORDER BY tweet_id LIMIT $3
"""

LOCK = """
    SELECT tweet_id AS id FROM polls WHERE tweet_id IN (
        SELECT tweet_id FROM poll_votes WHERE user_id = $1 ORDER BY tweet_id LIMIT $2
    ) ORDER BY tweet_id FOR NO KEY UPDATE
"""
REMOVE = "DELETE FROM poll_votes WHERE user_id = $1 AND tweet_id = ANY($2::bigint[]) RETURNING tweet_id"


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's votes, and count them no longer."""
    gone = await personal.remove(user_id, LOCK, REMOVE)
    await changes.tell([topics.tweet(tweet_id) for tweet_id in gone])
    return bool(gone)


PERSONAL = PersonalData(
    (Exported("votes", "your votes in polls", EXPORT, nested=("choices",)),),
    (erase,),
    ("SELECT 1 FROM poll_votes WHERE user_id = u.id",),
)
